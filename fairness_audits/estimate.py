"""From the counts of one section to its printed figures, group by group.

Counts pass the disclosure rule first. Whatever can be made from the printed counts is (rates, O:E and their intervals);
AUROC, Brier score and calibration, which cannot, are made from the exact counts and printed only where there are enough
events and non-events that they give no single woman away.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from fairness_audits import intervals
from fairness_audits.disclosure import DisclosureRule, Family, PublishedCounts, publish
from fairness_audits.figures import Figure, GroupFigures, Section, figure, hidden
from fairness_audits.intervals import Interval
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL, Level
from fairness_audits.policy import AuditPolicy, OperatingPoint
from fairness_audits.printed_rates import ratio, share
from fairness_audits.risk_bins import bin_lower_risk
from fairness_audits.tallies import Distribution, Tally, distributions, tallies
from models import metrics

__all__ = ["RATES", "figures_of_section", "printed_tallies"]

# Fewer events or non-events than this and a distribution's figures could single women out. Project default.
ENOUGH_FOR_A_DISTRIBUTION = 10
# A calibration slope on fewer is noise: at least 100 events (Vergouwe et al., J Clin Epidemiol 2005;58:475).
ENOUGH_FOR_A_SLOPE = 100

RATES = {
    "event_rate": ("events", "ascertained"),
    "flag_rate": ("flagged", "evaluated"),
    "sensitivity": ("found", "evaluated_events"),
    "specificity": ("cleared", "evaluated_non_events"),
    "positive_predictive_value": ("found", "followed_flagged"),
    "told_low_risk": ("low_risk_events", "scored_events"),
}


Cell = tuple[str, str]


def printed_tallies(
    rows: pl.DataFrame, levels: Sequence[Level], rule: DisclosureRule
) -> dict[Cell, tuple[Tally, PublishedCounts]]:
    """By (level, group), everyone first: the tally, exact, and its printable counts, all that may be shown of it.

    All levels pass the disclosure rule together, because each adds up to the one above.
    """
    exact: dict[Cell, Tally] = {(EVERYONE_LEVEL, EVERYONE): tallies(rows, None)[EVERYONE]}
    families: list[Family[Cell]] = []
    for level in levels:
        found = {(level.name, group): tally for group, tally in tallies(rows, level).items()}
        exact |= found
        families.append(Family((EVERYONE_LEVEL, EVERYONE), tuple(found)))
        for parent in dict.fromkeys(level.parents.values()):
            children = tuple(cell for cell in found if level.parents[cell[1]] == parent)
            if children:
                families.append(Family((level.parent_level, parent), children))
    printed = publish(rule, {cell: tally.rows for cell, tally in exact.items()}, families)
    return {cell: (tally, printed[cell]) for cell, tally in exact.items()}


def figures_of_section(
    rows: pl.DataFrame,
    *,
    section: Section,
    point: OperatingPoint,
    is_primary: bool,
    levels: tuple[Level, ...],
    policy: AuditPolicy,
    rule: DisclosureRule,
) -> Iterator[GroupFigures]:
    """Figures of everyone, then of each group of each level. ``rows`` carry ``flagged_share``."""
    margin = policy.tolerance("FA012").limit
    needed: int | None = None
    bins = {level.name: distributions(rows, level) for level in levels}
    bins[EVERYONE_LEVEL] = distributions(rows, None)
    for (level, group), (tally, counts) in printed_tallies(rows, levels, rule).items():
        figures = _figures(tally, counts, bins[level].get(group), rows=rows, point=point, rule=rule)
        found = figures["sensitivity"].value
        if level == EVERYONE_LEVEL and found is not None:
            needed = intervals.events_needed(found, margin)
        yield GroupFigures(
            section=section,
            operating_point=point.label,
            is_primary=is_primary,
            level=level,
            group=group,
            counts=counts,
            figures=figures,
            status="shown" if (counts["events"] or 0) >= policy.minimum_events else "cannot tell",
            events_needed=needed,
        )


def _figures(
    tally: Tally,
    counts: PublishedCounts,
    bins: Distribution | None,
    *,
    rows: pl.DataFrame,
    point: OperatingPoint,
    rule: DisclosureRule,
) -> dict[str, Figure]:
    printed = {name: _rate(name, tally, counts, rule) for name in RATES}
    printed["missing_outcomes"] = _missing_outcomes(counts, rule)
    return (
        printed
        | _of_risk(tally, counts, rule)
        | _of_distribution(bins, counts, rule)
        | _benefit(
            tally, counts, rule, _threshold(point, rows), is_hidden=any(printed[name].is_hidden for name in RATES)
        )
    )


def _rate(name: str, tally: Tally, counts: PublishedCounts, rule: DisclosureRule) -> Figure:
    return share(name, *_of_printed(RATES[name], tally, counts, rule), rule)


def _of_printed(
    names: tuple[str, str], tally: Tally, counts: PublishedCounts, rule: DisclosureRule
) -> tuple[int | None, int | None]:
    """Part and whole as printed; of weighted rows, as effective counts that pass the same rule."""
    part, whole = (counts[name] for name in names)
    if not tally.is_weighted or part is None or whole is None or not tally.weight[names[1]]:
        return part, whole
    share, size = tally.weight[names[0]] / tally.weight[names[1]], tally.effective[names[1]]
    return rule.count(share * size), rule.count(size)


def _missing_outcomes(counts: PublishedCounts, rule: DisclosureRule) -> Figure:
    """Of those whose outcome is due, the share for whom none is recorded."""
    n, missing, later = counts["n"], counts["missing"], counts["not_yet_due"]
    if n is None or missing is None or later is None:
        return hidden("missing_outcomes")
    return share("missing_outcomes", max(missing - later, 0), max(n - later, 0), rule)


def _of_risk(tally: Tally, counts: PublishedCounts, rule: DisclosureRule) -> dict[str, Figure]:
    mean = figure("mean_risk", Interval(tally.mean_risk, math.nan, math.nan))
    events, known = _of_printed(("scored_events", "scored_ascertained"), tally, counts, rule)
    may_print = known == 0 or rule.can_divide_by(known)
    return {
        "mean_risk": mean if may_print else hidden("mean_risk"),
        "observed_to_expected": ratio(events, known, mean.value, rule),
    }


def _of_distribution(bins: Distribution | None, counts: PublishedCounts, rule: DisclosureRule) -> dict[str, Figure]:
    names = ("auroc", "brier", "calibration_in_the_large", "calibration_slope")
    if bins is None:
        return {name: figure(name, intervals.UNDEFINED) for name in names}
    events, known = counts["scored_events"] or 0, counts["scored_ascertained"] or 0
    enough = 1 if rule.name == "none" else ENOUGH_FOR_A_DISTRIBUTION
    if events < enough or known - events < enough:
        return {name: hidden(name) for name in names}
    shift, slope = _calibration(bins, events)
    brier = float(
        metrics.brier_score(
            bins.events.sum(), bins.risk_of_events, bins.squared_risk, bins.events.sum() + bins.non_events.sum()
        )
    )
    size = bins.effective_events + bins.effective_non_events
    area = intervals.auroc_interval(bins.events, bins.non_events, bins.effective_events, bins.effective_non_events)
    return {
        "auroc": figure("auroc", area),
        "brier": figure("brier", intervals.brier_interval(brier, bins.events, bins.non_events, bins.mean_risk, size)),
        "calibration_in_the_large": figure("calibration_in_the_large", shift),
        "calibration_slope": figure("calibration_slope", slope),
    }


def _calibration(bins: Distribution, events: int) -> tuple[Interval, Interval]:
    total = bins.events + bins.non_events
    scale = (bins.effective_events + bins.effective_non_events) / total.sum()
    shift = metrics.calibration_in_the_large(bins.events, total, bins.logit)
    risk = 0.5 * (1 + np.tanh(0.5 * (bins.logit + shift)))
    information = scale * float((total * risk * (1 - risk)).sum())
    error = information**-0.5 if information > 0 else math.nan
    if events < ENOUGH_FOR_A_SLOPE:
        return intervals.normal_interval(shift, error), intervals.UNDEFINED
    _, slope, covariance = metrics.calibration_line(bins.events, total, bins.logit)
    return intervals.normal_interval(shift, error), intervals.normal_interval(
        slope, math.sqrt(covariance[1, 1] / scale)
    )


def _threshold(point: OperatingPoint, rows: pl.DataFrame) -> float | None:
    """The risk at which women are flagged: as declared, or the lowest bin most of which is flagged."""
    if point.kind == "risk":
        return point.value
    mostly = rows.filter((pl.col("flagged_share") > 0.5) & pl.col("bin").is_not_null())
    return bin_lower_risk(int(str(mostly["bin"].min()))) if mostly.height else None


def _benefit(
    tally: Tally, counts: PublishedCounts, rule: DisclosureRule, threshold: float | None, *, is_hidden: bool
) -> dict[str, Figure]:
    """Hidden with any of the group's rates: it is made of the same counts."""
    found, known = counts["found"], counts["ascertained"]
    false_alarms = counts["false_alarms"]
    if is_hidden or found is None or false_alarms is None or not rule.can_divide_by(known):
        return {"net_benefit": hidden("net_benefit")}
    if threshold is None or threshold >= 1 or tally.is_weighted:
        return {"net_benefit": figure("net_benefit", intervals.UNDEFINED)}
    value = float(metrics.net_benefit(found, false_alarms, float(known or 0), threshold))
    return {"net_benefit": figure("net_benefit", Interval(value, math.nan, math.nan))}
