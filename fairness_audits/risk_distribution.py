"""How risks are spread among women who had the outcome and women who had not, group by group, from printed counts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from fairness_audits.bands import EDGES
from fairness_audits.figures import Section, percent_text

__all__ = ["RiskBandCounts", "RiskDistribution", "risk_distributions"]


@dataclass(frozen=True, kw_only=True)
class RiskBandCounts:
    """Women told a risk in one band: with the outcome, and without; None where a count is hidden.

    ``share_of_events`` and ``share_of_others`` are of the group's printed totals, for drawing.
    """

    label: str
    events: int | None
    others: int | None
    share_of_events: float
    share_of_others: float


@dataclass(frozen=True, kw_only=True)
class RiskDistribution:
    group: str
    bands: tuple[RiskBandCounts, ...]


def risk_distributions(counts: pl.DataFrame, section: Section) -> tuple[RiskDistribution, ...]:
    """``counts`` are those of `fairness_audits.bands`. Groups of which nobody's risk and outcome are known are left
    out."""
    of_section = counts.filter(
        pl.all_horizontal(pl.col(name) == value for name, value in section.to_dict().items()),
        pl.col("level") == "ethnic_group",
        pl.col("risk_from").is_not_null(),
        pl.col("observed") != "not known",
    )
    found = []
    for group in of_section["group"].unique(maintain_order=True):
        own = of_section.filter(pl.col("group") == group)
        bands = _bands(own)
        if bands:
            found.append(RiskDistribution(group=group, bands=bands))
    return tuple(found)


def _bands(own: pl.DataFrame) -> tuple[RiskBandCounts, ...]:
    totals = {said: int(own.filter(pl.col("observed") == said)["count"].sum() or 0) for said in ("yes", "no")}
    if not any(totals.values()):
        return ()
    counted = {said: {edge: _count(own, edge, said) for edge in EDGES} for said in ("yes", "no")}
    used = [edge for edge in EDGES if counted["yes"][edge] != 0 or counted["no"][edge] != 0]
    return tuple(
        RiskBandCounts(
            label=_label(edge),
            events=counted["yes"][edge],
            others=counted["no"][edge],
            share_of_events=(counted["yes"][edge] or 0) / max(totals["yes"], 1),
            share_of_others=(counted["no"][edge] or 0) / max(totals["no"], 1),
        )
        for edge in used
    )


def _count(own: pl.DataFrame, edge: float, said: str) -> int | None:
    """Flagged or not, added up; hidden if either is."""
    rows = own.filter(pl.col("risk_from") == edge, pl.col("observed") == said)["count"]
    return None if rows.null_count() else int(rows.sum())


def _label(edge: float) -> str:
    higher = [other for other in EDGES if other > edge]
    return f"{percent_text(edge)} to {percent_text(higher[0])} %" if higher else f"{percent_text(edge)} % and above"
