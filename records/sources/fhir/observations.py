"""The observations of the pregnancies: what was stated, what follows from it, and what is known of her herself."""

from __future__ import annotations

import polars as pl

from records.concepts import concept
from records.histories.body_mass_index import body_mass_index
from records.histories.glucose_test import tests_done
from records.histories.tables import OBSERVATION_COLUMNS

__all__ = ["OF_HERSELF", "observations_of"]

#: Facts of the woman at booking that stand in the identity columns too, whether she booked or not.
OF_HERSELF = ("maternal_age", "deprivation_quintile", "interpreter_needed")


def observations_of(table: pl.DataFrame, stated: pl.DataFrame, of_herself: pl.DataFrame) -> pl.DataFrame:
    """With `OBSERVATION_COLUMNS`, each once. ``table`` has the clock; ``of_herself`` one row a pregnancy, in its order.

    Follows: a stillbirth is no live birth; a two-hour glucose is a test for diabetes; gestation at booking and at
    birth come of the clock, the latter where none is recorded; the body mass index of height and weight by booking,
    and only without them one that was recorded.
    """
    parts = [
        stated.filter(~pl.col("concept").cast(pl.String).is_in([*OF_HERSELF, "body_mass_index"])),
        _follows(stated, "stillbirth", "live_birth", 0.0),
        tests_done(stated),
        _clocked(table, "gestation_at_booking", "booked_day", pl.col("booked_day").is_not_null()),
        _clocked(table, "gestation_at_birth", "ended_day", pl.col("ended_by") == "birth").join(
            _of(stated, "gestation_at_birth"), on="pregnancy", how="anti"
        ),
        _body_mass_index(table, stated),
        *(_known_at_booking(table, of_herself, name) for name in OF_HERSELF),
    ]
    return pl.concat([part.select(*OBSERVATION_COLUMNS).cast(dict(OBSERVATION_COLUMNS)) for part in parts]).unique()  # type: ignore[arg-type]


def _of(stated: pl.DataFrame, name: str) -> pl.DataFrame:
    return stated.filter(pl.col("concept").cast(pl.String) == name)


def _follows(stated: pl.DataFrame, cause: str, effect: str, value: float) -> pl.DataFrame:
    return _of(stated, cause).with_columns(pl.lit(effect).alias("concept"), pl.lit(value).alias("value"))


def _clocked(table: pl.DataFrame, name: str, day: str, where: pl.Expr) -> pl.DataFrame:
    low, high = concept(name).plausible or (0, 0)
    value = pl.col(day).cast(pl.Float64)
    return table.filter(where & value.is_between(low, high)).select(
        "pregnancy", pl.lit(name).alias("concept"), pl.col(day).alias("day"), value.alias("value")
    )


def _body_mass_index(table: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    booked = table.select("pregnancy", pl.col("booked_day").alias("_booked")).drop_nulls()
    found = booked
    for name in ("height", "weight"):
        by_then = _of(stated, name).join(booked, on="pregnancy").filter(pl.col("day") <= pl.col("_booked"))
        first = (
            by_then.sort("day", pl.col("value").neg()).group_by("pregnancy").agg(pl.col("value").first().alias(name))
        )
        found = found.join(first, on="pregnancy", how="left")
    built = found.select(
        "pregnancy",
        pl.lit("body_mass_index").alias("concept"),
        pl.col("_booked").alias("day"),
        body_mass_index(pl.col("height"), pl.col("weight")).alias("value"),
    ).drop_nulls("value")
    recorded = _of(stated, "body_mass_index").join(built, on="pregnancy", how="anti")
    columns = [pl.col("pregnancy"), pl.col("concept").cast(pl.String), pl.col("day").cast(pl.Int32), pl.col("value")]
    return pl.concat([built.select(columns), recorded.select(columns)])


def _known_at_booking(table: pl.DataFrame, of_herself: pl.DataFrame, name: str) -> pl.DataFrame:
    known = pl.DataFrame([table["pregnancy"], table["booked_day"], of_herself[name].cast(pl.Float64)])
    return known.drop_nulls().select(
        "pregnancy", pl.lit(name).alias("concept"), pl.col("booked_day").alias("day"), pl.col(name).alias("value")
    )
