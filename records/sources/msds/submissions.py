"""Rows that were sent again: of each, what the latest submission says.

The data set is sent each month, and the same record again and again until the pregnancy is over. A row is known by the
fields of `Table.same_row`; of all that share them those of the latest submission are kept, so that what was corrected
replaces what was sent first, and two measurements of one day that came together stay two. The latest is that of the
last reporting period, within it of the highest UniqSubmissionID, and within that of the highest RecordNumber, which
begins anew with each submission. A baby that was sent without its identifier is known once a later submission has it.
Of a booking, its day, the gestation then and what she told are what the first reporting period that has it says: what
was added a half year later was not known then. A value that is missing or cannot be read there is that of the next one
that has it, and a gestation belongs to the day it stands beside; due date, provider and end of care are of the last. Of
a woman's own rows all stand, in that order: what she stated once is not lost to a later submission in which it is not
stated. Of a booking and of what she was asked (her history, her family's) it is kept when the row was first sent.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from records.records import SetAside
from records.sources.msds.fields import TOLD_AT_BOOKING, is_readable
from records.sources.msds.reading import ROW
from records.sources.msds.tables import SUBMISSION_FIELDS, Table

__all__ = [
    "FIRST_SENT",
    "ONE_PERIOD",
    "began",
    "latest_submission",
    "of_the_latest",
    "reporting_period",
    "second_bookings",
    "told_otherwise",
    "unreadable_periods",
    "with_first_sent",
]

#: The first day of the reporting period in which a row was first sent, and whether its whole table is of one period.
FIRST_SENT, ONE_PERIOD = "first sent", "of one period"

_ALL_STAND, _ONE_ROW_EACH = "MSD001", "MSD101"
_ASKED = ("MSD107", "MSD108")
_BOOKED_ON, _GESTATION_THEN = "AntenatalAppDate", "GestAgeBooking"
_BABY = "Person_ID_Baby"
_EXAMPLES = 3
_FIRST_DAY = pl.date(1, 1, 1)


def latest_submission(table: Table, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that stand. A row that one submission holds twice stands twice, unless it is of a pregnancy: of that
    the last."""
    if table.short == _ALL_STAND:
        return rows.sort(_order(), maintain_order=True)
    if table.short == _ONE_ROW_EACH:
        return _as_booked(rows)
    if rows.select(_submission().n_unique()).collect().item() < 2:
        return rows
    latest = of_the_latest(rows, table.same_row)
    return _without_unnamed(latest, table.same_row) if _BABY in table.same_row else latest


def with_first_sent(table: Table, rows: pl.LazyFrame) -> pl.LazyFrame:
    """Of bookings with `FIRST_SENT`, over all submissions of a row; of what she was asked with `ONE_PERIOD` too.

    A row without a period that can be read is taken as sent before any other; a booking without one, in none of its
    submissions, says nothing of what was sent later: null.
    """
    if table.short == _ONE_ROW_EACH:
        return rows.with_columns(reporting_period().min().over(table.same_row).alias(FIRST_SENT))
    if table.short not in _ASKED:
        return rows
    return rows.with_columns(
        began().min().over(table.same_row).alias(FIRST_SENT), (began().n_unique() == 1).alias(ONE_PERIOD)
    )


def second_bookings(table: Table, rows: pl.LazyFrame) -> tuple[tuple[SetAside, ...], dict[str, int]]:
    """Of bookings: rows that say otherwise than the one that stands and came with it, and pregnancies that different
    submissions give to different women."""
    content = [field for field in table.fields if field not in SUBMISSION_FIELDS]
    together = of_the_latest(rows.sort(_order(), maintain_order=True), table.same_row)
    last = pl.struct(content).last().over(table.same_row)
    other = together.filter(pl.struct(content) != last).select(ROW).collect()[ROW].sort().to_list()
    aside = (
        SetAside(
            reason=f"{table.name} holds the pregnancy again, and otherwise, in one submission: the last row stands",
            rows=len(other),
            example_rows=tuple(other[:_EXAMPLES]),
        ),
    )
    women = rows.group_by("UniqPregID").agg(pl.col("Person_ID_Mother").drop_nulls().n_unique().alias("women"))
    moved = int(women.select((pl.col("women") > 1).sum()).collect().item())
    sentence = f"{table.name} gives the pregnancy to different women; the one of the latest row was kept"
    return (aside if other else ()), ({sentence: moved} if moved else {})


def told_otherwise(rows: pl.LazyFrame) -> dict[str, int]:
    """Bookings of which a later reporting period says otherwise than what stands, by a sentence that says so."""
    ordered = rows.sort(_order(), maintain_order=True).group_by("UniqPregID")
    changed = ordered.agg(
        pl.any_horizontal(
            (pl.col(field).filter(is_readable(field)).last() != _first_told(field)) for field in TOLD_AT_BOOKING
        ).alias("changed")
    )
    count = int(changed.select(pl.col("changed").sum()).collect().item())
    sentence = "what she told at booking is otherwise in a later reporting period; what was recorded first was used"
    return {sentence: count} if count else {}


