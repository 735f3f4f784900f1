"""How deprived the area is where a woman lived when she booked.

Her own rows (MSD001) are sent each month, and she may move: of a pregnancy the area is the one last sent in a reporting
period that begins by the day of booking. Where none is, in an extract that begins later, it is the one first sent.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from records.sources.msds.fields import number_in
from records.sources.msds.submissions import began

__all__ = ["quintiles_at_booking"]

_DECILES = (1, 10)


def quintiles_at_booking(women: pl.LazyFrame, tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """``UniqPregID`` and ``area``, the quintile (1 most deprived): NaN where a decile is recorded and none can be read.

    ``women`` has ``UniqPregID`` and ``Person_ID_Mother``; pregnancies of which nothing is recorded are left out.
    """
    booked = tables["MSD101"].select("UniqPregID", "AntenatalAppDate")
    pregnancies = women.select("UniqPregID", "Person_ID_Mother").join(booked, on="UniqPregID", how="left")
    lived = tables["MSD001"].select("Person_ID_Mother", began().alias("began"), _quintile().alias("area"))
    each = lived.join(pregnancies, on="Person_ID_Mother", how="inner", maintain_order="left").drop_nulls("area")
    area, period = pl.col("area"), pl.col("began")
    # What cannot be read is counted, but takes the place of nothing that can.
    readable = area.is_not_nan()
    by_then = readable & (period <= pl.col("AntenatalAppDate")).fill_null(value=False)
    first = readable & (period == period.filter(readable).min())
    known = pl.coalesce(area.filter(by_then).last(), area.filter(first).last(), area.last())
    return each.group_by("UniqPregID", maintain_order=True).agg(known.alias("area")).collect()


def _quintile() -> pl.Expr:
    """Deciles 1 and 2, the most deprived, are quintile 1."""
    decile = number_in("Rank_IMD_Decile_2015")
    known = pl.when(decile.is_null() | decile.is_between(*_DECILES)).then(decile).otherwise(float("nan"))
    return ((known + 1) / 2).floor()
