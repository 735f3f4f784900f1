"""Figures over the training births, cross-fitted, as printed: more events by group than the holdout has."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import CrossFittedGroup
from fairness_audits.disclosure import DisclosureRule, Family, PublishedCounts
from fairness_audits.estimate import ENOUGH_FOR_A_DISTRIBUTION
from fairness_audits.figures import Figure, figure, hidden
from fairness_audits.gates import OPEN, Gates
from fairness_audits.intervals import UNDEFINED, Z95, Interval, on_the_logit_scale
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import mean_of_risks, ratio, share
from fairness_audits.printed_sums import publish_sums

__all__ = ["CrossFittedRow", "printed_cross_fitted"]

# Each is part of the one before.
COUNTS = ("women", "ascertained", "events", "found")
FOLDED = "cross-fitted"


@dataclass(frozen=True, kw_only=True)
class CrossFittedRow:
    """``status`` is 'shown', 'cannot tell' below the policy's minimum of events as for the holdout's figures, or
    'withheld'."""

    group: str
    folds: int
    women: int | None
    events: int | None
    found: int | None
    sensitivity: Figure
    observed_to_expected: Figure
    auroc: Figure
    status: str

    def to_dict(self) -> dict[str, Any]:
        figures = ("sensitivity", "observed_to_expected", "auroc")
        return {**vars(self), **{name: getattr(self, name).to_dict() for name in figures}}


def printed_cross_fitted(
    context: AuditContext, rule: DisclosureRule, minimum_events: int, gates: Gates = OPEN
) -> tuple[CrossFittedRow, ...]:
    """Everyone first; empty where births were enough, or nobody asked for it.

    Outcomes of training births were recorded as those of the holdout were: its gates count here too.
    """
    if not context.cross_fitted:
        return ()
    exact = {(FOLDED, row.group): {n: float(getattr(row, n)) for n in COUNTS} for row in context.cross_fitted}
    families = [Family((FOLDED, EVERYONE), tuple(cell for cell in exact if cell[1] != EVERYONE))]
    printed = publish_sums(rule, exact, families, within=itertools.pairwise(COUNTS))
    return tuple(_row(row, printed[FOLDED, row.group], rule, minimum_events, gates) for row in context.cross_fitted)


def _row(
    row: CrossFittedGroup, counts: PublishedCounts, rule: DisclosureRule, minimum_events: int, gates: Gates
) -> CrossFittedRow:
    mean = mean_of_risks(row.expected / row.ascertained if row.ascertained else None, counts["ascertained"], rule)
    return CrossFittedRow(
        group=row.group,
        folds=row.folds,
        women=counts["women"],
        events=counts["events"],
        found=gates.counted(counts["found"], row.group),
        sensitivity=gates.shown(
            share("sensitivity", counts["found"], counts["events"], rule, design=row.sensitivity_design), row.group
        ),
        observed_to_expected=gates.shown(
            ratio(counts["events"], counts["ascertained"], mean, rule, design=row.ratio_design), row.group
        ),
        auroc=gates.shown(_auroc(row, counts, rule), row.group),
        status=gates.status("shown" if (counts["events"] or 0) >= minimum_events else "cannot tell", row.group),
    )


def _auroc(row: CrossFittedGroup, counts: PublishedCounts, rule: DisclosureRule) -> Figure:
    """Limits from the printed numbers of women, and hidden on few, as every AUROC of an audit."""
    if row.auroc is None or row.event_spread is None or row.other_spread is None:
        return figure("auroc", UNDEFINED)
    events, others = counts["events"] or 0, (counts["ascertained"] or 0) - (counts["events"] or 0)
    if min(events, others) < (2 if rule.rounded_to == 1 else ENOUGH_FOR_A_DISTRIBUTION):
        return hidden("auroc")
    variance = row.auroc_design * (row.event_spread / (events - 1) + row.other_spread / (others - 1))
    if not 0 < row.auroc < 1 or variance <= 0:
        return figure("auroc", Interval(row.auroc, math.nan, math.nan))
    return figure("auroc", on_the_logit_scale(row.auroc, Z95 * math.sqrt(variance)))