def _as_booked(rows: pl.LazyFrame) -> pl.LazyFrame:
    ordered = rows.sort(_order(), maintain_order=True)
    told = [_first_told(field).alias(field) for field in TOLD_AT_BOOKING]
    answers = [field for field in TOLD_AT_BOOKING if field not in (_BOOKED_ON, _GESTATION_THEN)]
    # The last row too says what cannot be read, so that it is counted.
    unread = [pl.col(field).last().alias(f"last {field}") for field in answers]
    as_told = ordered.group_by("UniqPregID", maintain_order=True).agg(*told, *unread)
    stands = ordered.unique("UniqPregID", keep="last", maintain_order=True).drop(*TOLD_AT_BOOKING)
    joined = stands.join(as_told, on="UniqPregID", how="left", nulls_equal=True, maintain_order="left")
    both = [pl.coalesce(field, f"last {field}").alias(field) for field in answers]
    return joined.with_columns(both).drop(f"last {field}" for field in answers)


def _first_told(field: str) -> pl.Expr:
    """Of the rows of a pregnancy, in their order: the last of the first reporting period that can be read."""
    told = is_readable(field)
    if field == _GESTATION_THEN:
        # On another day it would be another gestation.
        told = told & pl.col(_BOOKED_ON).eq_missing(_first_told(_BOOKED_ON))
    return pl.col(field).filter(told & (began() == began().filter(told).min())).last()


def unreadable_periods(table: Table, rows: pl.LazyFrame) -> dict[str, int]:
    """Rows whose reporting period is no date, by a sentence that says so."""
    wrong = pl.col("RPStartDate").is_not_null() & reporting_period().is_null()
    count = int(rows.select(wrong.sum()).collect(engine="streaming").item())
    sentence = f"{table.name}.RPStartDate holds no date; the row is taken as sent before any that has one"
    return {sentence: count} if count else {}


def of_the_latest(rows: pl.LazyFrame, same_row: Sequence[str]) -> pl.LazyFrame:
    """Of rows that share the fields those of the latest submission."""
    known = list(same_row)
    ordered = rows.with_columns(_order().alias("_order"), _submission().alias("_submission"))
    latest = ordered.group_by(known).agg(pl.col("_submission").sort_by("_order").last().alias("_latest"))
    kept = ordered.join(latest, on=known, how="left", nulls_equal=True, maintain_order="left")
    return kept.filter(pl.col("_submission") == pl.col("_latest")).drop("_order", "_submission", "_latest")


def _without_unnamed(rows: pl.LazyFrame, same_row: Sequence[str]) -> pl.LazyFrame:
    """Without rows of no baby's identifier where a later submission holds one in their place."""
    place = [field for field in same_row if field != _BABY]
    ordered = rows.with_columns(_order().alias("_order"), _submission().alias("_submission"))
    named = ordered.drop_nulls(_BABY).group_by(place).agg(pl.all().sort_by("_order").last())
    later = named.select(*place, pl.col("_order").alias("_named"), pl.col("_submission").alias("_named_in"))
    found = ordered.join(later, on=place, how="left", nulls_equal=True, maintain_order="left")
    replaced = pl.col(_BABY).is_null() & (pl.col("_named_in") != pl.col("_submission"))
    replaced = replaced & (pl.col("_named").struct.field("began") >= pl.col("_order").struct.field("began"))
    return found.filter(~replaced.fill_null(value=False)).drop("_order", "_submission", "_named", "_named_in")


def _submission() -> pl.Expr:
    """What is of one reporting period and has one identifier, or none."""
    return pl.concat_str(pl.col(field).fill_null("") for field in ("RPStartDate", "UniqSubmissionID"))


def reporting_period() -> pl.Expr:
    """Its first day. It begins on the first of a month, which tells day and month of 01/04/2024 apart."""
    period = pl.col("RPStartDate")
    return pl.coalesce(
        period.str.head(10).str.to_date("%Y-%m-%d", strict=False),
        period.str.head(8).str.to_date("%Y%m%d", strict=False),
        period.str.head(10).str.to_date("01/%m/%Y", strict=False),
        period.str.head(10).str.to_date("%m/01/%Y", strict=False),
    )


def began() -> pl.Expr:
    """Its first day; before any other, where there is none that can be read."""
    return reporting_period().fill_null(_FIRST_DAY)


def _order() -> pl.Expr:
    submission, record = (pl.col(field).cast(pl.Int64, strict=False) for field in ("UniqSubmissionID", "RecordNumber"))
    return pl.struct(
        began().alias("began"),
        submission.fill_null(0).alias("submission"),
        record.fill_null(0).alias("record"),
    )
