"""Day 0 of each pregnancy: 280 days before its due date.

The agreed due date holds; failing that one by ovulation or by the last period, failing that the first day of the last
period. Of several of one kind the last recorded holds.
"""

from __future__ import annotations

import polars as pl

from records.sources.fhir.collecting import Collected
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
    best = due.filter(pl.col("dating") == pl.col("dating").min().over("pregnancy"))
    several = best.group_by("pregnancy").agg(pl.col("_on").n_unique()).filter(pl.col("_on") > 1).height
    if several:
        doubts["more than one due date is recorded; the last recorded was used"] = several
    last = best.sort("known", "version", "_on", nulls_last=False).group_by("pregnancy").agg(pl.col("_on").last())
    day_zero = last.select("pregnancy", (pl.col("_on") - _TERM).cast(pl.Int32).alias("day_zero"))
    table = pregnancies.table.join(day_zero, on="pregnancy", how="left", maintain_order="left")
    undated = table.filter(pl.col("day_zero").is_null())
    collected.asides.add_rows(undated, collected.files, "a pregnancy without a due date or last period")
    return table.drop_nulls("day_zero"), statements.filter(~is_due)


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
