"""What the page shows of one model: every value of its sections, placed for drawing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairness_audits.cascade import step_words
from fairness_audits.charts import (
    area_scale,
    common_edge,
    curve_drawing,
    ratio_scale,
    share_scale,
    worth_drawing,
)
from fairness_audits.checks.calibration import FEWEST_EVENTS
from fairness_audits.deprivation import CROSSED_LEVEL, AdjustedRate, adjusted_rates
from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure, GroupFigures, Section
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.plain_words import in_plain_words
from fairness_audits.report import AuditReport
from fairness_audits.risk_distribution import risk_distributions
from fairness_audits.trusted_from import TRUSTED_FROM
from fairness_audits.wording import is_missing_ethnicity, scorer_name
from models.outcomes import OUTCOMES, action_of, cautions_of

__all__ = ["SEVERITIES", "model_on_page"]

SEVERITIES = ("blocking", "major", "advisory")


def model_on_page(report: AuditReport, section: Section, number: int) -> dict[str, Any]:
    """By the names that `templates/model.html` asks for."""
    rows = _rows(report, section)
    curves = [curve for curve in report.curves if curve.section == section]
    edge = common_edge(curves)
    drawn = [(curve, curve_drawing(curve, highest=edge)) for curve in curves]
    comparisons = [c for c in report.comparisons if c.model == section and c.is_guideline]
    return {
        "id": f"model-{number}",
        "section": section,
        "cautions": cautions_of(section.outcome, section.outcome_definition),
        "words": in_plain_words(report, section),
        "rows": rows,
        "finer": _finer(report, section),
        "operating_point": rows[0].operating_point,
        "trusted_from": TRUSTED_FROM[report.rule.name],
        "fewer_events": _fewer_events(rows, report.rule),
        "told_ratios": _told_ratios(rows),
        "sensitivity_scale": share_scale(row["sensitivity"] for row in rows),
        "ratio_scale": ratio_scale(row["observed_to_expected"] for row in rows),
        "area_scale": area_scale(row["auroc"] for row in rows),
        "rate_scale": share_scale(row["event_rate"] for row in rows),
        "gaps": [gap for gap in report.gaps if gap.section == section],
        "comparisons": [
            (c, share_scale(f for row in c.rows for f in (row.rule, row.model)))
            for c in comparisons
            if c.flag_rate.value
        ],
        "not_evaluated": [c for c in comparisons if c.why_not],
        "no_curve": [curve.group for curve, drawing in drawn if drawing is None],
        "curves": [(curve, drawing) for curve, drawing in drawn if drawing is not None],
        "findings": _sorted(report.findings_of(section)),
        "reach": report.reach(section),
        "never_scored": _by_column([(row.reason, row) for row in report.never_scored(section)]),
        "action": action_of(section.outcome, section.prediction_point),
        "step_words": step_words(report.cascade(section)),
        "cascade": _by_column([(row.step, row) for row in report.cascade(section)]),
        "row_zero": report.nobody_made_worse(section),
        "certificate": report.certificate(section),
        "frontier": report.frontier(section),
        "missing_facts": _missing_facts(report, section),
        "context": report.context_of(section),
        **_worth(report, section),
        "adjusted": _adjusted(report, section),
        **_untested(report, section, rows),
        "site_gaps": [gap for gap in report.site_gaps if gap.section == section],
        "adjusted_differences": [one for one in report.adjusted_differences if one.section == section],
        "group_heterogeneity": [one for one in report.group_heterogeneity if one.section == section],
        "distributions": risk_distributions(report.counts, section),
        "options": report.ethnicity_options(section),
        "option_groups": _option_groups(report, section),
        "thin_records": report.missing_facts(section),
        **_by_cause(report, section),
        **_cross_fitted(report, section, rows),
        "has_interpreter": any(row.counts["interpreter_known"] for row in rows),
        "has_deprivation": any(row.counts["deprivation_known"] for row in rows),
    }


def _untested(report: AuditReport, section: Section, rows: Sequence[GroupFigures]) -> dict[str, Any]:
    """The analyses of women without a recorded outcome, and the groups of which there is none that may be printed."""
    analyses = [one for one in report.untested if one.section == section]
    shown = {one.group for one in analyses}
    return {
        "untested": [one for one in analyses if one.untested != 0],
        "untested_apart": [row.group for row in rows if row.group not in shown] if shown else [],
    }


def _by_column(rows: Sequence[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by what they are of, then by group, in the order they came."""
    found: dict[str, dict[str, Any]] = {}
    for what, row in rows:
        found.setdefault(what, {})[row.group] = row
    return found


