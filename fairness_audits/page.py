"""The report as one self-contained page: no network, no scripts, every drawing beside its numbers."""

from __future__ import annotations

from fairness_audits.deprivation import DEPRIVATION_SENTENCE
from fairness_audits.glossary import GLOSSARY
from fairness_audits.model_page import model_on_page
from fairness_audits.report import AuditReport
from fairness_audits.sites import FEWEST_SITES
from fairness_audits.templating import templates
from fairness_audits.untested import UNTESTED_CAVEAT
from fairness_audits.wording import FIXED_SENTENCE

__all__ = ["report_page"]


def report_page(report: AuditReport) -> str:
    """The whole page as HTML."""
    return (
        templates()
        .get_template("report.html")
        .render(
            report=report,
            fixed_sentence=FIXED_SENTENCE,
            models=[model_on_page(report, section, number) for number, section in enumerate(report.models, start=1)],
            glossary=GLOSSARY,
            deprivation_sentence=DEPRIVATION_SENTENCE,
            untested_caveat=UNTESTED_CAVEAT,
            fewest_sites=FEWEST_SITES,
        )
    )
