"""Rows that were sent again: of each, what the latest submission says.

The data set is sent each month, and the same record again and again until the pregnancy is over. A row is known by the
fields of `Table.same_row`; of all that share them those of the latest submission are kept, so that what was corrected
replaces what was sent first, and two measurements of one day that came together stay two. The latest is that of the
last reporting period and, within it, of the highest RecordNumber.
"""

from __future__ import annotations

import polars as pl

from records.sources.msds.tables import Table

__all__ = ["latest_submission"]

_ONE_ROW_EACH = ("MSD101",)
# What a woman once stated of herself is not taken back by what was left out later: every row counts, in order.
_ALL_OF_THEM = ("MSD001",)


def latest_submission(table: Table, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that stand. A row that one submission holds twice stands twice, unless it is of a pregnancy: of that
    the last."""
    submission = pl.coalesce("UniqSubmissionID", "RPStartDate", pl.lit("only"))
    order = pl.struct(
        pl.col("RPStartDate").fill_null(""), pl.col("RecordNumber").cast(pl.Int64, strict=False).fill_null(0)
    )
    if table.short in _ALL_OF_THEM:
        return rows.sort(order)
    if table.short in _ONE_ROW_EACH:
        return rows.sort(order).unique(table.same_row, keep="last", maintain_order=True)
    if rows.select(submission.n_unique()).collect().item() < 2:
        return rows
    ordered = rows.with_columns(order.alias("_order"), submission.alias("_submission"))
    latest = ordered.group_by(table.same_row).agg(pl.col("_submission").sort_by("_order").last().alias("_latest"))
    kept = ordered.join(latest, on=list(table.same_row), how="left", nulls_equal=True)
    return kept.filter(pl.col("_submission") == pl.col("_latest")).drop("_order", "_submission", "_latest")
