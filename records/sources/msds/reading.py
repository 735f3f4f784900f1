"""Reading a folder's tables as text, each with the number of its row in its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from records.csv_shape import OTHER_SEPARATORS
from records.sources.msds.csv_check import refuse_misshapen
from records.sources.msds.errors import MissingField, MissingTable, UnreadableTable, WrongVersion
from records.sources.msds.tables import TABLES, Table

__all__ = [
    "ROW",
    "digest_of_files",
    "fields_there",
    "files_in",
    "names_in",
    "read_tables",
    "refuse_damaged",
    "table_files",
]

#: The row of a record in its file, the heading being row 1.
ROW = "row in file"
_SUFFIXES = (".csv", ".parquet")


def files_in(paths: Sequence[Path]) -> Iterator[Path]:
    """The files of the folders among ``paths``, and the files. Raises `MissingTable` or `UnreadableTable`."""
    for path in paths:
        if not path.exists():
            raise MissingTable(f"there is no file or folder {path.name} at the path given")
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            # A pipe or a device would be waited for without end.
            if not file.is_file() and not file.is_dir():
                raise UnreadableTable(f"{file.name} is a pipe, a device, or a link that leads nowhere: take it out")
            yield file


def table_files(paths: Sequence[Path]) -> Mapping[str, Path]:
    """The file of each table that is there, by the table's short name.

    ``paths`` are folders of tables, or the tables themselves. Raises `MissingTable`, `WrongVersion` or
    `UnreadableTable`.
    """
    found: dict[str, Path] = {}
    for file in files_in(paths):
        short = file.name[:6].upper()
        if short.startswith("MAT") and short[3:].isdigit():
            raise WrongVersion(
                f"{file.name} is a table of the data set's version 1; version 2 is read (MSD001, MSD101, ...)"
            )
        if short not in TABLES:
            continue
        if file.suffix.lower() not in _SUFFIXES:
            raise UnreadableTable(
                f"{file.name}: tables are read as .csv or .parquet; unpack it, or save it as one of them"
            )
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
    """SHA-256 over the digests of the files, in the order of their names here."""
    digests = []
    for name in sorted(files):
        with files[name].open("rb") as file:
            digests.append(f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()}")
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def read_tables(files: Mapping[str, Path]) -> Mapping[str, pl.LazyFrame]:
    """Each table's fields that are read, as text; a field that is not there is null of every row.

    Raises `UnreadableTable` or `MissingField`.
    """
    return {short: _read(TABLES[short], file) for short, file in files.items()}


def fields_there(files: Mapping[str, Path]) -> Mapping[str, frozenset[str]]:
    """Of each table the fields that are read and that its file has."""
    return {
        short: frozenset(field for field in TABLES[short].fields if field.lower() in _columns(TABLES[short], file)[1])
        for short, file in files.items()
    }


def names_in(short: str, file: Path) -> tuple[str, ...]:
    """The names of a table's columns, as its file has them."""
    return tuple(name.strip().strip("\ufeff") for name in _columns(TABLES[short], file)[1].values())


def refuse_damaged(files: Mapping[str, Path]) -> None:
    """Raises `UnreadableTable` for the first file whose heading is whole and its rows are not."""
    for short, file in sorted(files.items()):
        try:
            _columns(TABLES[short], file)[0].select(pl.all().count()).collect(engine="streaming")
        except (pl.exceptions.PolarsError, OSError):
            # What Polars says may quote a value.
            raise UnreadableTable(f"{file.name} is damaged: its heading can be read, and its rows cannot") from None


def _read(table: Table, file: Path) -> pl.LazyFrame:
    if file.suffix.lower() == ".csv":
        refuse_misshapen(file)
    rows, there = _columns(table, file)
    for field in table.needs:
        if field.lower() not in there:
            raise MissingField(f"{file.name} has no field {field}, by which a row of {table.name} is placed")
    kinds = rows.collect_schema()
    fields = []
    for field in table.fields:
        if field.lower() not in there:
            fields.append(pl.lit(None, dtype=pl.String).alias(field))
            continue
        name = there[field.lower()]
        if kinds[name].is_nested() or kinds[name] in (pl.Binary, pl.Object):
            raise UnreadableTable(f"{file.name}: {field} holds lists or bytes; keep it as text, a date or a number")
        if kinds[name].is_float() and _is_code(field, table) and _has_values(rows, name):
            raise UnreadableTable(
                f"{file.name}: {field} is kept as floating-point numbers, which lose the last digits of a code; keep "
                "it as text"
            )
        fields.append(_text(name, kinds[name]).alias(field))
    return rows.with_row_index(ROW, offset=2).select(ROW, *fields)


def _columns(table: Table, file: Path) -> tuple[pl.LazyFrame, Mapping[str, str]]:
    """The file's rows, and its columns by their names in small letters."""
    try:
        rows = _scan(file)
        names = rows.collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnreadableTable(
            f"{file.name} cannot be read as {table.name}: it is empty, cut off, or not {file.suffix[1:].upper()}"
        ) from error
    there: dict[str, str] = {}
    for name in names:
        small = name.strip().strip("\ufeff").lower()
        if small in there:
            raise UnreadableTable(f"{file.name} has the field {name} twice")
        there[small] = name
    parted = [title for separator, title in OTHER_SEPARATORS.items() if len(names) == 1 and separator in names[0]]
    if parted:
        raise UnreadableTable(f"{file.name}: its fields are parted by {parted[0]}; save it with commas between them")
    return rows, there


def _is_code(field: str, table: Table) -> bool:
    return field in (*table.needs, *table.same_row) or field.endswith(("Code", "Diag", "Situation"))


def _has_values(rows: pl.LazyFrame, name: str) -> bool:
    return bool(rows.select(pl.col(name).fill_nan(None).count() > 0).collect().item())


def _scan(file: Path) -> pl.LazyFrame:
    if file.suffix.lower() == ".parquet":
        return pl.scan_parquet(file)
    return pl.scan_csv(file, infer_schema=False, encoding="utf8")


def _text(name: str, kind: pl.DataType) -> pl.Expr:
    """Without blanks around it; nothing is null. A whole number that was kept with a decimal point loses it."""
    if kind.is_float():
        column = pl.col(name).fill_nan(None)
        whole = column.cast(pl.Int64, strict=False)
        return pl.when(whole == column).then(whole.cast(pl.String)).otherwise(column.cast(pl.String))
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text)
