"""Each dated pregnancy's clock: booking, admission, how and when it ended, and how long it was followed."""

from __future__ import annotations

import polars as pl

from records.sources.fhir.collecting import Collected
from records.sources.fhir.meanings import DATINGS

__all__ = ["STILLBIRTH_FROM", "ended"]

#: A birth without a sign of life is a stillbirth from 24+0 weeks (Still-Birth (Definition) Act 1992), a loss before.
STILLBIRTH_FROM = 24 * 7
_LONGEST = 330
# Care may begin before conception, or end without an outcome long after term; not years from it.
_CARE = (-300, 1000)
_NO_LIMIT = 2**31 - 1
_MOST_DAYS = 2**15 - 1
_MICROSECONDS_A_DAY = 86_400_000_000


def ended(
    collected: Collected,
    table: pl.DataFrame,
    statements: pl.DataFrame,
    encounters: pl.DataFrame,
    doubts: dict[str, int],
) -> pl.DataFrame:
    """The pregnancies with the clock's days, gestational. ``statements`` need ``outcome``: 'live', 'still' or null.

    Those whose end their due date makes impossible are set aside.
    """
    known = table.join(_ends(collected, table, statements), on="pregnancy", how="left", maintain_order="left")
    born, lost = pl.col("born").is_not_null(), pl.col("lost").is_not_null()
    left = pl.col("over") & pl.col("end").is_not_null()
    by = pl.when(born).then(pl.lit("birth")).when(lost).then(pl.lit("loss")).when(left).then(pl.lit("transfer"))
    on = pl.when(born).then("born").when(lost).then("lost").when(left).then("end")
    known = known.with_columns(by.alias("ended_by"), on.alias("ended"))
    day = pl.col("ended") - pl.col("day_zero")
    possible = pl.when(born | lost).then(day.is_between(0, _LONGEST)).otherwise(day.is_between(*_CARE))
    impossible = known.filter(~possible)
    collected.asides.add_rows(impossible, collected.files, "a pregnancy whose end its due date makes impossible")
    known = known.filter(possible.fill_null(value=True))
    return _with_days(_with_encounters(known, encounters), collected.last_updated, doubts)


def _ends(collected: Collected, table: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """Days of birth and loss since 1970. What began before day 0 is of another pregnancy."""
    told = statements.filter(pl.col("holds") & (pl.col("outcome").is_not_null() | _is("born") | _is("lost")))
    day = pl.when(pl.col("dating").is_not_null()).then(pl.col("number")).otherwise(pl.coalesce("began", "known"))
    told = told.join(table.select("pregnancy", "day_zero"), on="pregnancy").with_columns(
        day.cast(pl.Int32).alias("_day")
    )
    before = ~_is("born") & (pl.col("_day") < pl.col("day_zero"))
    lost_before = told.filter(before & _is("lost"))
    collected.asides.add_rows(lost_before, collected.files, "a loss before the pregnancy it is recorded with")
    by_date, by_outcome = (pl.col("_day").filter(where).min() for where in (_is("born"), ~_is("born") & ~_is("lost")))
    ends = (
        told.filter(~before)
        .group_by("pregnancy")
        .agg(
            pl.coalesce(by_date, by_outcome).alias("born"),
            pl.col("_day").filter(_is("lost")).min().alias("lost"),
            pl.col("day_zero").first(),
            ((pl.col("outcome") == "still").any() & ~(pl.col("outcome") == "live").any()).alias("still"),
        )
    )
    early = pl.col("still").fill_null(value=False) & (pl.col("born") - pl.col("day_zero") < STILLBIRTH_FROM)
    return ends.select(
        "pregnancy",
        pl.when(~early).then("born").alias("born"),
        pl.when(early).then("born").otherwise("lost").alias("lost"),
    )


def _is(dating: str) -> pl.Expr:
    return (pl.col("dating") == DATINGS.index(dating)).fill_null(value=False)


def _with_encounters(known: pl.DataFrame, encounters: pl.DataFrame) -> pl.DataFrame:
    """With the days since 1970 on which she ``booked`` and was ``admitted``."""
    hers = encounters.filter(~pl.col("of_baby") & pl.col("start").is_not_null()).join(
        known.select("pregnancy", "born", "patient"), on=["pregnancy", "patient"]
    )
    at_birth = pl.col("born").is_between("start", pl.col("end").fill_null(_NO_LIMIT))
    seen = hers.group_by("pregnancy").agg(
        pl.col("start").filter(pl.col("booking")).min().alias("booked"),
        pl.col("start").filter(pl.col("for_birth") | (pl.col("inpatient") & at_birth)).min().alias("admitted"),
    )
    found = known.join(seen, on="pregnancy", how="left", maintain_order="left")
    return found.with_columns(pl.coalesce("booked", "start"))


def _with_days(known: pl.DataFrame, last_updated: int | None, doubts: dict[str, int]) -> pl.DataFrame:
    for name in ("booked", "admitted"):
        possible = (pl.col(name) - pl.col("day_zero")).is_between(_CARE[0], _LONGEST)
        odd = known.filter(~possible).height
        if odd:
            doubts[f"the day she was {name} is not of this pregnancy, and was taken as not recorded"] = odd
        known = known.with_columns(pl.when(possible).then(name).alias(name))
    last_day = pl.lit(None if last_updated is None else last_updated // _MICROSECONDS_A_DAY, dtype=pl.Int32)
    followed_to = pl.when(pl.col("end").is_not_null()).then("end").when(~pl.col("over")).then(last_day)
    followed = (followed_to - pl.col("born")).clip(0, _MOST_DAYS)
    return known.with_columns(
        pl.when(pl.col("ended_by") == "birth").then(followed).alias("followed_days"),
        *((pl.col(name) - pl.col("day_zero")).alias(f"{name}_day") for name in ("booked", "admitted", "ended")),
    )
