"""What the untouched part of the data certifies of each group, as printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.checks.calibration import FEWEST_EVENTS
from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, publish
from fairness_audits.figures import Figure
from fairness_audits.gates import OPEN, Gates
from fairness_audits.printed_rates import share

__all__ = ["CertifiedGroup", "printed_certificate"]


@dataclass(frozen=True, kw_only=True)
class CertifiedGroup:
    """``status`` is met, violated or undetermined, as the training run judged it on exact counts.

    On fewer than `FEWEST_EVENTS` it is printed as undetermined, whatever the run said, and as withheld where a gate is
    closed.
    """

    group: str
    events: int | None
    sensitivity: Figure
    status: str
    events_needed: int | None

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "sensitivity": self.sensitivity.to_dict()}


def printed_certificate(context: AuditContext, rule: DisclosureRule, gates: Gates = OPEN) -> tuple[CertifiedGroup, ...]:
    exact = {row.group: {"events": row.events, "found": row.found} for row in context.certificate}
    printed = publish(rule, exact, ())
    return tuple(
        CertifiedGroup(
            group=row.group,
            events=printed[row.group]["events"],
            sensitivity=gates.shown(
                share("sensitivity", printed[row.group]["found"], printed[row.group]["events"], rule), row.group
            ),
            status=gates.status(_status(row.status, printed[row.group]["events"]), row.group),
            # It follows from the sensitivity.
            events_needed=gates.counted(row.events_needed, row.group),
        )
        for row in context.certificate
    )


def _status(judged: str, events: int | None) -> str:
    return "undetermined" if (events or 0) < FEWEST_EVENTS else judged
