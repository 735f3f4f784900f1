"""Body mass index from the height and weight of booking, in one way for every source."""

from __future__ import annotations

import polars as pl

from records.concepts import concept

__all__ = ["body_mass_index", "index_at_booking"]


def body_mass_index(height_cm: pl.Expr, weight_kg: pl.Expr) -> pl.Expr:
    """kg/m2 to one decimal, a half going up; null outside the concept's plausible range (10 to 70)."""
    # A tenth of kg/m2 is 100,000 times kg/cm2. Which way a half goes is not left to round().
    tenths = (weight_kg * 100_000.0 / (height_cm * height_cm) + 0.5).floor()
    # Polars divides a column by a constant as it multiplies by the inverse: a last digit off, but for the rounding.
    index = (tenths / 10.0).round(1)
    return pl.when(index.is_between(*concept("body_mass_index").plausible or (10, 70))).then(index)


def index_at_booking(sizes: pl.DataFrame, booked: pl.DataFrame) -> pl.DataFrame:
    """``pregnancy``, ``concept``, ``day``, ``value``: of the first height and the first weight by the day of booking.

    Of several of one day the largest counts, as height and weight are read themselves.

    ``sizes`` are observations of height and weight, ``booked`` has ``pregnancy`` and ``booked_day``, none null.
    """
    found = booked
    for name in ("height", "weight"):
        measured = sizes.filter(pl.col("concept").cast(pl.String) == name).select("pregnancy", "day", "value")
        by_then = measured.join(booked, on="pregnancy").filter(pl.col("day") <= pl.col("booked_day"))
        by_then = by_then.sort("day", pl.col("value").neg())
        found = found.join(
            by_then.group_by("pregnancy").agg(pl.col("value").first().alias(name)), on="pregnancy", how="left"
        )
    return found.select(
        "pregnancy",
        pl.lit("body_mass_index").alias("concept"),
        pl.col("booked_day").alias("day"),
        body_mass_index(pl.col("height"), pl.col("weight")).alias("value"),
    ).drop_nulls("value")
