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


def latest_submission(table: Table, rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows that stand; identical ones once each."""
    period = pl.col("RPStartDate").fill_null("")
    record = pl.col("RecordNumber").cast(pl.Int64, strict=False).fill_null(0)
    submission = pl.coalesce("UniqSubmissionID", "RPStartDate", pl.lit("only"))
    ordered = rows.with_columns(pl.struct(period, record).alias("_order"), submission.alias("_submission"))
    latest = ordered.group_by(table.same_row).agg(pl.col("_submission").sort_by("_order").last().alias("_latest"))
    kept = ordered.join(latest, on=list(table.same_row), how="left", nulls_equal=True)
    content = list(dict.fromkeys((*table.needs, *table.same_row, *table.reads)))
    standing = kept.filter(pl.col("_submission") == pl.col("_latest")).sort("_order")
    return standing.unique(subset=content, keep="last", maintain_order=True).drop("_order", "_submission", "_latest")
