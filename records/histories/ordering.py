"""Observations in their order, each once."""

from __future__ import annotations

import numpy as np
import polars as pl

from records.histories.tables import CONCEPT_NAMES

__all__ = ["in_order"]

_FIRST_DAY, _DAYS = np.iinfo(np.int16).min, 2**16


def in_order(observations: pl.DataFrame) -> pl.DataFrame:
    """By pregnancy, day, concept and value; what was written down twice alike is one."""
    # One number for the first three sorts several times as fast as three columns do, and in less memory.
    day, concept_number = pl.col("day").cast(pl.Int64) - _FIRST_DAY, pl.col("concept").to_physical()
    place = (pl.col("pregnancy").cast(pl.Int64) * _DAYS + day) * len(CONCEPT_NAMES) + concept_number.cast(pl.Int64)
    ordered = observations.with_columns(place.alias("place")).sort("place", "value")
    again = (pl.col("place") == pl.col("place").shift()) & (pl.col("value") == pl.col("value").shift())
    return ordered.filter(~again.fill_null(value=False)).drop("place")
