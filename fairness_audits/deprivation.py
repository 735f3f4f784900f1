"""The outcome gap beside the same gap with deprivation held equal: never instead of it.

Direct standardisation: each group's rate in each fifth of deprivation, weighted as all women are spread over the fifths
(Kirkwood and Sterne, Essential Medical Statistics, 2003, ch. 25). Made of printed counts alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure, GroupFigures, figure, hidden
from fairness_audits.intervals import Z95, Interval
from fairness_audits.levels import CROSSED_LABEL, QUINTILES

__all__ = ["CROSSED_LEVEL", "DEPRIVATION_SENTENCE", "AdjustedRate", "adjusted_rates"]

DEPRIVATION_SENTENCE = "Deprivation lies on the pathway; adjusting does not explain the gap away."
CROSSED_LEVEL = "ethnic_group x deprivation_quintile"


@dataclass(frozen=True, kw_only=True)
class AdjustedRate:
    """One group's crude rate, and its rate if its women lived where all women live. Hidden where a fifth is."""

    group: str
    crude: Figure
    adjusted: Figure

    def to_dict(self) -> dict[str, Any]:
        return {"group": self.group, "crude": self.crude.to_dict(), "adjusted": self.adjusted.to_dict()}


def adjusted_rates(
    groups: Sequence[GroupFigures], crossed: Sequence[GroupFigures], rule: DisclosureRule
) -> tuple[AdjustedRate, ...]:
    """``groups`` are ethnic groups, ``crossed`` the same by fifth; empty where the audit was not crossed."""
    if not crossed:
        return ()
    by_fifth = {row.group: row for row in crossed}
    weight = {
        fifth: sum((row.counts["ascertained"] or 0) for name, row in by_fifth.items() if name.endswith(fifth))
        for fifth in QUINTILES.values()
    }
    everyone = sum(weight.values())
    shares = {fifth: women / everyone for fifth, women in weight.items() if women} if everyone else {}
    return tuple(
        AdjustedRate(
            group=row.group,
            crude=row["event_rate"],
            adjusted=_adjusted(
                {fifth: by_fifth.get(f"{row.group}{CROSSED_LABEL}{fifth}") for fifth in shares}, shares, rule
            ),
        )
        for row in groups
    )


def _adjusted(cells: Mapping[str, GroupFigures | None], shares: Mapping[str, float], rule: DisclosureRule) -> Figure:
    rate, variance = 0.0, 0.0
    for fifth, share in shares.items():
        cell = cells[fifth]
        if cell is None or cell["event_rate"].value is None:
            return hidden("event_rate")
        women = float(cell.counts["ascertained"] or 0)
        events = min(float(cell.counts["events"] or 0), women)
        rate += share * events / women
        # Half an event to each side, so that a fifth without events is not taken to be known exactly.
        smoothed = (events + 0.5) / (women + 1)
        variance += share**2 * (smoothed * (1 - smoothed) / women + (rule.rounded_to / 2 / women) ** 2 / 3)
    if not shares:
        return hidden("event_rate")
    error = math.sqrt(variance)
    return figure("event_rate", Interval(rate, max(rate - Z95 * error, 0.0), min(rate + Z95 * error, 1.0)))
