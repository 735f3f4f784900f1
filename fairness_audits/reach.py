"""Reach, as printed: of the women who gave birth, how many had been scored in time, by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, one_family, publish
from fairness_audits.figures import Figure
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import share

__all__ = ["ReachRow", "printed_reach"]


@dataclass(frozen=True, kw_only=True)
class ReachRow:
    group: str
    gave_birth: int | None
    scored: int | None
    share: Figure

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "share": self.share.to_dict()}


def printed_reach(context: AuditContext, rule: DisclosureRule) -> tuple[ReachRow, ...]:
    """Everyone first; empty where reach was not collected."""
    if not context.reach:
        return ()
    exact: dict[str, dict[str, float]] = {EVERYONE: {"gave_birth": 0, "scored": 0}}
    for row in context.reach:
        exact[row.group] = {"gave_birth": row.gave_birth, "scored": row.scored_in_time}
        for name, value in exact[row.group].items():
            exact[EVERYONE][name] += value
    printed = publish(rule, exact, one_family(exact, EVERYONE))
    return tuple(_row(group, counts["gave_birth"], counts["scored"], rule) for group, counts in printed.items())


def _row(group: str, born: int | None, scored: int | None, rule: DisclosureRule) -> ReachRow:
    return ReachRow(group=group, gave_birth=born, scored=scored, share=share("flag_rate", scored, born, rule))
