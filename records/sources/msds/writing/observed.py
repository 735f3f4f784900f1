"""Observations with what the tables need of their pregnancy, and in the shapes the tables have."""

from __future__ import annotations

import polars as pl

from records.histories.histories import Histories

__all__ = ["before_birth", "dated", "whole", "wide"]


def dated(histories: Histories) -> pl.DataFrame:
    """Observations with their pregnancy's identifiers, the days of its clock, and their ``date``."""
    whose = histories.pregnancies.select("pregnancy_id", "woman_id", "day_zero", "booked_day", "ended_day", "ended_by")
    rows = histories.observations.with_columns(pl.col("concept").cast(pl.String)).collect()
    joined = rows.join(whose.with_row_index("pregnancy"), on="pregnancy", how="inner")
    return joined.with_columns(
        (pl.col("day_zero") + pl.duration(days=pl.col("day"))).alias("date"), pl.col("pregnancy_id").alias("UniqPregID")
    )


def wide(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    """One row a pregnancy with the last value of each concept, null where it has none."""
    found = rows.filter(pl.col("concept").is_in(names)).sort("day", "value")
    return found.group_by("pregnancy").agg(
        pl.col("value").filter(pl.col("concept") == name).last().alias(name) for name in names
    )


def whole(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64).cast(pl.String)


def before_birth() -> pl.Expr:
    """What is seen in pregnancy, and not of its birth."""
    return (pl.col("day") < pl.col("ended_day")).fill_null(value=True) | (pl.col("ended_by") != "birth").fill_null(
        value=True
    )
