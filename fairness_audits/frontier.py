"""Every point of the frontier against row 0, as printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext, FrontierPoint
from fairness_audits.disclosure import DisclosureRule, publish
from fairness_audits.figures import Figure, figure
from fairness_audits.intervals import Interval
from fairness_audits.printed_rates import share

__all__ = ["FrontierRow", "printed_frontier"]


@dataclass(frozen=True, kw_only=True)
class FrontierRow:
    """``point`` holds what the fit said of itself; sensitivities come from printed counts."""

    point: FrontierPoint
    sensitivity: dict[str, Figure]
    auroc: Figure
    brier: Figure

    def to_dict(self) -> dict[str, Any]:
        kept = ("label", "tolerance", "worst_group", "level_up_flags_per_1000", "feasible", "chosen", "seconds")
        return {
            **{name: getattr(self.point, name) for name in kept},
            "sensitivity": {group: shown.to_dict() for group, shown in self.sensitivity.items()},
            "auroc": self.auroc.to_dict(),
            "brier": self.brier.to_dict(),
        }


def printed_frontier(context: AuditContext, rule: DisclosureRule) -> tuple[FrontierRow, ...]:
    return tuple(_row(point, rule) for point in context.frontier)


def _row(point: FrontierPoint, rule: DisclosureRule) -> FrontierRow:
    exact = {row.group: {"events": row.events, "found": row.found} for row in point.sensitivity}
    printed = publish(rule, exact, ())
    return FrontierRow(
        point=point,
        sensitivity={
            group: share("sensitivity", counts["found"], counts["events"], rule) for group, counts in printed.items()
        },
        auroc=_alone("auroc", point.auroc),
        brier=_alone("brier", point.brier),
    )


def _alone(name: str, value: float | None) -> Figure:
    nan = float("nan")
    return figure(name, Interval(nan if value is None else value, nan, nan))
