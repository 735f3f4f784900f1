"""Counts of what could not be read, by file and reason, with the first lines on which it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from records.records import SetAside

__all__ = ["Asides"]

_EXAMPLES = 3


class Asides:
    """Of each file and reason how many rows, and the first few row numbers."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], list[int]] = {}

    def add(self, file: str, reason: str, row: int) -> None:
        self._add(file, reason, 1, [row])

    def add_rows(self, rows: pl.DataFrame, files: Sequence[str], reason: str) -> None:
        """``rows`` with the columns ``file`` and ``row``, a resource with several rows among them once."""
        counted = rows.select("file", "row").unique().sort("file", "row").group_by("file", maintain_order=True)
        for file, number, examples in counted.agg(pl.len().alias("rows"), pl.col("row").head(_EXAMPLES)).iter_rows():
            self._add(files[file], reason, number, examples)

    def add_many(self, reason: str, rows: int) -> None:
        """Of all files together, without naming rows."""
        self._add("all files", reason, rows, [])

    def _add(self, file: str, reason: str, number: int, rows: Sequence[int]) -> None:
        key = (file, reason)
        self._counts[key] = self._counts.get(key, 0) + number
        examples = self._examples.setdefault(key, [])
        examples += rows[: _EXAMPLES - len(examples)]

    def told(self) -> tuple[SetAside, ...]:
        return tuple(self._told())

    def _told(self) -> Iterator[SetAside]:
        for (file, reason), number in sorted(self._counts.items()):
            examples = tuple(self._examples[(file, reason)])
            yield SetAside(reason=f"{file}: {reason}", rows=number, example_rows=examples)
