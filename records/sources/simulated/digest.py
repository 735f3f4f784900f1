"""One SHA-256 of the content of a table, whatever holds it: memory, Parquet, any chunking."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

__all__ = ["content_digest"]


def content_digest(table: pl.DataFrame) -> str:
    """Over each column's name, type, nulls and values (little-endian; text as its UTF-8 with lengths)."""
    digest = hashlib.sha256()
    for column in table.iter_columns():
        kind = "Enum" if column.dtype == pl.Enum else column.dtype
        digest.update(f"{column.name}\0{kind}\0{len(column)}\0".encode())
        digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
        digest.update(_value_bytes(column))
    return digest.hexdigest()


def _value_bytes(column: pl.Series) -> bytes:
    if column.dtype == pl.Enum:
        return _value_bytes(column.cast(pl.String))
    if column.dtype == pl.String:
        text = column.fill_null("")
        lengths = text.str.len_bytes().to_numpy().astype("<u4").tobytes()
        return lengths + "".join(text.to_list()).encode()
    if column.dtype == pl.Boolean:
        return np.packbits(column.fill_null(False).to_numpy()).tobytes()
    # A date is digested as its number of days, and a name from a list as its text, whatever list it is from.
    numbers = column.to_physical() if column.dtype == pl.Date else column
    values = numbers.fill_null(0).to_numpy()
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
