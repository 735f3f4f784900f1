"""Gestations that the clock itself tells, in one way for every source."""

from __future__ import annotations

import polars as pl

from records.concepts import concept

__all__ = ["gestation_at_birth", "gestation_at_booking"]


def gestation_at_booking(clock: pl.DataFrame) -> pl.DataFrame:
    """``pregnancy``, ``concept``, ``day``, ``value``; ``clock`` has ``pregnancy`` and ``booked_day``."""
    return _clocked(clock, "gestation_at_booking", "booked_day")


def gestation_at_birth(clock: pl.DataFrame, recorded: pl.DataFrame) -> pl.DataFrame:
    """Of births without a gestation that was recorded and can be; ``clock`` has ``ended_by`` and ``ended_day`` too.

    ``recorded`` are observations of the concept, with ``pregnancy``.
    """
    born = clock.filter(pl.col("ended_by") == "birth")
    return _clocked(born, "gestation_at_birth", "ended_day").join(recorded, on="pregnancy", how="anti")


def _clocked(clock: pl.DataFrame, name: str, day: str) -> pl.DataFrame:
    value = pl.col(day).cast(pl.Float64)
    return clock.filter(value.is_between(*(concept(name).plausible or (0, 0)))).select(
        "pregnancy", pl.lit(name).alias("concept"), pl.col(day).alias("day"), value.alias("value")
    )
