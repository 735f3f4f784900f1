"""From the counts of one section to its printed figures, group by group.

Counts pass the disclosure rule first, and every figure is made from what it leaves: rates, O:E and their intervals from
the printed counts; AUROC, Brier score and calibration from the shape of the risks and the printed totals
(`distribution_figures`), and only where there are enough events and non-events that they give no single woman away.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import polars as pl

from fairness_audits import intervals
from fairness_audits.disclosure import DisclosureRule, PublishedCounts, publish
from fairness_audits.distribution_figures import PrintedTotals, figures_of_distribution
from fairness_audits.families import Cell, families_of
from fairness_audits.figures import Figure, GroupFigures, Section, figure, hidden
from fairness_audits.intervals import Interval
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL, Level
from fairness_audits.net_benefit import net_benefit_interval
from fairness_audits.policy import AuditPolicy, OperatingPoint
from fairness_audits.printed_rates import ratio, share
from fairness_audits.risk_bins import bin_lower_risk
from fairness_audits.tallies import Distribution, Tally, distributions, tallies

__all__ = ["RATES", "figures_of_section", "operating_threshold", "printed_tallies"]

# Fewer events or non-events than this and a distribution's figures could single women out. Project default.
ENOUGH_FOR_A_DISTRIBUTION = 10

RATES = {
    "event_rate": ("events", "ascertained"),
    "flag_rate": ("flagged", "evaluated"),
    "sensitivity": ("found", "evaluated_events"),
    "specificity": ("cleared", "evaluated_non_events"),
    "positive_predictive_value": ("found", "followed_flagged"),
    "told_low_risk": ("low_risk_events", "scored_events"),
}


def printed_tallies(
    rows: pl.DataFrame, levels: Sequence[Level], rule: DisclosureRule
) -> dict[Cell, tuple[Tally, PublishedCounts]]:
    """By (level, group), everyone first: the tally, exact, and its printable counts, all that may be shown of it.

    All levels pass the disclosure rule together, because each adds up to the one above.
    """
    exact: dict[Cell, Tally] = {(EVERYONE_LEVEL, EVERYONE): tallies(rows, None)[EVERYONE]}
    found = {level.name: tallies(rows, level) for level in levels}
    for name, by_group in found.items():
        exact |= {(name, group): tally for group, tally in by_group.items()}
    families = families_of(levels, {name: tuple(by_group) for name, by_group in found.items()})
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
        | _of_distribution(bins, tally, counts, rule)
        | _benefit(
            tally,
            counts,
            rule,
            operating_threshold(point, rows),
            is_hidden=any(printed[name].is_hidden for name in RATES),
        )
    )


def _rate(name: str, tally: Tally, counts: PublishedCounts, rule: DisclosureRule) -> Figure:
    return share(name, *_of_printed(RATES[name], tally, counts, rule), rule)


def _of_printed(
    names: tuple[str, str], tally: Tally, counts: PublishedCounts, rule: DisclosureRule
) -> tuple[float | None, float | None]:
    """Part and whole as printed; of weighted rows, as effective counts that pass the same rule."""
    part, whole = (counts[name] for name in names)
    if not tally.is_weighted or part is None or whole is None or not tally.weight[names[1]]:
        return part, whole
    share, size = tally.weight[names[0]] / tally.weight[names[1]], tally.effective[names[1]]
    return _printed_size(share * size, rule), _printed_size(size, rule)


def _printed_size(size: float, rule: DisclosureRule) -> float | None:
    """An effective count as the rule prints it; a rule that rounds nothing does not make it whole."""
    return size if rule.rounded_to == 1 else rule.count(size)


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


def _of_distribution(
    bins: Distribution | None, tally: Tally, counts: PublishedCounts, rule: DisclosureRule
) -> dict[str, Figure]:
    return figures_of_distribution(bins, None if bins is None else _printed_totals(bins, tally, counts, rule))


def _printed_totals(
    bins: Distribution, tally: Tally, counts: PublishedCounts, rule: DisclosureRule
) -> PrintedTotals | None:
    """None where there are too few events or non-events to print a distribution."""
    women, cases = counts["scored_ascertained"] or 0, counts["scored_events"] or 0
    enough = 1 if rule.name == "none" else ENOUGH_FOR_A_DISTRIBUTION
    events, known = _of_printed(("scored_events", "scored_ascertained"), tally, counts, rule)
    if min(cases, women - cases) < enough or not events or not known or events >= known:
        return None
    if not tally.is_weighted:
        return PrintedTotals(
            events=events,
            known=known,
            event_size=events,
            non_event_size=known - events,
            rounded_to=rule.rounded_to,
        )
    sizes = (_printed_size(size, rule) or 0.0 for size in (bins.effective_events, bins.effective_non_events))
    return PrintedTotals(
        events=events,
        known=known,
        event_size=next(sizes),
        non_event_size=next(sizes),
        rounded_to=rule.rounded_to,
    )


def operating_threshold(point: OperatingPoint, rows: pl.DataFrame) -> float | None:
    """The risk at which women are flagged: as declared, or the lowest bin most of which is flagged."""
    if point.kind == "risk":
        return point.value
    scored = rows.filter(pl.col("bin").is_not_null() & pl.col("flagged_share").is_not_null())
    share = (pl.col("weight") * pl.col("flagged_share")).sum() / pl.col("weight").sum()
    mostly = scored.group_by("bin").agg(share=share).filter(pl.col("share") > 0.5)
    return bin_lower_risk(int(str(mostly["bin"].min()))) if mostly.height else None


def _benefit(
    tally: Tally, counts: PublishedCounts, rule: DisclosureRule, threshold: float | None, *, is_hidden: bool
) -> dict[str, Figure]:
    """Hidden with any of the group's rates: it is made of the same counts."""
    found, known = counts["found"], counts["ascertained"]
    false_alarms = counts["false_alarms"]
    if is_hidden or found is None or false_alarms is None or not rule.can_divide_by(known):
        return {"net_benefit": hidden("net_benefit")}
    if threshold is None or threshold >= 1:
        return {"net_benefit": figure("net_benefit", intervals.UNDEFINED)}
    if tally.is_weighted:
        scale = tally.effective["ascertained"] / tally.weight["ascertained"]
        sizes = (tally.weight[name] * scale for name in ("found", "false_alarms", "ascertained"))
        right, wrong, women = (_printed_size(size, rule) or 0.0 for size in sizes)
    else:
        right, wrong, women = float(found), float(false_alarms), float(known or 0)
    return {"net_benefit": figure("net_benefit", net_benefit_interval(right, wrong, women, threshold))}
