"""Births gathered from blocks and files: compact codes in memory, spilled to Parquet once they are many."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from records.records import SetAside
from records.sources.cdc_natality.codes import CodeArray, blank
from records.sources.cdc_natality.decode import Decoded
from records.sources.cdc_natality.fields import FIELDS

__all__ = ["FILE_COLUMN", "ROW_COLUMN", "Births"]

FILE_COLUMN, ROW_COLUMN = "file", "row"
_BIRTHS_A_PART = 262_144
# About 250 MB of codes: a national year stays in memory, a decade of them does not.
BIRTHS_HELD = 4_000_000
_EXAMPLES = 5


class Births:
    """What has been read so far. One file is opened with `begin_file`; its blocks are then added in order."""

    def __init__(self, births_held: int = BIRTHS_HELD) -> None:
        self.births_held = births_held
        self.rows_read = 0
        self._files: list[str] = []
        self._rows_of_file = 0
        self._pending: list[tuple[dict[str, CodeArray], npt.NDArray[np.uint32]]] = []
        self._births_pending = 0
        self._parts: list[pl.DataFrame] = []
        self._births_in_parts = 0
        self._spilled: list[Path] = []
        self._folder: Path | None = None
        self._filled: list[set[str]] = []
        self.is_simulated = False
        self._set_aside: Counter[tuple[str, str]] = Counter()
        self._examples: dict[tuple[str, str], list[int]] = {}

    def begin_file(self, name: str) -> None:
        self._seal_part()
        self._files.append(name)
        self._filled.append(set())
        self._rows_of_file = 0

    def add(self, block: Decoded) -> None:
        rows = np.arange(self._rows_of_file + 1, self._rows_of_file + block.births + 1, dtype=np.uint32)
        self._note_filled(block)
        self.is_simulated |= block.is_simulated
        keep = self._set_rows_aside(block, rows)
        columns = dict(block.columns) if keep is None else {name: c[keep] for name, c in block.columns.items()}
        rows = rows if keep is None else rows[keep]
        self._pending.append((columns, rows))
        self._births_pending += len(rows)
        self._rows_of_file += block.births
        self.rows_read += block.births
        if self._births_pending >= _BIRTHS_A_PART:
            self._seal_part()

    def frame(self) -> pl.LazyFrame:
        """One column of codes a field, with the file's index and the row in it."""
        self._seal_part()
        if self._spilled:
            self._spill()
            return pl.scan_parquet(self._spilled)
        return pl.concat(self._parts, rechunk=False).lazy() if self._parts else _empty().lazy()

    def lacking_fields(self) -> Sequence[frozenset[str]]:
        """For each file in turn, the fields that are blank in every row of it."""
        return [frozenset(FIELDS) - filled for filled in self._filled]

    def set_aside(self) -> tuple[SetAside, ...]:
        """Each row counts once, under the first of its fields that could not be read."""
        return tuple(
            SetAside(reason=f"{file}: {reason}", rows=rows, example_rows=tuple(self._examples[file, reason]))
            for (file, reason), rows in self._set_aside.items()
        )

    def _note_filled(self, block: Decoded) -> None:
        filled = self._filled[-1]
        for field in FIELDS.values():
            if field.name not in filled and (block.columns[field.name] != blank(field)).any():
                filled.add(field.name)

    def _set_rows_aside(self, block: Decoded, rows: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_] | None:
        if not block.unreadable:
            return None
        keep = np.ones(block.births, dtype=np.bool_)
        for problem in block.unreadable:
            first_seen = problem.rows[keep[problem.rows]]
            if len(first_seen) == 0:
                continue
            keep[first_seen] = False
            key = (self._files[-1], f"{problem.field} {problem.reason}")
            self._set_aside[key] += len(first_seen)
            examples = self._examples.setdefault(key, [])
            examples += rows[first_seen[: _EXAMPLES - len(examples)]].tolist()
        return keep

    def _seal_part(self) -> None:
        if not self._births_pending:
            self._pending.clear()
            return
        data = {name: np.concatenate([columns[name] for columns, _ in self._pending]) for name in FIELDS}
        rows = np.concatenate([rows for _, rows in self._pending])
        part = pl.DataFrame(data | {ROW_COLUMN: rows})
        self._parts.append(part.with_columns(pl.lit(len(self._files) - 1, dtype=pl.UInt16).alias(FILE_COLUMN)))
        self._births_in_parts += self._births_pending
        self._pending.clear()
        self._births_pending = 0
        if self._births_in_parts > self.births_held:
            self._spill()

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="equipartum-births-"))
            # The births are read lazily for as long as this process asks, so its end is when they can go.
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        for part in self._parts:
            path = self._folder / f"{len(self._spilled):05d}.parquet"
            part.write_parquet(path, compression="lz4", statistics=False)
            self._spilled.append(path)
        self._parts.clear()


def _empty() -> pl.DataFrame:
    types = {f.name: pl.UInt8() if f.width <= 2 else pl.UInt16() for f in FIELDS.values()}
    return pl.DataFrame(schema={**types, ROW_COLUMN: pl.UInt32(), FILE_COLUMN: pl.UInt16()})
