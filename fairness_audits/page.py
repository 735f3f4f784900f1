"""The report as one self-contained page: no network, no scripts, every drawing beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairness_audits.charts import area_scale, common_edge, curve_drawing, ratio_scale, share_scale
from fairness_audits.figures import Figure, GroupFigures, Section
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.glossary import GLOSSARY
from fairness_audits.plain_words import in_plain_words
from fairness_audits.report import AuditReport
from fairness_audits.templating import templates
from fairness_audits.wording import FIXED_SENTENCE

__all__ = ["report_page"]

SEVERITIES = ("blocking", "major", "advisory")


def report_page(report: AuditReport) -> str:
    """The whole page as HTML."""
    template = templates().get_template("report.html")
    return template.render(
        report=report,
        fixed_sentence=FIXED_SENTENCE,
        models=[_model(report, section, number) for number, section in enumerate(report.models, start=1)],
        glossary=GLOSSARY,
    )


def _model(report: AuditReport, section: Section, number: int) -> dict[str, Any]:
    rows = _rows(report, section)
    curves = [curve for curve in report.curves if curve.section == section]
    edge = common_edge(curves)
    drawn = [(curve, curve_drawing(curve, highest=edge)) for curve in curves]
    comparisons = [c for c in report.comparisons if c.model == section and c.is_guideline]
    return {
        "id": f"model-{number}",
        "section": section,
        "words": in_plain_words(report, section),
        "rows": rows,
        "finer": _finer(report, section),
        "operating_point": rows[0].operating_point,
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
        "row_zero": report.nobody_made_worse(section),
        "certificate": report.certificate(section),
        "frontier": report.frontier(section),
        "missing_facts": _missing_facts(report, section),
        "context": report.context_of(section),
        "has_interpreter": any(row.counts["interpreter_known"] for row in rows),
        "has_deprivation": any(row.counts["deprivation_known"] for row in rows),
    }


def _rows(report: AuditReport, section: Section) -> tuple[GroupFigures, ...]:
    """Everyone, then each ethnic group, missing ethnicity last."""
    return (report.group(section), *report.figures_of(section, "ethnic_group"))


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
