"""Rows that were sent again: of each, what the latest submission says.

The data set is sent each month, and the same record again and again until the pregnancy is over. A row is known by the
fields of `Table.same_row`; of all that share them those of the latest submission are kept, so that what was corrected
replaces what was sent first, and two measurements of one day that came together stay two. The latest is that of the
last reporting period and, within it, of the highest RecordNumber. Of a woman's own rows all stand, in that order: what
she stated once is not lost to a later submission in which it is not stated.
"""

from __future__ import annotations

import polars as pl

from records.records import SetAside
from records.sources.msds.reading import ROW
from records.sources.msds.tables import SUBMISSION_FIELDS, Table

__all__ = ["latest_submission", "reporting_period", "second_bookings"]

_ALL_STAND, _ONE_ROW_EACH = "MSD001", "MSD101"
_EXAMPLES = 3


def latest_submission(table: Table, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that stand. A row that one submission holds twice stands twice, unless it is of a pregnancy: of that
    the last."""
    if table.short == _ALL_STAND:
        return rows.sort(_order(), maintain_order=True)
    if table.short == _ONE_ROW_EACH:
        return rows.sort(_order(), maintain_order=True).unique(table.same_row, keep="last", maintain_order=True)
    if rows.select(_submission().n_unique()).collect().item() < 2:
        return rows
    return _of_the_latest(table, rows)


def second_bookings(table: Table, rows: pl.LazyFrame) -> tuple[tuple[SetAside, ...], dict[str, int]]:
    """Of bookings: rows that say otherwise than the one that stands and came with it, and pregnancies that different
    submissions give to different women."""
    content = [field for field in table.fields if field not in SUBMISSION_FIELDS]
    together = _of_the_latest(table, rows.sort(_order(), maintain_order=True))
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


def _of_the_latest(table: Table, rows: pl.LazyFrame) -> pl.LazyFrame:
    known = list(table.same_row)
    ordered = rows.with_columns(_order().alias("_order"), _submission().alias("_submission"))
    latest = ordered.group_by(known).agg(pl.col("_submission").sort_by("_order").last().alias("_latest"))
    kept = ordered.join(latest, on=known, how="left", nulls_equal=True, maintain_order="left")
    return kept.filter(pl.col("_submission") == pl.col("_latest")).drop("_order", "_submission", "_latest")


def _submission() -> pl.Expr:
    return pl.coalesce("UniqSubmissionID", "RPStartDate", pl.lit("only"))


def reporting_period() -> pl.Expr:
    """Its first day. It begins on the first of a month, which tells day and month of 01/04/2024 apart."""
    period = pl.col("RPStartDate")
    return pl.coalesce(
        period.str.head(10).str.to_date("%Y-%m-%d", strict=False),
        period.str.head(8).str.to_date("%Y%m%d", strict=False),
        period.str.head(10).str.to_date("01/%m/%Y", strict=False),
        period.str.head(10).str.to_date("%m/01/%Y", strict=False),
    )


def _order() -> pl.Expr:
    record = pl.col("RecordNumber").cast(pl.Int64, strict=False)
    return pl.struct(reporting_period().fill_null(pl.date(1, 1, 1)), record.fill_null(0).alias("record"))
