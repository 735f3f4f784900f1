"""Body mass index from the height and weight of booking, in one way for every source."""

from __future__ import annotations

import polars as pl

from records.concepts import concept

__all__ = ["body_mass_index"]


def body_mass_index(height_cm: pl.Expr, weight_kg: pl.Expr) -> pl.Expr:
    """kg/m2 to one decimal, a half going up; null outside the concept's plausible range (10 to 70)."""
    # A tenth of kg/m2 is 100,000 times kg/cm2. Which way a half goes is not left to round().
    tenths = (weight_kg * 100_000.0 / (height_cm * height_cm) + 0.5).floor()
    # Polars divides a column by a constant as it multiplies by the inverse: a last digit off, but for the rounding.
    index = (tenths / 10.0).round(1)
    return pl.when(index.is_between(*concept("body_mass_index").plausible or (10, 70))).then(index)
