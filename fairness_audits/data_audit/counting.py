"""One streaming pass over a file's records: sums by cell of the group columns, whatever the number of pregnancies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from fairness_audits.data_audit.questions import Questions
from records.records import Records

__all__ = ["RecordedCounts", "count_records"]

YEAR, SITE = "delivered_year", "site"


@dataclass(frozen=True, kw_only=True)
class RecordedCounts:
    """``cells``: one row a combination of the group columns, one column a sum. ``years`` and ``sites``: births by each.

    All exact: nothing of it is printed before it has passed the disclosure rule.
    """

    cells: pl.DataFrame
    group_scheme: str
    years: dict[str, int]
    sites: dict[str, int]


def count_records(records: Records, questions: Questions, columns: Sequence[str]) -> RecordedCounts:
    """Counts by the group ``columns`` (of the identity columns)."""
    births = records.pregnancies
    # Selected before they are summed: a condition that holds of everyone is a literal, and must become a column first.
    parts = {name: part.cast(pl.Int8) for name, part in questions.sums().items()}
    asked = (
        births.select(*columns, **parts).group_by(list(columns)).agg(pl.col(list(parts)).sum().cast(pl.Int64)),
        births.group_by(YEAR).len(),
        births.group_by(SITE).len(),
        births.select(pl.col("group_scheme").first()),
    )
    cells, years, sites, scheme = pl.collect_all(asked, engine="streaming")
    return RecordedCounts(
        cells=cells.sort(list(columns), nulls_last=True),
        group_scheme=str(scheme.item()) if scheme.height else "not given",
        years=_by_name(years),
        sites=_by_name(sites),
    )


def _by_name(counted: pl.DataFrame) -> dict[str, int]:
    """In the order of the names; what is not recorded last."""
    return {
        "not recorded" if name is None else str(name): n
        for name, n in counted.sort(counted.columns[0], nulls_last=True).iter_rows()
    }
