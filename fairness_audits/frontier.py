"""Every point of the frontier against row 0, as printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext, FrontierPoint
from fairness_audits.disclosure import DisclosureRule, publish
from fairness_audits.figures import Figure, figure, rounded
from fairness_audits.intervals import Interval
from fairness_audits.printed_rates import share

__all__ = ["FrontierRow", "printed_frontier"]


@dataclass(frozen=True, kw_only=True)
class FrontierRow:
    """``point`` holds what the fit said of itself; sensitivities come from printed counts."""

    point: FrontierPoint
    level_up_flags_per_1000: float | None
    sensitivity: dict[str, Figure]
    auroc: Figure
    brier: Figure

    def to_dict(self) -> dict[str, Any]:
        kept = ("label", "worst_group", "feasible", "chosen")
        return {
            **{name: getattr(self.point, name) for name in kept},
            "tolerance": rounded(self.point.tolerance, 4),
            "level_up_flags_per_1000": self.level_up_flags_per_1000,
            "seconds": rounded(self.point.seconds, 1),
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
        # 1.6 per 1,000 of about 3,065 women is 5 women again: where counts are rounded, so is this, to whole flags.
        level_up_flags_per_1000=rounded(point.level_up_flags_per_1000, 1 if rule.rounded_to == 1 else 0),
        sensitivity={
            group: share("sensitivity", counts["found"], counts["events"], rule) for group, counts in printed.items()
        },
        auroc=_alone("auroc", point.auroc),
        brier=_alone("brier", point.brier),
    )


def _alone(name: str, value: float | None) -> Figure:
    nan = float("nan")
    return figure(name, Interval(nan if value is None else value, nan, nan))
