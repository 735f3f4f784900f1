"""Gathering observations: each is kept only if this record was still being written on its day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from records.concepts import concept
from records.histories.tables import OBSERVATION_COLUMNS, observed_value
from records.sources.simulated.drawing import Column
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days, Flags

__all__ = ["WrittenDown"]


@dataclass(kw_only=True)
class WrittenDown:
    """The observations so far. Days of one row a pregnancy, in the order of ``clock``."""

    clock: Clock
    _parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, name: str, day: Days, value: Column, where: Flags | None = None) -> None:
        """One observation of each pregnancy ``where`` it holds and the day is there and before the record's end."""
        kept = (day != NO_DAY) & (day <= self.clock.seen_until)
        if where is not None:
            kept = kept & where
        rows = np.flatnonzero(kept)
        part = pl.DataFrame(
            {
                "pregnancy": rows.astype(np.uint32),
                "concept": pl.repeat(name, len(rows), eager=True, dtype=pl.String),
                "day": day[rows].astype(np.int16),
                "value": np.asarray(value)[rows].astype(np.float64),
            }
        )
        self._parts.append(part.cast(dict(OBSERVATION_COLUMNS)))  # type: ignore[arg-type]

    def add_before_birth(self, name: str, day: Days, value: Column, where: Flags | None = None) -> None:
        """`add`, of women under care: booked by the day, and before the day the pregnancy ended."""
        under_care = (self.clock.booked != NO_DAY) & (day >= self.clock.booked) & (day < self.clock.ended)
        self.add(name, day, value, under_care if where is None else under_care & where)

    def add_column(self, name: str, day: Days, column: pl.Series, where: Flags | None = None) -> None:
        """`add`, of a recorded column: nothing where it is null."""
        recorded = column.is_not_null().to_numpy()
        if concept(name).kind == "category":
            levels = {level: observed_value(name, level) for level in concept(name).categories}
            column = column.replace_strict(levels, return_dtype=pl.Float64)
        values = column.cast(pl.Float64).fill_null(0.0).to_numpy()
        self.add(name, day, values, recorded if where is None else recorded & where)

    def table(self) -> pl.DataFrame:
        """Every observation, in no order."""
        return pl.concat(self._parts)
