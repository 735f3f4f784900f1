"""Who is there to be asked at a prediction point, where a source has no dates but says how long a pregnancy lasted."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from records.clock import PredictionPoint
from records.histories.histories import HERE, NOT_BOOKED, STANDINGS

__all__ = ["standing_without_dates"]

_ENDED = STANDINGS[2]
# The agreed due date first, then the estimates of the United States' certificate.
_DAYS_AT_BIRTH = ("gestation_at_birth", "gestation_at_birth_combined", "gestation_at_birth_obstetric")


def standing_without_dates(point: PredictionPoint, held: Collection[str]) -> pl.Expr:
    """One of `STANDINGS` from the concepts that are ``held``.

    At a point of so many weeks: who had given birth by then is not there, nor who had not booked. Where neither is
    known of a woman she is taken for there.
    """
    day = point.gestational_day
    if day is None:
        return pl.lit(HERE)
    lasted = [pl.col(name) for name in _DAYS_AT_BIRTH if name in held]
    over = pl.coalesce(*lasted) <= day if lasted else pl.lit(value=False)
    not_booked = pl.col("gestation_at_booking") > day if "gestation_at_booking" in held else pl.lit(value=False)
    return (
        pl.when(not_booked.fill_null(value=False))
        .then(pl.lit(NOT_BOOKED))
        .when(over.fill_null(value=False))
        .then(pl.lit(_ENDED))
        .otherwise(pl.lit(HERE))
    )
