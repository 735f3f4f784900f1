"""Whether a depression was ongoing at booking: it had begun by then and had not ended; or nobody can tell.

Where no record of it says when it ended, 'no' would be a guess: such women are `Histories` in doubt, of whom the fact
is not known at any point from the day on which the record was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from records.clock import PredictionPoint
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, UNCLEAR_COLUMNS
from records.sources.fhir.meanings import MEANINGS, local_meaning

__all__ = ["HistoriesInDoubt", "day_of_booking", "is_of_booking", "not_told"]

_ONGOING = "depression_ongoing_at_booking"
_ROWS = {"pregnancy": OBSERVATION_COLUMNS["pregnancy"]}
_NOT_TOLD = "whether a depression was still ongoing at booking is not told, and was taken as not known"


@dataclass(frozen=True, kw_only=True)
class HistoriesInDoubt(Histories):
    """``in_doubt`` has ``pregnancy``, ``concept`` and ``day``: from when on no entry of the flag is not a 'no'."""

    in_doubt: pl.DataFrame

    def known_by(self, point: PredictionPoint, names: Sequence[str]) -> pl.DataFrame:
        found = super().known_by(point, names)
        rows = pl.DataFrame({"pregnancy": range(found.height), "limit": self._last_day(point)}, schema_overrides=_ROWS)
        doubted = self.in_doubt.join(rows, on="pregnancy").filter(pl.col("day") <= pl.col("limit"))
        for name in set(names) & set(doubted["concept"].cast(pl.String)):
            in_doubt = rows["pregnancy"].is_in(doubted.filter(concept=name)["pregnancy"].implode())
            found = found.with_columns(pl.when(pl.col(name) | ~in_doubt).then(name).alias(name))
        return found


def is_of_booking() -> pl.Expr:
    """Of a statement, whether its meaning is of those that say something of booking only."""
    return pl.lit(pl.Series([meaning.of_booking for meaning in MEANINGS])).gather("meaning")


def day_of_booking() -> pl.Expr:
    """The day on which care came to know what was so at booking; null of what had not begun by then, or had ended.

    What was recorded by booking had begun by then, whatever day in the month of its onset that was.
    """
    booked = pl.col("booked_day")
    begun = pl.min_horizontal("known_day", pl.coalesce("began_day", "known_day")) <= booked
    over = (pl.col("number") - pl.col("day_zero") <= booked).fill_null(value=False)
    return pl.when(begun & ~over).then(pl.max_horizontal("known_day", booked))


def not_told(stated: pl.DataFrame, observed: pl.DataFrame, doubts: dict[str, int]) -> pl.DataFrame:
    """``pregnancy``, ``concept`` and ``day`` of who had a depression that may have been ongoing at booking, unless
    she had denied it by then. Counted are those of whom it is not ``observed``, at whatever day, that one was."""
    asked = pl.col("meaning") == local_meaning(_ONGOING).number
    denied = stated.filter(asked & ~pl.col("holds") & (pl.col("known_day") <= pl.col("booked_day")))
    may_be = stated.filter(is_of_booking() & pl.col("holds").is_null()).with_columns(day_of_booking().alias("day"))
    may_be = may_be.drop_nulls("day").join(denied, on="pregnancy", how="anti")
    found = may_be.group_by("pregnancy").agg(pl.col("day").min())
    sure = observed.filter(pl.col("concept").cast(pl.String) == _ONGOING)
    unclear = found.join(sure, on="pregnancy", how="anti")
    if unclear.height:
        doubts[_NOT_TOLD] = unclear.height
    return found.select(
        pl.col("pregnancy").cast(UNCLEAR_COLUMNS["pregnancy"]),
        pl.lit(_ONGOING, dtype=UNCLEAR_COLUMNS["concept"]).alias("concept"),
        pl.col("day").cast(OBSERVATION_COLUMNS["day"]),
    )
