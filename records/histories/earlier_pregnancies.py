"""What a woman's earlier pregnancy in the same source tells her later record.

An earlier pregnancy is one that had ended before this one was conceived. Two records of one woman that overlap are one
pregnancy seen in two places, or one of them is wrongly dated: neither is told anything by the other, a birth that both
hold counts once, and how many there are is said.

Only what was seen is added, as observed on the later booking day, and only what had been recorded by the day on which
her next pregnancy was booked: that a source saw no haemorrhage is not that there was none. What she was asked at
booking stands beside it, and of the two the larger holds: a flag that either says, and the greater number of births. A
depression after an earlier birth is left to what she is asked: one source follows a woman for weeks, another for
years, and each would tell the same history differently.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from records.clock import BOOKING
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS

__all__ = ["overlapping", "with_earlier_pregnancies"]

_OVERLAP = "of a woman with an earlier record that overlaps it in time: each stands, and is told nothing by the other"

_OUTCOMES = (
    "live_birth", "gestation_at_birth", "gestational_diabetes", "glucose_fasting", "glucose_two_hours", "birth_weight",
    "measured_blood_loss",
)  # fmt: skip
# Conception two weeks after the last period, as the agreed due date has it.
_CONCEPTION_DAY, _DUE_DAY = 14, 280
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
    dated = _with_dates(dated)
    told = _told(dated.join(_outcomes(histories, dated), on="pregnancy"))
    added = _observations(told, recorded_parity=_recorded_parity(histories))
    return replace(histories, observations=pl.concat([histories.observations, added.lazy()]))


def overlapping(pregnancies: pl.DataFrame) -> dict[str, int]:
    """How many were conceived before the end, or the due date, of a pregnancy of the same woman that began before."""
    dated = _with_dates(pregnancies.drop_nulls(["woman_id", "day_zero"])).sort("woman_id", "day_zero")
    due_on = pl.col("day_zero") + pl.duration(days=_DUE_DAY)
    latest = pl.coalesce("ended_on", due_on).cum_max().shift(1).over("woman_id")
    count = int(dated.select((pl.col("conceived_on") <= latest).sum()).item())
    return {_OVERLAP: count} if count else {}


def _outcomes(histories: Histories, dated: pl.DataFrame) -> pl.DataFrame:
    """Of each pregnancy what was recorded by the day that the next one was booked, if there was one."""
    booked_on = pl.col("day_zero") + pl.duration(days=pl.col("booked_day"))
    next_booked = (
        dated.drop_nulls("booked_day")
        .select("woman_id", "conceived_on", booked_on.alias("next_booked_on"))
        .sort("conceived_on")
    )
    until = (
        dated.drop_nulls("ended_on")
        .sort("ended_on")
        .join_asof(
            next_booked,
            left_on="ended_on",
            right_on="conceived_on",
            by="woman_id",
            strategy="forward",
            allow_exact_matches=False,
            coalesce=False,
            suffix="_next",
            check_sortedness=False,
        )
        .select("pregnancy", until=(pl.col("next_booked_on") - pl.col("day_zero")).dt.total_days())
    )
    rows = histories.pregnancies.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("pregnancy"))
    days = rows.join(until, on="pregnancy", how="left", maintain_order="left")["until"]
    return histories.seen_by(_OUTCOMES, days).with_row_index("pregnancy")


def _recorded_parity(histories: Histories) -> pl.DataFrame:
    recorded = histories.known_by(BOOKING, ["parity"]).select(pl.col("parity").alias("recorded"))
    return recorded.with_row_index("pregnancy").drop_nulls()


def _with_dates(pregnancies: pl.DataFrame) -> pl.DataFrame:
    day_zero = pl.col("day_zero")
    return pregnancies.with_columns(
        (day_zero + pl.duration(days=_CONCEPTION_DAY)).alias("conceived_on"),
        (day_zero + pl.duration(days=pl.col("ended_day"))).alias("ended_on"),
    )


def _told(pregnancies: pl.DataFrame) -> pl.DataFrame:
    """Of each pregnancy what those of the same woman that had ended by its conception tell; null where nothing."""
    ended = pregnancies.drop_nulls("ended_on").sort("woman_id", "ended_on")
    born = (pl.col("ended_by") == "birth").fill_null(value=False)
    births_before = pl.when(born).then("ended_on").cum_max().forward_fill().shift(1).over("woman_id")
    # Of two records of one birth the second was conceived before the first had ended.
    once = born & (births_before.is_null() | (pl.col("conceived_on") > births_before))
    live_on = pl.when(born & pl.col("live_birth")).then("ended_on")
    so_far = ended.select(
        "woman_id",
        "ended_on",
        *(
            flag.fill_null(value=False).cast(pl.Int8).cum_max().over("woman_id").alias(name)
            for name, flag in _SEEN.items()
        ),
        once.cast(pl.Int16).cum_sum().over("woman_id").alias("parity"),
        live_on.cum_max().forward_fill().over("woman_id").alias("live_on"),
    ).sort("ended_on", maintain_order=True)
    told = pregnancies.sort("conceived_on").join_asof(
        so_far,
        left_on="conceived_on",
        right_on="ended_on",
        by="woman_id",
        allow_exact_matches=False,
        coalesce=False,
        suffix="_before",
        check_sortedness=False,
    )
    since = (pl.col("conceived_on") - pl.col("live_on")).dt.total_days() / _DAYS_A_MONTH
    return told.select(
        "pregnancy",
        "booked_day",
        *(pl.when(pl.col(name) > 0).then(1.0).alias(name) for name in _SEEN),
        pl.when(pl.col("parity") > 0).then(pl.col("parity")).cast(pl.Float64).alias("parity"),
        since.alias("interpregnancy_interval"),
    ).drop_nulls("booked_day")


def _observations(told: pl.DataFrame, recorded_parity: pl.DataFrame) -> pl.DataFrame:
    rows = told.unpivot(index=["pregnancy", "booked_day"], variable_name="concept").drop_nulls("value")
    # Without a recorded parity the births seen here are only the fewest she can have had.
    is_parity = pl.col("concept") == "parity"
    rows = rows.join(recorded_parity, on="pregnancy", how="left").filter(~is_parity | pl.col("recorded").is_not_null())
    # It may have been recorded on an earlier day than booking, whose observation is the last one.
    value = pl.when(is_parity).then(pl.max_horizontal("value", "recorded")).otherwise("value")
    rows = rows.with_columns(value.cast(pl.Float64).alias("value"))
    return rows.select(
        pl.col("pregnancy").cast(OBSERVATION_COLUMNS["pregnancy"]),
        pl.col("concept").cast(OBSERVATION_COLUMNS["concept"]),
        pl.col("booked_day").alias("day"),
        pl.col("value"),
    )
