"""Each pregnancy in time: day 0 from its due date, booking, admission, how and when it ended, how long it was followed.

Day 0 is 280 days before the agreed due date; failing that before a due date by ovulation or by the last period, failing
that the last period's first day. Of several of one kind the last recorded holds.
"""

from __future__ import annotations

import polars as pl

from records.sources.fhir.collecting import Collected
from records.sources.fhir.meanings import DATINGS, MEANINGS
from records.sources.fhir.placing import by_window
from records.sources.fhir.pregnancies import Pregnancies

__all__ = ["dated", "ended", "with_datings"]

_TERM = 280
# A birth by NHS definitions is from 24+0 weeks, or a live one before (clinical definition of stillbirth, Still-Birth
# (Definition) Act 1992).
_STILLBIRTH_FROM = 24 * 7
_LONGEST = 330
# A due date is of the episode that began within this many days before it: care that starts long before conception, or
# after a birth that was late, is another pregnancy's.
_CARE_BEFORE_DUE = (-30, 320)
_DUE = ("due", "due_by_ovulation", "due_by_period", "last_period")
_MICROSECONDS_A_DAY = 86_400_000_000


def with_datings(statements: pl.DataFrame) -> pl.DataFrame:
    """With ``dating``: the place of `DATINGS`, or null of a statement that dates nothing."""
    places = pl.Series([None if m.dating is None else DATINGS.index(m.dating) for m in MEANINGS], dtype=pl.UInt8)
    return statements.with_columns(pl.lit(places).gather("meaning").alias("dating"))


def dated(
    collected: Collected, pregnancies: Pregnancies, statements: pl.DataFrame, doubts: dict[str, int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pregnancies with ``day_zero`` (days since 1970), and the statements without the due dates.

    Those without any date of the kind are set aside.
    """
    is_due = (pl.col("dating") < len(_DUE)).fill_null(value=False)
    due = statements.filter(is_due & pl.col("number").is_not_null() & pl.col("holds"))
    windows = pregnancies.table.select(
        "patient",
        "pregnancy",
        (pl.col("start") + _CARE_BEFORE_DUE[0]).fill_null(-(2**31)).alias("_from"),
        (pl.col("start") + _CARE_BEFORE_DUE[1]).fill_null(2**31 - 1).alias("_to"),
    )
    period_first = DATINGS.index("last_period")
    on = pl.col("number") + pl.when(pl.col("dating") == period_first).then(_TERM).otherwise(0)
    due = due.with_columns(on.cast(pl.Int64).alias("_on"))
    alone, rest = by_window(due.filter(pl.col("pregnancy").is_null()), windows)
    collected.asides.add_rows(rest, collected.files, "a due date that is of no pregnancy, or may be of several")
    due = pl.concat([due.filter(pl.col("pregnancy").is_not_null()), alone.select(due.columns)])
    best = due.filter(pl.col("dating") == pl.col("dating").min().over("pregnancy"))
    several = best.group_by("pregnancy").agg(pl.col("_on").n_unique()).filter(pl.col("_on") > 1).height
    if several:
        doubts["more than one due date is recorded; the last recorded was used"] = several
    day_zero = (
        best.sort("known", "version", "_on", nulls_last=False)
        .group_by("pregnancy")
        .agg((pl.col("_on").last() - _TERM).cast(pl.Int32).alias("day_zero"))
    )
    table = pregnancies.table.join(day_zero, on="pregnancy", how="left", maintain_order="left")
    undated = table.filter(pl.col("day_zero").is_null())
    collected.asides.add_rows(undated, collected.files, "a pregnancy without a due date or last period")
    return table.drop_nulls("day_zero"), statements.filter(~is_due)


def ended(
    collected: Collected, table: pl.DataFrame, statements: pl.DataFrame, encounters: pl.DataFrame
) -> pl.DataFrame:
    """The pregnancies with the clock's days, gestational. ``statements`` need ``outcome``: 'live', 'still' or null."""
    of_birth = statements.filter(pl.col("holds") & (pl.col("outcome").is_not_null() | _is("born") | _is("lost")))
    day = pl.when(pl.col("dating").is_not_null()).then(pl.col("number")).otherwise(pl.col("known"))
    ends = (
        of_birth.with_columns(day.cast(pl.Int32).alias("_day"))
        .group_by("pregnancy")
        .agg(
            pl.coalesce(
                pl.col("_day").filter(_is("born")).min(), pl.col("_day").filter(pl.col("outcome").is_not_null()).min()
            ).alias("born"),
            pl.col("_day").filter(_is("lost")).min().alias("lost"),
            (pl.col("outcome") == "live").any().alias("live"),
            (pl.col("outcome") == "still").any().alias("still"),
        )
    )
    known = table.join(ends, on="pregnancy", how="left", maintain_order="left")
    too_early = (
        pl.col("still").fill_null(value=False)
        & ~pl.col("live").fill_null(value=False)
        & (pl.col("born") - pl.col("day_zero") < _STILLBIRTH_FROM)
    )
    known = known.with_columns(
        pl.when(~too_early).then("born").alias("born"), pl.when(too_early).then("born").otherwise("lost").alias("lost")
    )
    born, lost, left = (
        pl.col("born").is_not_null(),
        pl.col("lost").is_not_null(),
        pl.col("over") & pl.col("end").is_not_null(),
    )
    known = known.with_columns(
        pl.when(born)
        .then(pl.lit("birth"))
        .when(lost)
        .then(pl.lit("loss"))
        .when(left)
        .then(pl.lit("transfer"))
        .alias("ended_by"),
        pl.when(born).then("born").when(lost).then("lost").when(left).then("end").alias("ended"),
    )
    gestation = pl.col("ended") - pl.col("day_zero")
    impossible = (born | lost) & ~gestation.is_between(0, _LONGEST)
    collected.asides.add_rows(
        known.filter(impossible),
        collected.files,
        "a pregnancy whose end its due date makes impossible",
    )
    known = known.filter(~impossible.fill_null(value=False))
    return _with_encounters(known, encounters, collected.last_updated)


def _is(dating: str) -> pl.Expr:
    return (pl.col("dating") == DATINGS.index(dating)).fill_null(value=False)


def _with_encounters(known: pl.DataFrame, encounters: pl.DataFrame, last_updated: int | None) -> pl.DataFrame:
    hers = encounters.filter(~pl.col("of_baby") & pl.col("start").is_not_null()).join(
        known.select("pregnancy", "born", "patient"), on=["pregnancy", "patient"]
    )
    around_birth = (
        pl.col("inpatient")
        & (pl.col("start") <= pl.col("born"))
        & (pl.col("born") <= pl.col("end").fill_null(2**31 - 1))
    )
    seen = hers.group_by("pregnancy").agg(
        pl.col("start").filter(pl.col("booking")).min().alias("booked"),
        pl.col("start").filter(pl.col("for_birth") | around_birth).min().alias("admitted"),
    )
    last_day = pl.lit(None if last_updated is None else last_updated // _MICROSECONDS_A_DAY, dtype=pl.Int32)
    followed_to = pl.when(pl.col("end").is_not_null()).then("end").when(~pl.col("over")).then(last_day)
    found = known.join(seen, on="pregnancy", how="left", maintain_order="left").with_columns(
        pl.coalesce("booked", "start").alias("booked"),
        pl.when(pl.col("ended_by") == "birth").then(followed_to - pl.col("born")).alias("followed_days"),
    )
    return found.with_columns(
        (pl.col(name) - pl.col("day_zero")).alias(f"{name}_day") for name in ("booked", "admitted", "ended")
    )
