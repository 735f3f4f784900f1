"""On which day each pregnancy was over, before it is known which of its due dates holds.

A birth that no reference places is of a pregnancy by its day, and the days of a pregnancy are counted from its due
date. So each of its due dates is tried, and a birth is of the pregnancy that it fits by any of them.
"""

from __future__ import annotations

import polars as pl

from records.sources.fhir.meanings import DATINGS

__all__ = ["ends_by_due_dates"]

# From day 0 to 47 weeks and a day, as everywhere here.
_BEFORE_DUE, _AFTER_DUE = 280, 50


def ends_by_due_dates(due: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """``pregnancy`` and ``over_on``, days since 1970: of its first birth, failing that of its first loss.

    ``due`` are the due dates of pregnancies, each with the day it gives as ``_on``.
    """
    first_issued = due.group_by("pregnancy").agg(pl.col("known").min().alias("_first"), pl.len().alias("_dates"))
    found = _fitting(due, _ends(statements)).join(first_issued, on="pregnancy")
    # What was over before any due date of it was issued is over by all of them, or it is another pregnancy's.
    after = (pl.col("_day") >= pl.col("_first")).fill_null(value=True)
    found = found.filter(after | (pl.col("_fits") == pl.col("_dates")))

    def first(which: pl.Expr) -> pl.Expr:
        day = pl.col("_day")
        return pl.coalesce(day.filter(which & after).min(), day.filter(which).min())

    over_on = pl.coalesce(first(~pl.col("_lost")), first(pl.col("_lost")))
    return found.group_by("pregnancy").agg(over_on.cast(pl.Int32).alias("over_on"))


def _ends(statements: pl.DataFrame) -> pl.DataFrame:
    """Births and losses, of whichever pregnancy, with their ``_day``."""
    born, lost = ((pl.col("dating") == DATINGS.index(name)).fill_null(value=False) for name in ("born", "lost"))
    day = pl.when(pl.col("dating").is_not_null()).then(pl.col("number")).otherwise(pl.coalesce("began", "known"))
    ends = statements.filter(pl.col("holds") & (pl.col("outcome").is_not_null() | born | lost))
    return (
        ends.select("patient", "pregnancy", day.cast(pl.Int32).alias("_day"), lost.alias("_lost"))
        .drop_nulls("_day")
        .with_row_index("_end")
    )


def _fitting(due: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """The ends that fit a pregnancy by ``_fits`` of its due dates: the one they are linked to, or the only one."""
    windows = due.select(
        "patient", "pregnancy", (pl.col("_on") - _BEFORE_DUE).alias("_from"), (pl.col("_on") + _AFTER_DUE).alias("_to")
    )
    fits = pl.col("_day").is_between("_from", "_to")
    linked = ends.drop_nulls("pregnancy").join(windows.drop("patient"), on="pregnancy").filter(fits)
    unlinked = ends.filter(pl.col("pregnancy").is_null()).drop("pregnancy")
    alone = unlinked.join(windows, on="patient").filter(fits).filter(pl.col("pregnancy").n_unique().over("_end") == 1)
    columns = ("_end", "pregnancy", "_day", "_lost")
    return pl.concat([linked.select(columns), alone.select(columns)]).group_by(columns).agg(pl.len().alias("_fits"))
