"""The two tables of event records, and how facts become the numbers of the second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from records.concepts import CONCEPTS, concept
from records.identity import IDENTITY_COLUMNS

__all__ = [
    "CLOCK_COLUMNS",
    "CONCEPT_NAMES",
    "ENDINGS",
    "OBSERVATION_COLUMNS",
    "PREGNANCY_COLUMNS",
    "UNCLEAR_COLUMNS",
    "ClosedFrom",
    "column_of",
    "observed_value",
]

#: How a pregnancy that is over ended: a birth, alive or not, from 24 weeks (or a live birth before); a loss before; or
#: for this record, because her care moved elsewhere.
ENDINGS = ("birth", "loss", "transfer")

#: From when on no observation of a flag means 'no': from booking, or from birth.
ClosedFrom = Literal["booked", "birth"]

# Days are gestational: day 0 is 280 days before the agreed due date, so they are negative before and go on after birth.
CLOCK_COLUMNS: Mapping[str, pl.DataType] = {
    "day_zero": pl.Date(),
    "booked_day": pl.Int16(),
    "admitted_day": pl.Int16(),
    "ended_day": pl.Int16(),
    "ended_by": pl.String(),
    # Days after birth through which the source would have recorded what happened to her.
    "followed_days": pl.Int16(),
}
PREGNANCY_COLUMNS: Mapping[str, pl.DataType] = {**IDENTITY_COLUMNS, **CLOCK_COLUMNS}

CONCEPT_NAMES: tuple[str, ...] = tuple(CONCEPTS)
OBSERVATION_COLUMNS: Mapping[str, pl.DataType] = {
    "pregnancy": pl.UInt32(),  # row of the pregnancies table
    "concept": pl.Enum(CONCEPT_NAMES),
    "day": pl.Int16(),  # the day on which care came to know it
    "value": pl.Float64(),  # in the concept's unit; a flag is 0 or 1, a category the position of its level
}
#: An entry of a fact that says no more than that there is one.
UNCLEAR_COLUMNS: Mapping[str, pl.DataType] = {name: OBSERVATION_COLUMNS[name] for name in ("pregnancy", "concept")}


def observed_value(name: str, fact: float | bool | str) -> float:
    """A fact in its canonical unit, as the observations hold it."""
    if concept(name).kind == "category":
        return float(concept(name).categories.index(str(fact)))
    return float(fact)


def column_of(name: str, values: pl.Series) -> pl.Series:
    """Numbers read from observations, as the concept's own column: null where NaN."""
    known = values.fill_nan(None)
    match concept(name).kind:
        case "flag":
            column = known.cast(pl.Int8).cast(pl.Boolean)
        case "count":
            column = known.cast(pl.Int16)
        case "category":
            levels = pl.Series(concept(name).categories, dtype=pl.String)
            column = pl.select(pl.lit(levels).gather(known.cast(pl.UInt32))).to_series()
        case "quantity":
            column = known
    return column.cast(IDENTITY_COLUMNS.get(name, column.dtype)).alias(name)
