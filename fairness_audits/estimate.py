"""From the counts of one section to its printed figures, group by group.

Counts pass the disclosure rule first, and every figure is made from what it leaves: rates, O:E and their intervals from
the printed counts; AUROC, Brier score and calibration from the shape of the risks and the printed totals
(`distribution_figures`), and only where there are enough events and non-events that they give no single woman away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from fairness_audits import intervals
from fairness_audits.design_effects import design_effects
from fairness_audits.disclosure import DisclosureRule, PublishedCounts, publish
from fairness_audits.distribution_figures import PrintedTotals, figures_of_distribution
from fairness_audits.effective_counts import EffectiveCounts, effective_counts, printed_size
from fairness_audits.families import Cell, families_of
from fairness_audits.figures import Figure, GroupFigures, Section, figure, hidden
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL, Level
from fairness_audits.net_benefit import net_benefit_interval
from fairness_audits.policy import AuditPolicy, OperatingPoint
from fairness_audits.printed_rates import RATES, mean_of_risks, ratio, share
from fairness_audits.risk_bins import bin_lower_risk
from fairness_audits.tallies import Distribution, Tally, distributions, tallies

__all__ = [
    "COUNTED",
    "figures_of_section",
    "figures_of_tally",
    "operating_threshold",
    "printed_tallies",
]

# Fewer events or non-events than this and a distribution's figures could single women out. Project default.
ENOUGH_FOR_A_DISTRIBUTION = 10

OBSERVED_TO_EXPECTED = "observed_to_expected"
# What each rate, and the observed part of O:E, is a share of.
COUNTED = {**RATES, OBSERVED_TO_EXPECTED: ("scored_events", "scored_ascertained")}


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
    repeated: pl.DataFrame,
    section: Section,
    point: OperatingPoint,
    is_primary: bool,
    levels: tuple[Level, ...],
    policy: AuditPolicy,
    rule: DisclosureRule,
) -> Iterator[GroupFigures]:
    """Figures of everyone, then of each group of each level.

    ``rows`` carry ``flagged_share``; ``repeated`` are the patterns of women with several rows.
    """
    margin = policy.tolerance("FA012").limit
    needed: int | None = None
    bins = {level.name: distributions(rows, level) for level in levels}
    bins[EVERYONE_LEVEL] = distributions(rows, None)
    designs = {level.name: design_effects(rows, repeated, level, rates=COUNTED) for level in levels}
    designs[EVERYONE_LEVEL] = design_effects(rows, repeated, None, rates=COUNTED)
    for (level, group), (tally, counts) in printed_tallies(rows, levels, rule).items():
        effective = {
            name: effective_counts(names, tally, counts, rule, design=designs[level][group][name])
            for name, names in COUNTED.items()
        }
        figures = _figures(tally, counts, effective, bins[level].get(group), rows=rows, point=point, rule=rule)
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
            effective=effective,
        )


def _figures(
    tally: Tally,
    counts: PublishedCounts,
    effective: Mapping[str, EffectiveCounts],
    bins: Distribution | None,
    *,
    rows: pl.DataFrame,
    point: OperatingPoint,
    rule: DisclosureRule,
) -> dict[str, Figure]:
    printed = figures_of_tally(tally, counts, effective, rule)
    return (
        printed
        | figures_of_distribution(
            bins, None if bins is None else _printed_totals(bins, tally, counts, effective[OBSERVED_TO_EXPECTED], rule)
        )
        | _benefit(
            tally,
            counts,
            rule,
            operating_threshold(point, rows),
            is_hidden=any(printed[name].is_hidden for name in RATES),
        )
    )


def figures_of_tally(
    tally: Tally, counts: PublishedCounts, effective: Mapping[str, EffectiveCounts], rule: DisclosureRule
) -> dict[str, Figure]:
    """Whatever follows from the tally alone: rates, outcomes that are missing, mean risk, O:E."""
    rates = {name: share(name, *effective[name].pair, rule, design=effective[name].design) for name in RATES}
    missing = {"missing_outcomes": _missing_outcomes(counts, rule)}
    return rates | missing | _of_risk(tally, effective[OBSERVED_TO_EXPECTED], rule)


def _missing_outcomes(counts: PublishedCounts, rule: DisclosureRule) -> Figure:
    """Of those whose outcome is due, the share for whom none is recorded."""
    n, missing, later = counts["n"], counts["missing"], counts["not_yet_due"]
    if n is None or missing is None or later is None:
        return hidden("missing_outcomes")
    return share("missing_outcomes", max(missing - later, 0), max(n - later, 0), rule)


def _of_risk(tally: Tally, counted: EffectiveCounts, rule: DisclosureRule) -> dict[str, Figure]:
    mean = mean_of_risks(tally.mean_risk, counted.whole, rule)
    return {
        "mean_risk": mean,
        "observed_to_expected": ratio(*counted.pair, mean, rule, design=counted.design),
    }


def _printed_totals(
    bins: Distribution, tally: Tally, counts: PublishedCounts, counted: EffectiveCounts, rule: DisclosureRule
) -> PrintedTotals | None:
    """None where there are too few events or non-events to print a distribution."""
    women, cases = counts["scored_ascertained"] or 0, counts["scored_events"] or 0
    enough = 1 if rule.name == "none" else ENOUGH_FOR_A_DISTRIBUTION
    events, known = counted.pair
    if min(cases, women - cases) < enough or not events or not known or events >= known:
        return None
    sizes = [events, known - events]
    if tally.is_weighted:
        sizes = [printed_size(size, rule) or 0.0 for size in (bins.effective_events, bins.effective_non_events)]
    return PrintedTotals(
        events=events / counted.design,
        known=known / counted.design,
        event_size=sizes[0] / counted.design,
        non_event_size=sizes[1] / counted.design,
        rounded_to=rule.rounded_to,
        design=counted.design,
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
        right, wrong, women = (printed_size(size, rule) or 0.0 for size in sizes)
    else:
        right, wrong, women = float(found), float(false_alarms), float(known or 0)
    rounding = intervals.rounding_variance(rule.rounded_to)
    interval = net_benefit_interval(right, wrong, women, threshold, rounding=rounding)
    return {"net_benefit": figure("net_benefit", interval)}
