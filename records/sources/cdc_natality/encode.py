"""Writes births in the natality record: fixed width, 1,345 characters and CR LF, as text or inside a ZIP."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from records.sources.cdc_natality.codes import Cell, codes_by_text, text_of_cell, why_unreadable
from records.sources.cdc_natality.errors import UnencodableValue, UnknownField
from records.sources.cdc_natality.fields import FIELDS, RECORD_LENGTH, SIMULATED_MARK, Field

__all__ = ["write_natality", "write_natality_parts"]

Bytes = npt.NDArray[np.uint8]

_BIRTHS_AT_ONCE = 8_192
_LINE_END = b"\r\n"
# A fixed date, so that the same births make the same archive.
_ARCHIVED_ON = (1980, 1, 1, 0, 0, 0)


def write_natality(frame: pl.DataFrame, path: Path, *, is_simulated: bool = True) -> None:
    """``frame`` has one row a birth and columns named as fields, coded as the user guide codes them (numbers or text).

    A null is written as the field's own code for unknown, or as blanks where it has none; a field without a column
    stays blank, which a reader takes as 'not published'. A path that ends in ``.zip`` is compressed by Deflate.
    Births are marked as simulated, so that no reader takes them for real ones, unless they are said to be real.
    Raises `UnknownField` or `UnencodableValue`; then nothing is written.
    """
    _write(_encoded(frame, is_simulated), path)


def write_natality_parts(parts: Iterable[pl.DataFrame], path: Path, *, is_simulated: bool = True) -> None:
    """The same for births too many to hold at once: each of ``parts`` is written before the next is asked for.

    A part that cannot be encoded leaves no file behind.
    """
    try:
        _write((block for part in parts for block in _encoded(part, is_simulated)), path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _encoded(frame: pl.DataFrame, is_simulated: bool) -> Iterator[bytes]:
    unknown = sorted(set(frame.columns) - set(FIELDS))
    if unknown:
        raise UnknownField(f"the natality record has no field {', '.join(unknown)} that is read here")
    columns = {name: _texts(frame.get_column(name), FIELDS[name]) for name in frame.columns}
    return _records(columns, frame.height, is_simulated)


def _write(blocks: Iterable[bytes], path: Path) -> None:
    if path.suffix.lower() != ".zip":
        with path.open("wb") as file:
            file.writelines(blocks)
        return
    member = zipfile.ZipInfo(f"{path.stem}.txt", date_time=_ARCHIVED_ON)
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive, archive.open(member, "w", force_zip64=True) as file:
        for block in blocks:
            file.write(block)


def _texts(values: pl.Series, field: Field) -> Bytes:
    """One row a birth, one column a byte. Only distinct values are formatted one by one."""
    if isinstance(values.dtype, pl.Categorical | pl.Enum):
        values = values.cast(pl.String)
    distinct = values.drop_nulls().unique().to_list()
    texts = [_text(cell, field, values) for cell in distinct]
    absent = field.codes.unknown or " " * field.width
    table = np.frombuffer("".join([*texts, absent]).encode("latin-1"), dtype=np.uint8).reshape(-1, field.width)
    if not distinct:
        return np.repeat(table, len(values), axis=0)
    place = values.replace_strict(distinct, range(len(distinct)), default=None, return_dtype=pl.UInt32)
    written: Bytes = table[place.fill_null(len(distinct)).to_numpy()]
    return written


def _text(cell: Cell, field: Field, values: pl.Series) -> str:
    text = text_of_cell(field, cell)
    if not text.strip():
        return field.codes.unknown or text
    if text not in codes_by_text(field.name):
        row = (values == cell).arg_max() or 0
        reason = why_unreadable(field, text)
        raise UnencodableValue(f"{field.name} {reason}, at row {row + 1:,} of the births to write")
    return text


def _records(columns: dict[str, Bytes], births: int, is_simulated: bool) -> Iterator[bytes]:
    for start in range(0, births, _BIRTHS_AT_ONCE):
        stop = min(start + _BIRTHS_AT_ONCE, births)
        records = np.full((stop - start, RECORD_LENGTH + len(_LINE_END)), ord(" "), dtype=np.uint8)
        records[:, RECORD_LENGTH:] = np.frombuffer(_LINE_END, dtype=np.uint8)
        if is_simulated:
            records[:, : len(SIMULATED_MARK)] = np.frombuffer(SIMULATED_MARK, dtype=np.uint8)
        for name, texts in columns.items():
            records[:, FIELDS[name].first_byte - 1 : FIELDS[name].last_byte] = texts[start:stop]
        yield records.tobytes()
