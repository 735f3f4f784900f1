"""Body mass index from the height and weight of booking, in one way for every source."""

from __future__ import annotations

import polars as pl

from records.concepts import concept

__all__ = ["body_mass_index"]


def body_mass_index(height_cm: pl.Expr, weight_kg: pl.Expr) -> pl.Expr:
    """kg/m2 to one decimal, a half going up; null outside the concept's plausible range (10 to 70)."""
    metres = height_cm / 100.0
    # Not round(): which way a half goes is then the library's choice.
    index = (weight_kg / (metres * metres) * 10.0 + 0.5).floor() / 10.0
    return pl.when(index.is_between(*concept("body_mass_index").plausible or (10, 70))).then(index)
