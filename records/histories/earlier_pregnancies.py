"""What a woman's earlier pregnancy in the same source tells her later record.

Only what was seen is added, as observed on the later booking day: that a source saw no haemorrhage is not that there
was none. What she was asked at booking stands beside it, and of the two the larger holds: a flag that either says, and
the greater number of births. A depression after an earlier birth is left to what she is asked: one source follows a
woman for weeks, another for years, and each would tell the same history differently.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from records.clock import BOOKING
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS

__all__ = ["with_earlier_pregnancies"]

_OUTCOMES = (
    "live_birth", "gestation_at_birth", "gestational_diabetes", "glucose_fasting", "glucose_two_hours", "birth_weight",
    "measured_blood_loss",
)  # fmt: skip
# Conception two weeks after the last period, as the agreed due date has it.
_CONCEPTION_DAY = 14
_DAYS_A_MONTH = 365.25 / 12
# Preterm before 37+0 weeks (NHS England, CQIMPreterm); diabetes by NICE NG3; a large baby by NICE NG3; haemorrhage as
# this project predicts it, 1,500 ml measured (NHS England, CQIMPPH).
_SEEN = {
    "previous_preterm_birth": pl.col("gestation_at_birth") < 37 * 7,
    "previous_gestational_diabetes": pl.col("gestational_diabetes")
    | (pl.col("glucose_fasting") >= 5.6)
    | (pl.col("glucose_two_hours") >= 7.8),
    "previous_baby_4500g_or_more": pl.col("birth_weight") >= 4500,
    "previous_postpartum_haemorrhage": pl.col("measured_blood_loss") >= 1500,
}


def with_earlier_pregnancies(histories: Histories) -> Histories:
    """The histories with what earlier pregnancies of the same woman tell: history flags, births, and the interval.

    Needs ``woman_id``, ``day_zero`` and ``booked_day``; a pregnancy without one of them is told nothing.
    """
    dated = (
        histories.pregnancies.select("woman_id", "day_zero", "booked_day", "ended_day", "ended_by")
        .with_row_index("pregnancy")
        .drop_nulls(["woman_id", "day_zero"])
        .filter(pl.len().over("woman_id") > 1)
    )
    if dated.is_empty():
        return histories
    told = _told(dated.join(_outcomes(histories), on="pregnancy").sort("woman_id", "day_zero"))
    added = _observations(told, recorded_parity=_recorded_parity(histories))
    return replace(histories, observations=pl.concat([histories.observations, added.lazy()]))


def _outcomes(histories: Histories) -> pl.DataFrame:
    return histories.afterwards(_OUTCOMES).select(_OUTCOMES).with_row_index("pregnancy")


def _recorded_parity(histories: Histories) -> pl.DataFrame:
    recorded = histories.known_by(BOOKING, ["parity"]).select(pl.col("parity").alias("recorded"))
    return recorded.with_row_index("pregnancy").drop_nulls()


def _told(pregnancies: pl.DataFrame) -> pl.DataFrame:
    """Of each pregnancy what those of the same woman before it tell; null where they tell nothing."""
    born = pl.col("ended_by") == "birth"
    ended_on = pl.col("day_zero") + pl.duration(days=pl.col("ended_day"))
    born_on = pl.when(born & pl.col("live_birth")).then(ended_on)
    conceived_on = pl.col("day_zero") + pl.duration(days=_CONCEPTION_DAY)
    before = {name: seen.fill_null(value=False).cast(pl.Int8).cum_max().shift(1) for name, seen in _SEEN.items()}
    births = born.fill_null(value=False).cast(pl.Int16).cum_sum().shift(1)
    since = (conceived_on - born_on.forward_fill().shift(1)).dt.total_days() / _DAYS_A_MONTH
    return pregnancies.select(
        "pregnancy",
        "booked_day",
        *(pl.when(flag.over("woman_id") > 0).then(1.0).alias(name) for name, flag in before.items()),
        pl.when(births.over("woman_id") > 0).then(births.over("woman_id")).cast(pl.Float64).alias("parity"),
        since.over("woman_id").alias("interpregnancy_interval"),
    ).drop_nulls("booked_day")


def _observations(told: pl.DataFrame, recorded_parity: pl.DataFrame) -> pl.DataFrame:
    rows = told.unpivot(index=["pregnancy", "booked_day"], variable_name="concept").drop_nulls("value")
    # Without a recorded parity the births seen here are only the fewest she can have had.
    is_parity = pl.col("concept") == "parity"
    rows = rows.join(recorded_parity, on="pregnancy", how="left").filter(~is_parity | pl.col("recorded").is_not_null())
    # It may have been recorded on an earlier day than booking, whose observation is the last one.
    value = pl.when(is_parity).then(pl.max_horizontal("value", "recorded")).otherwise("value")
    rows = rows.with_columns(value.cast(pl.Float64).alias("value"))
    rows = rows.filter((pl.col("concept") != "interpregnancy_interval") | (pl.col("value") >= 0))
    return rows.select(
        pl.col("pregnancy").cast(OBSERVATION_COLUMNS["pregnancy"]),
        pl.col("concept").cast(OBSERVATION_COLUMNS["concept"]),
        pl.col("booked_day").alias("day"),
        pl.col("value"),
    )
