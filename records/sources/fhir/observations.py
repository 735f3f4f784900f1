"""The observations of the pregnancies: what was stated, what follows from it, and what is known of her herself."""

from __future__ import annotations

import polars as pl

from records.histories.body_mass_index import index_at_booking
from records.histories.clocked import gestation_at_birth, gestation_at_booking
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
        gestation_at_booking(table),
        gestation_at_birth(table, _of(stated, "gestation_at_birth")),
        _body_mass_index(table, stated),
        *(_told_of_herself(of_herself, name) for name in OF_HERSELF),
    ]
    return pl.concat([part.select(*OBSERVATION_COLUMNS).cast(dict(OBSERVATION_COLUMNS)) for part in parts]).unique()  # type: ignore[arg-type]


def _of(stated: pl.DataFrame, name: str) -> pl.DataFrame:
    return stated.filter(pl.col("concept").cast(pl.String) == name)


def _follows(stated: pl.DataFrame, cause: str, effect: str, value: float) -> pl.DataFrame:
    return _of(stated, cause).with_columns(pl.lit(effect).alias("concept"), pl.lit(value).alias("value"))


def _body_mass_index(table: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    built = index_at_booking(stated, table.select("pregnancy", "booked_day").drop_nulls())
    recorded = _of(stated, "body_mass_index").join(built, on="pregnancy", how="anti")
    columns = [pl.col("pregnancy"), pl.col("concept").cast(pl.String), pl.col("day").cast(pl.Int32), pl.col("value")]
    return pl.concat([built.select(columns), recorded.select(columns)])


def _told_of_herself(of_herself: pl.DataFrame, name: str) -> pl.DataFrame:
    known = of_herself.select(
        "pregnancy", pl.lit(name).alias("concept"), pl.col(f"{name}_day").alias("day"), pl.col(name).alias("value")
    )
    return known.drop_nulls()
