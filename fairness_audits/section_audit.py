"""Everything estimated about one section: figures by group, the posterior gaps, and the calibration curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import polars as pl

from fairness_audits.bands import banded_counts
from fairness_audits.calibration_curve import CalibrationCurve, calibration_curves
from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.estimate import figures_of_section
from fairness_audits.families import parents_of
from fairness_audits.figures import GroupFigures, Section
from fairness_audits.gate_answers import judge
from fairness_audits.gates import OPEN, Gates, bounds_alone, gates_of_untested, kept_back, withheld
from fairness_audits.levels import Level
from fairness_audits.multiplicity import (
    AdjustedDifference,
    GroupHeterogeneity,
    adjusted_differences,
    differences_over_groups,
)
from fairness_audits.policy import AuditPolicy, OperatingPoint
from fairness_audits.posterior_gap import Gap, gap_of_proportions, gap_of_ratios, groups_with_counts
from fairness_audits.recovery import Unknown
from fairness_audits.secondary_suppression import hide_counts, suppress
from fairness_audits.tallies import flagged_share, operating_points_answered, tallies
from fairness_audits.two_releases import EarlierCounts
from fairness_audits.untested import UntestedAnalysis, untested_analyses
from records.groups import not_known_in
from records.predictions import NOT_GIVEN

__all__ = ["SectionAudit", "audit_section", "hidden_alike"]


# Counts that every scorer of the same women shares, and those that a calibration curve is drawn of.
OF_THE_WOMEN = frozenset(
    {
        "n",
        "ascertained",
        "missing",
        "events",
        "not_yet_due",
        "untested",
        "interpreter_known",
        "needs_interpreter",
        "deprivation_known",
        "most_deprived",
        "simulated",
    }
)
OF_THE_FOUND = ("events", "evaluated_events", "found", "missed")
DRAWN = frozenset({"n", "ascertained", "events", "scored_events", "scored_ascertained"})


@dataclass(frozen=True, kw_only=True)
class SectionAudit:
    """``rows`` are the counts, kept for what is made of two sections at once.

    ``bands`` are its counts for publication. The counts in ``taken_out`` are not printed because they would give a
    small one back; of the groups that they are of (``kept_apart``) nothing else is made.
    """

    section: Section
    primary_point: OperatingPoint
    rows: pl.DataFrame
    levels: tuple[Level, ...]
    figures: tuple[GroupFigures, ...]
    gaps: tuple[Gap, ...]
    curves: tuple[CalibrationCurve, ...]
    untested: tuple[UntestedAnalysis, ...]
    adjusted_differences: tuple[AdjustedDifference, ...]
    group_heterogeneity: tuple[GroupHeterogeneity, ...]
    bands: pl.DataFrame
    taken_out: frozenset[Unknown] = frozenset()
    gates: Gates = OPEN

    @property
    def has_risks(self) -> bool:
        return self.rows["bin"].null_count() < self.rows.height

    @property
    def simulated_rows(self) -> int:
        return int(self.rows["simulated"].sum())

    def rivals(self, audited: Sequence[SectionAudit]) -> list[SectionAudit]:
        """Today's rules on the same question."""
        return [o for o in audited if o.section.is_comparator and o.section.question == self.section.question]

    @property
    def kept_apart(self) -> frozenset[str]:
        """Everyone, or ethnic groups, of whom it may not be told how many were found."""
        return frozenset(
            group
            for level, group, name in self.taken_out
            if level in ("everyone", "ethnic_group") and name.startswith(OF_THE_FOUND)
        )

    @property
    def row_count(self) -> int:
        return int(self.rows["n"].sum())


def audit_section(
    section: Section,
    rows: pl.DataFrame,
    levels: tuple[Level, ...],
    thresholds: tuple[float, ...],
    policy: AuditPolicy,
    *,
    repeated: pl.DataFrame,
    group_scheme: str = NOT_GIVEN,
    before: EarlierCounts = MappingProxyType({}),
) -> SectionAudit:
    """``rows`` are the section's counts, ``repeated`` its patterns of women with several rows; ``before`` is what an
    earlier audit printed, so that nothing comes of subtracting it from this one."""
    rule = RULES[policy.disclosure]
    # A table with neither alerts nor risks still has outcomes to show: nobody is evaluated, nothing is flagged.
    points = operating_points_answered(rows, policy.operating_points) or policy.operating_points[:1]
    figures = [
        row
        for number, point in enumerate(points)
        for row in figures_of_section(
            flagged_share(rows, point, thresholds),
            repeated=repeated,
            section=section,
            point=point,
            is_primary=number == 0,
            levels=levels,
            policy=policy,
            rule=rule,
        )
    ]
    printed = suppress(figures, banded_counts({section: rows}, levels, rule), levels, rule, before)
    figures = untested = list(printed.figures)
    ethnic = [level for level in levels if level.is_ethnic]
    groups = next((level for level in ethnic if level.name == "ethnic_group"), None)
    not_known = not_known_in(group_scheme, groups.groups if groups is not None else ())
    ungated = [row for row in figures if row.is_primary]
    gates, names = OPEN, frozenset(level.name for level in ethnic)
    if not section.is_comparator:
        theirs = gates_of_untested(section, policy.gates)
        gates = Gates(answers=judge(ungated, policy.gates, rule, not_known=not_known), ethnic_levels=names)
        gated = withheld(figures, policy.gates, names, rule, not_known=not_known)
        untested = gated if theirs == policy.gates else withheld(figures, theirs, names, rule, not_known=not_known)
        figures = gated
    primary = [row for row in figures if row.is_primary]
    not_fit, not_fit_of_untested = kept_back(figures, section), kept_back(untested, section)
    return SectionAudit(
        section=section,
        primary_point=points[0],
        rows=rows,
        levels=levels,
        figures=tuple(figures),
        gates=gates,
        gaps=_all_gaps(section, levels, primary, policy),
        curves=tuple(
            replace(curve, points=()) if curve.group in not_fit else curve
            for curve in calibration_curves(section, rows, groups, rule)
        ),
        untested=tuple(
            bounds_alone(one, not_fit_of_untested)
            for one in _untested(flagged_share(rows, points[0], thresholds), ungated, groups, rule)
        ),
        adjusted_differences=adjusted_differences(primary, rule),
        group_heterogeneity=differences_over_groups(primary, rule),
        bands=gates.bands(printed.bands),
        taken_out=printed.taken_out,
    )


