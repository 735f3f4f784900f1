"""Files of a folder that no table is read from: named, and where nobody knows what they are, their rows counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from records.records import SetAside
from records.sources.msds.errors import UnreadableTable
from records.sources.msds.reading import files_in
from records.sources.msds.tables import TABLES, UNREAD_TABLES

__all__ = ["Unread", "unread_files"]


@dataclass(frozen=True, kw_only=True)
class Unread:
    """``notes`` names tables of the data set that hold nothing which is read; ``set_aside`` files of other names."""

    notes: tuple[str, ...]
    set_aside: tuple[SetAside, ...]


def unread_files(paths: Sequence[Path], *, beside: Collection[str]) -> Unread:
    """``beside`` are the names of files that are read and are no tables."""
    others = [
        file
        for file in files_in(paths)
        if file.suffix.lower() in (".csv", ".parquet") and file.name not in beside and _short(file) not in TABLES
    ]
    known = sorted(file.name for file in others if _short(file) in UNREAD_TABLES)
    strange = [file for file in others if _short(file) not in UNREAD_TABLES]
    return Unread(
        notes=(f"Tables that hold nothing which is read: {', '.join(known)}.",) if known else (),
        set_aside=tuple(
            SetAside(reason=f"{file.name} is named as no table of MSDS version 2", rows=_rows(file)) for file in strange
        ),
    )


def _short(file: Path) -> str:
    return file.name[:6].upper()


def _rows(file: Path) -> int:
    try:
        if file.suffix.lower() == ".parquet":
            return int(pl.scan_parquet(file).select(pl.len()).collect().item())
        with file.open("rb") as lines:
            return max(sum(1 for _ in lines) - 1, 0)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableTable(
            f"{file.name} is named as no table, and cannot be read: take it out of the folder"
        ) from error
