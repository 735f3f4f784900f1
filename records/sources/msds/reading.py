"""Reading a folder's tables as text, each with the number of its row in its file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from records.sources.msds.errors import MissingField, MissingTable, UnreadableTable
from records.sources.msds.tables import SUBMISSION_FIELDS, TABLES, Table

__all__ = ["ROW", "digest_of_files", "read_tables", "table_files"]

#: The row of a record in its file, the heading being row 1.
ROW = "row in file"
_SUFFIXES = (".csv", ".parquet")


def table_files(paths: Sequence[Path]) -> Mapping[str, Path]:
    """The file of each table that is there, by the table's short name.

    ``paths`` are folders of tables, or the tables themselves. Raises `MissingTable` or `UnreadableTable`.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise MissingTable(f"there is no file or folder {path.name} at the path given")
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            short = file.name[:6].upper()
            if file.suffix.lower() not in _SUFFIXES or short not in TABLES:
                continue
            if short in found:
                raise UnreadableTable(
                    f"{TABLES[short].name} is there twice, as {found[short].name} and {file.name}: leave one"
                )
            found[short] = file
    if "MSD101" not in found:
        raise MissingTable(
            "these are no MSDS tables: a folder with MSD101PregnancyBooking (.csv or .parquet) is needed; it has "
            f"{', '.join(sorted(found)) or 'none of the tables that are read'}"
        )
    return found


def digest_of_files(files: Mapping[str, Path]) -> str:
    """SHA-256 over the digests of the tables' files, in the order of the tables."""
    digests = []
    for short in sorted(files):
        with files[short].open("rb") as file:
            digests.append(f"{short} {hashlib.file_digest(file, 'sha256').hexdigest()}")
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def read_tables(files: Mapping[str, Path]) -> Mapping[str, pl.LazyFrame]:
    """Each table's fields that are read, as text; a field that is not there is null of every row.

    Raises `UnreadableTable` or `MissingField`.
    """
    return {short: _read(TABLES[short], file) for short, file in files.items()}


def _read(table: Table, file: Path) -> pl.LazyFrame:
    try:
        rows = _scan(file)
        there = {name.strip().lower(): name for name in rows.collect_schema().names()}
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise UnreadableTable(
            f"{file.name} cannot be read as {table.name}: it is not {file.suffix[1:].upper()}, is cut off, or is not "
            "in UTF-8"
        ) from error
    for field in table.needs:
        if field.lower() not in there:
            raise MissingField(f"{file.name} has no field {field}, by which a row of {table.name} is placed")
    wanted = dict.fromkeys((*table.needs, *table.same_row, *table.reads, *SUBMISSION_FIELDS))
    fields = [
        _text(there[field.lower()]).alias(field)
        if field.lower() in there
        else pl.lit(None, dtype=pl.String).alias(field)
        for field in wanted
    ]
    return rows.with_row_index(ROW, offset=2).select(ROW, *fields)


def _scan(file: Path) -> pl.LazyFrame:
    if file.suffix.lower() == ".parquet":
        return pl.scan_parquet(file)
    return pl.scan_csv(file, infer_schema=False, encoding="utf8")


def _text(name: str) -> pl.Expr:
    """Without blanks around it; nothing is null."""
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)
