"""Day 0 of each pregnancy: 280 days before its due date.

The agreed due date holds; failing that one by ovulation or by the last period, failing that the first day of the last
period. Of several of one kind the last that was issued by the end of the pregnancy holds: one that was issued after it
was known at no point. Where there is none by then, the first that was issued later.
"""

from __future__ import annotations

import polars as pl

from records.sources.fhir.collecting import Collected
from records.sources.fhir.due_date_ends import ends_by_due_dates
from records.sources.fhir.meanings import DATINGS
from records.sources.fhir.placing import by_window
from records.sources.fhir.pregnancies import Pregnancies

__all__ = ["dated"]

_TERM = 280
# A due date is of the episode that began within so many days before it: care that began long before conception, or
# after a birth that was late, is another pregnancy's.
_CARE_BEFORE_DUE = (-30, 320)
_NO_LIMIT = 2**31 - 1
_LAST_PERIOD = DATINGS.index("last_period")


def dated(
    collected: Collected, pregnancies: Pregnancies, statements: pl.DataFrame, doubts: dict[str, int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pregnancies with ``day_zero`` (days since 1970), and the statements without the due dates.

    Those without any date of the kind are set aside.
    """
    is_due = (pl.col("dating") <= _LAST_PERIOD).fill_null(value=False)
    due = _placed(collected, pregnancies, statements.filter(is_due & pl.col("number").is_not_null() & pl.col("holds")))
    day_zero = _chosen(due, ends_by_due_dates(due, statements), doubts)
    table = pregnancies.table.join(day_zero, on="pregnancy", how="left", maintain_order="left")
    undated = table.filter(pl.col("day_zero").is_null())
    collected.asides.add_rows(undated, collected.files, "a pregnancy without a due date or last period")
    return table.drop_nulls("day_zero"), statements.filter(~is_due)


def _chosen(due: pl.DataFrame, ends: pl.DataFrame, doubts: dict[str, int]) -> pl.DataFrame:
    """``day_zero`` of each pregnancy. One without a day of issue is not known to be late, and the first to give way."""
    due = due.join(ends, on="pregnancy", how="left").with_columns(
        (pl.col("known") > pl.col("over_on")).fill_null(value=False).alias("_late")
    )
    timely, late = due.filter(~pl.col("_late")), due.filter("_late")
    best = timely.filter(pl.col("dating") == pl.col("dating").min().over("pregnancy"))
    only_late = late.join(timely, on="pregnancy", how="anti")
    used = pl.concat(
        [
            best.sort("known", "version", "_on", nulls_last=False).group_by("pregnancy").agg(pl.col("_on").last()),
            only_late.sort("known", "dating", "version", "_on").group_by("pregnancy").agg(pl.col("_on").first()),
        ]
    )
    several = best.group_by("pregnancy").agg(pl.col("_on").n_unique()).filter(pl.col("_on") > 1)
    unused = late.join(used, on="pregnancy", suffix="_used").filter(pl.col("_on") != pl.col("_on_used"))
    for sentence, found in (
        ("more than one due date is recorded; the last recorded was used", several),
        ("a due date that was issued after the pregnancy was over says another day, and was not used", unused),
        ("no due date was issued before the pregnancy was over; the first issued after it was used", only_late),
    ):
        if count := found["pregnancy"].n_unique():
            doubts[sentence] = count
    return used.select("pregnancy", (pl.col("_on") - _TERM).cast(pl.Int32).alias("day_zero"))


def _placed(collected: Collected, pregnancies: Pregnancies, due: pl.DataFrame) -> pl.DataFrame:
    """Each with its pregnancy, and the due date it gives as ``_on``."""
    first, last = (pl.col("start") + days for days in _CARE_BEFORE_DUE)
    windows = pregnancies.table.select(
        "patient", "pregnancy", first.fill_null(-_NO_LIMIT).alias("_from"), last.fill_null(_NO_LIMIT).alias("_to")
    )
    after = pl.when(pl.col("dating") == _LAST_PERIOD).then(_TERM).otherwise(0)
    due = due.with_columns((pl.col("number") + after).cast(pl.Int64).alias("_on"))
    alone, rest = by_window(due.filter(pl.col("pregnancy").is_null()), windows)
    collected.asides.add_rows(rest, collected.files, "a due date that is of no pregnancy, or may be of several")
    return pl.concat([due.drop_nulls("pregnancy"), alone.select(due.columns)])
