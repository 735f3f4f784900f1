"""Whether a CSV table is whole: in UTF-8, each field once in its heading, and every row with the fields of the heading.

Polars fills fields that a row lacks with null, gives a field that stands twice another name, and says of a wrong byte
only that there is one; a national extract that was cut off in transfer would lose facts in silence. Read in parts,
without a step in Python for each row.
"""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

import polars as pl

from records.sources.msds.errors import UnreadableTable

__all__ = ["refuse_misshapen"]

_BYTES = 1 << 24
# In no text: so that a whole row is read as one field.
_NO_SEPARATOR = "\x1f"


def refuse_misshapen(file: Path) -> None:
    """Raises `UnreadableTable` with the first row that is not as the heading says; quotes no value."""
    if file.stat().st_size == 0:
        raise UnreadableTable(f"{file.name} is empty")
    _refuse_other_encodings(file)
    _refuse_other_line_ends(file)
    _refuse_a_field_twice(file)
    lines = pl.scan_csv(
        file, separator=_NO_SEPARATOR, quote_char=None, has_header=False, infer_schema=False, new_columns=["line"]
    ).with_row_index("row", offset=1)
    line = pl.col("line").fill_null("")
    quotes = line.str.count_matches('"', literal=True)
    plain = pl.when(quotes > 0).then(line.str.replace_all(r'"[^"]*"', "")).otherwise(line)
    fields = plain.str.count_matches(",", literal=True) + 1
    heading = lines.head(1).select(fields).collect()
    wrong = lines.select("row", fields=fields, odd=quotes % 2 == 1, blank=line.str.strip_chars() == "").filter(
        pl.col("odd") | ((pl.col("fields") != heading.item()) & ~pl.col("blank"))
    )
    first = wrong.head(1).collect(engine="streaming")
    if first.is_empty():
        return
    row, found, odd, _ = first.row(0)
    if odd:
        raise UnreadableTable(f"{file.name}, row {row}: a quotation mark is opened and not closed in that row")
    raise UnreadableTable(
        f"{file.name}, row {row}: holds {found} fields, and the heading {heading.item()}; is it cut off?"
    )


def _refuse_other_encodings(file: Path) -> None:
    decoder, rows = codecs.getincrementaldecoder("utf-8")(), 0
    with file.open("rb") as opened:
        while part := opened.read(_BYTES):
            try:
                decoder.decode(part)
            except UnicodeDecodeError as error:
                # Of a letter cut in two between parts, the first bytes belong to the part before.
                raise _other_encoding(file, rows + error.object[: error.start].count(b"\n")) from None
            if b"\0" in part:
                raise _other_encoding(file, rows + part[: part.index(b"\0")].count(b"\n"))
            rows += part.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _other_encoding(file, rows) from None


def _refuse_other_line_ends(file: Path) -> None:
    """A carriage return alone ends no row for Polars: the whole file would be its heading."""
    with file.open("rb") as opened:
        heading = opened.readline(_BYTES).removesuffix(b"\n").removesuffix(b"\r")
    if b"\r" in heading:
        raise UnreadableTable(
            f"{file.name}: its rows end in carriage returns alone; save it with line feeds (LF, or CR and LF)"
        )


def _refuse_a_field_twice(file: Path) -> None:
    """Columns without a name, as spreadsheets leave them, are no fields."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        try:
            heading = next(csv.reader([opened.readline()]), [])
        except csv.Error:
            raise UnreadableTable(f"{file.name}: its heading cannot be read as the names of fields") from None
    seen: set[str] = set()
    for name in filter(None, map(str.strip, heading)):
        if name.lower() in seen:
            raise UnreadableTable(f"{file.name} has the field {name} twice")
        seen.add(name.lower())


def _other_encoding(file: Path, rows_before: int) -> UnreadableTable:
    return UnreadableTable(f"{file.name}, row {rows_before + 1}: is not in UTF-8; save it as UTF-8")