def hidden_alike(parts: Sequence[SectionAudit], policy: AuditPolicy) -> list[SectionAudit]:
    """What is hidden of the women themselves in one section of a question is hidden in all: they are the same women.

    Whom a scorer flagged, and what it told them, is its own.
    """
    alike = []
    for part in parts:
        beside = [other.taken_out for other in parts if other.section.question == part.section.question]
        of_the_women = frozenset(unknown for unknown in frozenset().union(*beside) if unknown[2] in OF_THE_WOMEN)
        alike.append(_hiding(part, of_the_women - part.taken_out, policy))
    return alike


def _hiding(part: SectionAudit, more: frozenset[Unknown], policy: AuditPolicy) -> SectionAudit:
    """The section with ``more`` taken out, and without what is made of anything that was."""
    gone = part.taken_out | more
    figures = tuple(hide_counts(row, more) for row in part.figures)
    primary = [row for row in figures if row.is_primary]
    rule = RULES[policy.disclosure]
    return replace(
        part,
        taken_out=gone,
        figures=figures,
        gaps=_all_gaps(part.section, part.levels, primary, policy) if more else part.gaps,
        adjusted_differences=adjusted_differences(primary, rule) if more else part.adjusted_differences,
        group_heterogeneity=differences_over_groups(primary, rule) if more else part.group_heterogeneity,
        curves=tuple(replace(c, points=()) if _is_of(c.group, gone, DRAWN) else c for c in part.curves),
        untested=tuple(one for one in part.untested if not _is_of(one.group, gone)),
    )


def _is_of(group: str, gone: frozenset[Unknown], names: frozenset[str] | None = None) -> bool:
    return any(
        own == group and level in ("everyone", "ethnic_group") and (names is None or name in names)
        for level, own, name in gone
    )


def _all_gaps(
    section: Section, levels: Sequence[Level], figures: Sequence[GroupFigures], policy: AuditPolicy
) -> tuple[Gap, ...]:
    """Of every ethnic level but the crossed ones, whose many small groups a gap would be made of."""
    asked = [level for level in levels if level.is_ethnic and not level.is_crossed]
    return tuple(gap for level in asked for gap in _gaps(section, level, levels, figures, policy))


def _untested(
    rows: pl.DataFrame, figures: Sequence[GroupFigures], level: Level | None, rule: DisclosureRule
) -> tuple[UntestedAnalysis, ...]:
    """Of everyone and of the ethnic groups, at the primary operating point."""
    exact = tallies(rows, None) | (tallies(rows, level) if level is not None else {})
    told = [(row, exact[row.group]) for row in figures if row.level in ("everyone", "ethnic_group")]
    return untested_analyses(rows, told, level, rule)


def _gaps(
    section: Section, level: Level, levels: Sequence[Level], figures: Sequence[GroupFigures], policy: AuditPolicy
) -> list[Gap]:
    """Finer categories, and crossings, shrink to the ethnic group that they are part of."""
    parents = parents_of(level, levels)
    sensitivity_limit, ratio_limit = (policy.tolerance(check).limit for check in ("FA003", "FA002"))
    rows = [row for row in figures if row.level == level.name]
    rule = RULES[policy.disclosure]
    found, dropped = groups_with_counts(
        {row.group: _found_of_events(row) for row in rows},
        rule.can_be_share,
    )
    ratios, without = groups_with_counts(
        {row.group: _observed_and_expected(row) for row in rows if _has_ratio(row)},
        rule.can_be_over,
    )
    design = {row.group: row.effective for row in rows}
    capped = {
        group: (min(part, whole) / (by := design[group]["sensitivity"].design), whole / by)
        for group, (part, whole) in found.items()
    }
    ratios = {
        group: (events / (by := design[group]["observed_to_expected"].design), expected / by)
        for group, (events, expected) in ratios.items()
    }
    gaps = {
        "sensitivity": (gap_of_proportions(capped, tolerance=sensitivity_limit, parents=parents), found, dropped),
        "observed_to_expected": (gap_of_ratios(ratios, tolerance=ratio_limit, parents=parents), ratios, without),
    }
    point = rows[0].operating_point if rows else ""
    return [
        Gap(
            section=section,
            operating_point=point,
            level=level.name,
            estimand=estimand,
            groups=tuple(used),
            left_out=left_out,
            **values,
        )
        for estimand, (values, used, left_out) in gaps.items()
        if used or estimand == "sensitivity"
    ]


def _found_of_events(row: GroupFigures) -> tuple[float | None, float | None]:
    """Neither where a data-quality gate keeps the group's sensitivity back."""
    if row["sensitivity"].not_published:
        return None, None
    return row.effective["sensitivity"].pair


def _has_ratio(row: GroupFigures) -> bool:
    return not row["observed_to_expected"].is_hidden


def _observed_and_expected(row: GroupFigures) -> tuple[float | None, float | None]:
    mean, (events, known) = row["mean_risk"].value, row.effective["observed_to_expected"].pair
    return events, None if mean is None or known is None else mean * known
