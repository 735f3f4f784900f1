"""One SHA-256 of the content of a table, whatever holds it: memory, Parquet, any chunking."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

__all__ = ["content_digest", "digest_of_columns"]

# Text is put together in so many values at a time: of a column of a hundred million it is not in memory twice.
_VALUES_AT_A_TIME = 500_000


def content_digest(table: pl.DataFrame) -> str:
    """Over each column's name, type, nulls and values (little-endian; text as its UTF-8 with lengths)."""
    return digest_of_columns(table.iter_columns())


def digest_of_columns(columns: Iterable[pl.Series]) -> str:
    """`content_digest` of the table with these columns, of which one at a time need be in memory."""
    digest = hashlib.sha256()
    for column in columns:
        kind = "Enum" if column.dtype == pl.Enum else column.dtype
        digest.update(f"{column.name}\0{kind}\0{len(column)}\0".encode())
        digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
        for part in _value_bytes(column):
            digest.update(part)
    return digest.hexdigest()


def _value_bytes(column: pl.Series) -> Iterator[bytes]:
    if column.dtype in (pl.Enum, pl.String):
        yield from (part.str.len_bytes().to_numpy().astype("<u4").tobytes() for part in _text_of(column))
        yield from (part.str.join("").item().encode() for part in _text_of(column))
        return
    yield _number_bytes(column)


def _text_of(column: pl.Series) -> Iterator[pl.Series]:
    """A name from a list is digested as its text, whatever list it is from."""
    for part in column.to_frame().iter_slices(_VALUES_AT_A_TIME):
        yield part.to_series().cast(pl.String).fill_null("")


def _number_bytes(column: pl.Series) -> bytes:
    if column.dtype == pl.Boolean:
        return np.packbits(column.fill_null(False).to_numpy()).tobytes()
    # A date is digested as its number of days.
    numbers = column.to_physical() if column.dtype == pl.Date else column
    values = numbers.fill_null(0).to_numpy()
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
