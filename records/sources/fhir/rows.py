"""Tables that grow a row at a time: rows are kept as they come and packed into columns a block at a time."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

__all__ = ["KEY", "Rows"]

#: 'Type/id', held as 64 bits: of 6 million resources the odds that any two share them are one in a million.
KEY = pl.UInt64()
_BLOCK = 1 << 13


class Rows:
    """``schema`` by column; text given for a column of type `KEY` is held as its hash."""

    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self._schema = schema
        self._keys = [name for name, kind in schema.items() if kind == KEY]
        self._waiting: list[tuple[object, ...]] = []
        self._packed: list[pl.DataFrame] = []

    def add(self, *values: object) -> None:
        """The values of one row, in the order of the schema."""
        self._waiting.append(values)
        if len(self._waiting) == _BLOCK:
            self._pack()

    def table(self) -> pl.DataFrame:
        self._pack()
        if not self._packed:
            return pl.DataFrame(schema=self._schema)
        return pl.concat(self._packed, rechunk=True)

    def _pack(self) -> None:
        if not self._waiting:
            return
        columns = [
            pl.Series(name, values, dtype=pl.String() if kind == KEY else kind)
            for (name, kind), values in zip(self._schema.items(), zip(*self._waiting, strict=True), strict=True)
        ]
        block = pl.DataFrame(columns)
        hashed = [pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash()).alias(name) for name in self._keys]
        self._packed.append(block.with_columns(hashed))
        self._waiting.clear()
