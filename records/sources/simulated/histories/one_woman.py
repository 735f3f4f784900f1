"""What is recorded of a woman, and not of one of her pregnancies: the same in each of them."""

from __future__ import annotations

import polars as pl

from records.groups import MISSING_ETHNICITY
from records.histories.tables import OBSERVATION_COLUMNS

__all__ = ["one_record_of_each_woman"]

_OF_BOOKING = ("age_band", "interpreter_needed")


def one_record_of_each_woman(
    pregnancies: pl.DataFrame, observations: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Her ethnic category is the last she stated, her area the one that was recorded in any of her pregnancies.

    An unbooked woman was asked nothing of what booking asks.
    """
    stated = ~pl.col("ethnic_group").is_in(list(MISSING_ETHNICITY))
    by_woman = {
        name: pl.coalesce(
            pl.col(name).filter(stated).last().over("woman_id"), pl.col(name).last().over("woman_id")
        ).alias(name)
        for name in ("ethnic_category", "ethnic_group")
    }
    booked = pl.col("booked_day").is_not_null()
    told = pregnancies.with_columns(
        *by_woman.values(),
        pl.col("deprivation_quintile").drop_nulls().last().over("woman_id"),
        *(pl.when(booked).then(name).alias(name) for name in _OF_BOOKING),
    )
    areas = (
        told.with_row_index("pregnancy")
        .drop_nulls(["booked_day", "deprivation_quintile"])
        .select(
            "pregnancy",
            pl.lit("deprivation_quintile").alias("concept"),
            pl.col("booked_day").alias("day"),
            pl.col("deprivation_quintile").alias("value"),
        )
        .cast(dict(OBSERVATION_COLUMNS))  # type: ignore[arg-type]
    )
    others = observations.filter(pl.col("concept") != "deprivation_quintile")
    return told, pl.concat([others, areas])
