"""What the audited table is: rows, coding scheme, groups, labels nobody defined, simulated or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from fairness_audits.counts import Counts
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.levels import EVERYONE
from fairness_audits.tallies import tallies
from records.groups import MISSING_ETHNICITY, not_known_in

__all__ = ["DataDescription", "describe"]


@dataclass(frozen=True, kw_only=True)
class DataDescription:
    """``unknown_labels`` are ethnic group labels that the named scheme does not have, with their rows.

    They are kept as rows of the figures, and count as ethnicity that is not known. ``period`` is the first and the last
    month of prediction (YYYY-MM); ``no_overlap`` who stated that no woman is in two files that were merged.
    """

    rows: int | None
    group_scheme: str
    groups: tuple[str, ...]
    ethnicity_recorded: bool
    is_simulated: bool
    is_weighted: bool
    unknown_labels: Mapping[str, int | None]
    period: tuple[str, str] | None
    no_overlap: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            **vars(self),
            "groups": list(self.groups),
            "unknown_labels": dict(self.unknown_labels),
            "period": list(self.period) if self.period else None,
            "no_overlap": list(self.no_overlap),
        }


def describe(counts: Counts, rule: DisclosureRule) -> DataDescription:
    by_group = dict(counts.frame.group_by("ethnic_group").agg(pl.col("n").sum()).sort("ethnic_group").iter_rows())
    not_known = not_known_in(counts.group_scheme, by_group)
    unknown = {g: rule.count(n) for g, n in by_group.items() if g in not_known.difference(MISSING_ETHNICITY)}
    whole = tallies(counts.in_units.with_columns(flagged_share=pl.lit(None, dtype=pl.Float64)), None)[EVERYONE]
    return DataDescription(
        rows=rule.count(counts.rows),
        group_scheme=counts.group_scheme,
        groups=tuple(by_group),
        ethnicity_recorded=any(group not in not_known for group in by_group),
        is_simulated=bool(whole.rows["simulated"]),
        is_weighted=whole.is_weighted,
        unknown_labels=unknown,
        period=counts.period,
        no_overlap=counts.no_overlap,
    )
