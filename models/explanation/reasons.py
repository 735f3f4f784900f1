"""Which contributions a person may read, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.encoding import ETHNIC_GROUP, Fact
from models.explanation.explainer import Explanation
from models.predictors import PREDICTORS
from records.concepts import CONCEPTS

__all__ = ["MOST_REASONS", "REASONS_HEADING", "Reason", "not_shown", "reasons"]

REASONS_HEADING = "What moved this number (not causes, not advice)"
MOST_REASONS = 5
# It is a reason only under a signed decision to read it.
ETHNIC_GROUP_WORDING = "recorded ethnic group (how women of it lived and were treated, not biology)"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A recorded fact and how far it moved the calibrated log-odds from the baseline, up or down."""

    concept: str
    wording: str
    value: Fact
    unit: str | None
    log_odds: float

    @property
    def direction(self) -> str:
        return "raised" if self.log_odds > 0 else "lowered"


def reasons(explanation: Explanation, facts: Mapping[str, Fact]) -> tuple[Reason, ...]:
    """The recorded facts with an approved wording that moved the risk most, at most five; ties in the model's order.

    What is not recorded is never a reason.
    """
    shown = [
        Reason(
            concept=name,
            wording=_wording(name) or "",
            value=facts[name],
            unit=None if name == ETHNIC_GROUP else CONCEPTS[name].unit,
            log_odds=log_odds,
        )
        for name, log_odds in explanation.contributions.items()
        if log_odds != 0 and facts.get(name) is not None and _wording(name) is not None
    ]
    return tuple(sorted(shown, key=lambda reason: -abs(reason.log_odds))[:MOST_REASONS])


def not_shown(explanation: Explanation, facts: Mapping[str, Fact]) -> dict[str, float]:
    """Contributions of recorded facts without an approved wording: they are logged, and never shown as her own."""
    return {
        name: log_odds
        for name, log_odds in explanation.contributions.items()
        if log_odds != 0 and facts.get(name) is not None and _wording(name) is None
    }


def _wording(name: str) -> str | None:
    """None where nobody approved one: then it may not be shown."""
    if name == ETHNIC_GROUP:
        return ETHNIC_GROUP_WORDING
    return PREDICTORS[name].wording if name in PREDICTORS else None
