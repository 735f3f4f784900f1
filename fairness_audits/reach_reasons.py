"""Never scored, and why, by group, as printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, Family
from fairness_audits.figures import Figure
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import share
from fairness_audits.printed_sums import Cell, publish_sums

__all__ = ["NotScoredRow", "printed_not_scored"]

_ALL, _SCORED = "all", "scored"


@dataclass(frozen=True, kw_only=True)
class NotScoredRow:
    """Of the ``pregnancies`` of a group in the records, ``not_scored`` had no risk told, for this ``reason``."""

    reason: str
    group: str
    pregnancies: int | None
    not_scored: int | None
    share: Figure

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "share": self.share.to_dict()}


def printed_not_scored(context: AuditContext, rule: DisclosureRule) -> tuple[NotScoredRow, ...]:
    """Reason by reason, everyone first; empty where nobody was left out, or it was not counted.

    Reasons add up to a group's pregnancies that were not scored, and groups to everyone's, so further counts are hidden
    until no small one comes back by subtraction.
    """
    if not context.never_scored:
        return ()
    reasons = tuple(dict.fromkeys(reason for row in context.never_scored for reason in row.reasons))
    groups = tuple(row.group for row in context.never_scored)
    exact = _with_sums(context, reasons)
    columns = (_ALL, _SCORED, *reasons)
    printed = publish_sums(
        rule,
        exact,
        [
            *(Family((column, EVERYONE), tuple((column, group) for group in groups)) for column in columns),
            *(Family((_ALL, group), tuple((column, group) for column in columns[1:])) for group in (EVERYONE, *groups)),
        ],
        within=(),
    )
    return tuple(
        NotScoredRow(
            reason=reason,
            group=group,
            pregnancies=printed[_ALL, group]["n"],
            not_scored=printed[reason, group]["n"],
            share=share("flag_rate", printed[reason, group]["n"], printed[_ALL, group]["n"], rule),
        )
        for reason in reasons
        for group in (EVERYONE, *groups)
    )


def _with_sums(context: AuditContext, reasons: tuple[str, ...]) -> dict[Cell, dict[str, float]]:
    exact: dict[Cell, dict[str, float]] = {}
    for row in context.never_scored:
        counts = {_SCORED: row.scored, **{reason: row.reasons.get(reason, 0) for reason in reasons}}
        for group in (EVERYONE, row.group):
            for column, n in ((_ALL, sum(counts.values())), *counts.items()):
                cell = exact.setdefault((column, group), {"n": 0.0})
                cell["n"] += n
    return exact
