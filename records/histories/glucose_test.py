"""That a test for diabetes was done, where only its result says so, in one way for every source."""

from __future__ import annotations

import polars as pl

__all__ = ["tests_done"]


def tests_done(observations: pl.DataFrame) -> pl.DataFrame:
    """`diabetes_test_done` on the day of each 2-hour glucose: it is measured in a 75 g tolerance test and nowhere else
    (NICE NG3). A fasting glucose is measured for other reasons too."""
    two_hours = observations.filter(pl.col("concept").cast(pl.String) == "glucose_two_hours")
    done = pl.lit("diabetes_test_done").cast(observations.schema["concept"])
    return two_hours.with_columns(done.alias("concept"), pl.lit(1.0).alias("value"))
