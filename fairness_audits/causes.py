"""Who was found by how the outcome came about, as printed: spontaneous and provider-initiated preterm birth apart."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, Family, PublishedCounts
from fairness_audits.figures import Figure
from fairness_audits.gates import OPEN, Gates
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import share
from fairness_audits.printed_sums import Cell, publish_sums

__all__ = ["CauseRow", "printed_causes"]

# All causes together: the counts that the main tables print.
TOGETHER = "all causes"
COUNTS = ("events", "found")


@dataclass(frozen=True, kw_only=True)
class CauseRow:
    """``status`` is 'shown', 'cannot tell' below the policy's minimum of events, or 'withheld'."""

    cause: str
    group: str
    events: int | None
    found: int | None
    sensitivity: Figure
    status: str

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "sensitivity": self.sensitivity.to_dict()}


def printed_causes(
    context: AuditContext,
    rule: DisclosureRule,
    minimum_events: int,
    kept_back: AbstractSet[str] = frozenset(),
    gates: Gates = OPEN,
) -> tuple[CauseRow, ...]:
    """Cause by cause, everyone first; nothing of the groups whose counts are ``kept_back`` in the main tables.

    Causes add up to a group's events, and groups to everyone's, so further counts are hidden until no small one comes
    back by subtraction.
    """
    if not context.causes:
        return ()
    exact = _with_sums(context)
    causes = list(dict.fromkeys(row.cause for row in context.causes))
    groups = list(dict.fromkeys(row.group for row in context.causes))
    printed = publish_sums(
        rule,
        exact,
        [
            *(Family((cause, EVERYONE), tuple((cause, group) for group in groups)) for cause in (*causes, TOGETHER)),
            *(Family((TOGETHER, group), tuple((cause, group) for cause in causes)) for group in (EVERYONE, *groups)),
        ],
        within=[COUNTS],
        kept_back={cell for cell in exact if cell[1] in kept_back},
        fixed={cell for cell in exact if cell[0] == TOGETHER},
    )
    return tuple(
        _row(cause, group, printed[cause, group], rule, minimum_events, gates)
        for cause in causes
        for group in (EVERYONE, *groups)
    )


def _with_sums(context: AuditContext) -> dict[Cell, dict[str, float]]:
    exact: dict[Cell, dict[str, float]] = {}
    for row in context.causes:
        for cell in ((row.cause, row.group), (row.cause, EVERYONE), (TOGETHER, row.group), (TOGETHER, EVERYONE)):
            sums = exact.setdefault(cell, dict.fromkeys(COUNTS, 0.0))
            sums["events"] += row.events
            sums["found"] += row.found
    return exact


def _row(
    cause: str, group: str, counts: PublishedCounts, rule: DisclosureRule, minimum_events: int, gates: Gates
) -> CauseRow:
    return CauseRow(
        cause=cause,
        group=group,
        events=counts["events"],
        found=gates.counted(counts["found"], group),
        sensitivity=gates.shown(share("sensitivity", counts["found"], counts["events"], rule), group),
        status=gates.status("shown" if (counts["events"] or 0) >= minimum_events else "cannot tell", group),
    )
