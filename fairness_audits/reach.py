"""Reach, as printed: of the women who gave birth, how many had been scored in time, by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, PublishedCounts, one_family, publish
from fairness_audits.figures import Figure
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import share

__all__ = ["ReachRow", "printed_reach"]

_COUNTS = ("gave_birth", "scored", "not_known")


@dataclass(frozen=True, kw_only=True)
class ReachRow:
    """``not_known`` counts women beside those who ``gave_birth``: of them it is not recorded when they booked."""

    group: str
    gave_birth: int | None
    scored: int | None
    not_known: int | None
    share: Figure

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "share": self.share.to_dict()}


def printed_reach(context: AuditContext, rule: DisclosureRule) -> tuple[ReachRow, ...]:
    """Everyone first; empty where reach was not collected."""
    if not context.reach:
        return ()
    exact: dict[str, dict[str, float]] = {EVERYONE: dict.fromkeys(_COUNTS, 0)}
    for row in context.reach:
        exact[row.group] = dict(zip(_COUNTS, (row.gave_birth, row.scored_in_time, row.not_known), strict=True))
        for name, value in exact[row.group].items():
            exact[EVERYONE][name] += value
    printed = publish(rule, exact, one_family(exact, EVERYONE))
    return tuple(_row(group, counts, rule) for group, counts in printed.items())


def _row(group: str, counts: PublishedCounts, rule: DisclosureRule) -> ReachRow:
    born, scored, not_known = (counts[name] for name in _COUNTS)
    return ReachRow(
        group=group,
        gave_birth=born,
        scored=scored,
        not_known=not_known,
        share=share("flag_rate", scored, born, rule),
    )