def _rows(report: AuditReport, section: Section) -> tuple[GroupFigures, ...]:
    """Everyone, then each ethnic group, missing ethnicity last."""
    return (report.group(section), *report.figures_of(section, "ethnic_group"))


def _fewer_events(rows: Sequence[GroupFigures], rule: DisclosureRule) -> set[tuple[str, str]]:
    """Group and figure where limits are printed on fewer events than they were seen to hold from."""
    return {
        (row.group, name)
        for row in rows
        for name, figure in row.figures.items()
        if figure.has_limits and row.limits_are_trusted(name, rule.name) is False
    }


def _told_ratios(rows: Sequence[GroupFigures]) -> list[tuple[GroupFigures, str]]:
    """Events for every 100 expected, of everyone and the groups of whom it can be told."""
    told = []
    for row in rows:
        ratio = row["observed_to_expected"]
        if (row.counts["scored_events"] or 0) < FEWEST_EVENTS or ratio.value is None or is_missing_ethnicity(row.group):
            continue
        value, low, high = (round((limit or 0.0) * 100) for limit in (ratio.value, ratio.low, ratio.high))
        told.append((row, f"{value} ({low} to {high})"))
    return told


def _finer(report: AuditReport, section: Section) -> list[tuple[str, tuple[GroupFigures, ...]]]:
    """Every other level that was asked for, by its title."""
    others = [level for level in report.levels if level.name != "ethnic_group"]
    return [(level.title, report.figures_of(section, level.name)) for level in others]


def _missing_facts(report: AuditReport, section: Section) -> dict[str, dict[str, Figure]]:
    """Facts that anyone lacks, by group."""
    table: dict[str, dict[str, Figure]] = {}
    for row in report.missingness(section):
        table.setdefault(row.predictor, {})[row.group] = row.share
    return {fact: shares for fact, shares in table.items() if any(share.value for share in shares.values())}


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    """Findings first, the gravest first; then what cannot be told; what passed and what does not apply last."""
    states = (FINDING, CANNOT_TELL, PASSED, NOT_APPLICABLE)
    return sorted(findings, key=lambda f: (states.index(f.state), SEVERITIES.index(f.severity), f.code))


def _worth(report: AuditReport, section: Section) -> dict[str, Any]:
    """Decision curves: drawn where a group has two points to draw, in the table all the same."""
    curves = [curve for curve in report.decision_curves if curve.section == section]
    told = [c for c in curves if any(point.model.net_benefit.value is not None for point in c.points)]
    drawn = [(curve, worth_drawing(curve)) for curve in told]
    rules = {name: None for curve, _ in drawn for point in curve.points for name in point.rules}
    named = {section.scored_by: section for section in report.sections}
    return {
        "all_decisions": drawn,
        "hidden_decisions": [curve.group for curve in curves if curve not in told],
        "decisions": [(curve, drawing) for curve, drawing in drawn if drawing is not None],
        "decision_rules": {scorer_name(named[name]): name for name in rules},
    }


def _by_cause(report: AuditReport, section: Section) -> dict[str, Any]:
    """By cause, then by group; a cause that nobody had is left out, and so is a group of whom nothing may be told."""
    rows = report.causes(section)
    causes = dict.fromkeys(row.cause for row in rows if row.events != 0)
    told = {row.group for row in rows if row.events is not None}
    declared = OUTCOMES.get(section.outcome)
    return {
        "has_causes": declared is not None and bool(declared.causes),
        "causes": {cause: {row.group: row for row in rows if row.cause == cause} for cause in causes},
        "cause_groups": [group for group in dict.fromkeys(row.group for row in rows) if group in told],
    }


def _cross_fitted(report: AuditReport, section: Section, rows: Sequence[GroupFigures]) -> dict[str, Any]:
    crossed = report.cross_fitted(section)
    untold = {row.group for row in rows if row.status == "cannot tell"}
    return {
        "cross_fitted": crossed,
        "held_out_events": {row.group: row.counts["events"] for row in rows},
        "tellable_by_folds": [row.group for row in crossed if row.status == "shown" and row.group in untold],
    }


def _option_groups(report: AuditReport, section: Section) -> list[str]:
    """Groups of whom some option can be told."""
    rows = [row for option in report.ethnicity_options(section) for row in option.rows]
    told = [r.group for r in rows if r.sensitivity.value is not None or r.observed_to_expected.value is not None]
    return [group for group in dict.fromkeys(row.group for row in rows) if group in told]


def _adjusted(report: AuditReport, section: Section) -> tuple[AdjustedRate, ...]:
    crossed = report.figures_of(section, CROSSED_LEVEL)
    return adjusted_rates(report.figures_of(section, "ethnic_group"), crossed, report.rule)
