"""Every point of the frontier against row 0, as printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import FrontierPoint, GroupHeld
from fairness_audits.disclosure import DisclosureRule, publish
from fairness_audits.figures import Figure, figure, hidden, rounded
from fairness_audits.gates import OPEN, Gates
from fairness_audits.intervals import Interval
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import mean_of_log_losses, share

__all__ = ["FrontierRow", "printed_frontier"]


@dataclass(frozen=True, kw_only=True)
class FrontierRow:
    """``point`` holds what the fit said of itself; sensitivities come from printed counts.

    ``held`` is by estimand and group, what the constraint holds beside sensitivity.
    """

    point: FrontierPoint
    level_up_flags_per_1000: float | None
    sensitivity: dict[str, Figure]
    held: dict[str, dict[str, Figure]]
    auroc: Figure
    brier: Figure
    positive_predictive_value: Figure
    net_benefit: Figure

    @property
    def seconds(self) -> float | None:
        return rounded(self.point.seconds, 1)

    @property
    def largest_loss(self) -> float | None:
        """A group's shrunken sensitivity below row 0's, in hundredths: where few had the outcome, finer steps count
        them."""
        return rounded(self.point.largest_loss, 2)

    def to_dict(self) -> dict[str, Any]:
        kept = ("label", "worst_group", "feasible", "chosen")
        return {
            **{name: getattr(self.point, name) for name in kept},
            "tolerance": rounded(self.point.tolerance, 4),
            "level_up_flags_per_1000": self.level_up_flags_per_1000,
            "seconds": self.seconds,
            "sensitivity": {group: shown.to_dict() for group, shown in self.sensitivity.items()},
            "held": {
                name: {group: shown.to_dict() for group, shown in groups.items()} for name, groups in self.held.items()
            },
            "auroc": self.auroc.to_dict(),
            "brier": self.brier.to_dict(),
        }


def printed_frontier(context: AuditContext, rule: DisclosureRule, gates: Gates = OPEN) -> tuple[FrontierRow, ...]:
    return tuple(_row(point, rule, gates) for point in context.frontier)


def _row(point: FrontierPoint, rule: DisclosureRule, gates: Gates) -> FrontierRow:
    exact = {row.group: {"events": row.events, "found": row.found} for row in point.sensitivity}
    printed = publish(rule, exact, ())
    return FrontierRow(
        point=_without_worst(point) if gates.why(point.worst_group or EVERYONE) else point,
        # 1.6 per 1,000 of about 3,065 women is 5 women again: where counts are rounded, so is this, to whole flags.
        level_up_flags_per_1000=rounded(point.level_up_flags_per_1000, 1 if rule.rounded_to == 1 else 0),
        sensitivity={
            group: gates.shown(share("sensitivity", counts["found"], counts["events"], rule), group)
            for group, counts in printed.items()
        },
        held={
            name: _held([row for row in point.held if row.estimand == name], rule, gates)
            for name in dict.fromkeys(row.estimand for row in point.held)
        },
        auroc=gates.shown(_alone("auroc", point.auroc), EVERYONE),
        brier=gates.shown(_alone("brier", point.brier), EVERYONE),
        positive_predictive_value=gates.shown(
            _of_counts("positive_predictive_value", point.positive_predictive_value, rule), EVERYONE
        ),
        net_benefit=gates.shown(_of_counts("net_benefit", point.net_benefit, rule), EVERYONE),
    )


def _without_worst(point: FrontierPoint) -> FrontierPoint:
    """Which group is found least, and how much less than by row 0, is a figure of a withheld sensitivity."""
    return replace(point, worst_group=None, largest_loss=None, worst_observed_to_expected=None)


def _held(rows: list[GroupHeld], rule: DisclosureRule, gates: Gates) -> dict[str, Figure]:
    exact = {row.group: {"births": row.births, "flagged": row.flagged or 0} for row in rows}
    printed = publish(rule, exact, ())
    return {
        row.group: gates.shown(
            mean_of_log_losses(row.mean, printed[row.group]["births"], rule)
            if row.estimand == "log_loss"
            else share(row.estimand, printed[row.group]["flagged"], printed[row.group]["births"], rule),
            row.group,
        )
        for row in rows
    }


def _of_counts(name: str, value: float | None, rule: DisclosureRule) -> Figure:
    """A figure of all women's exact counts: where counts are rounded it would give them back, and is hidden."""
    return _alone(name, value) if rule.rounded_to == 1 else hidden(name)


def _alone(name: str, value: float | None) -> Figure:
    nan = float("nan")
    return figure(name, Interval(nan if value is None else value, nan, nan))
