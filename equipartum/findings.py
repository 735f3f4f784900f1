"""What an audit found, in the terminal: the first page of its report, shortened."""

from __future__ import annotations

from equipartum.terminal import Terminal
from fairness_audits.plain_words import in_plain_words
from fairness_audits.report import AuditReport

__all__ = ["show_findings"]


def show_findings(terminal: Terminal, report: AuditReport) -> None:
    """Who is missed, whose risk is misstated, what cannot be told, and what blocks, for each model audited."""
    if not report.data.ethnicity_recorded:
        terminal.show("Ethnicity is not recorded in these predictions: no disparity can be shown from them.")
    for section in report.models:
        words = in_plain_words(report, section)
        terminal.show(f"{words.title}{' - SIMULATED: NOT FOR CARE' if report.is_simulated else ''}")
        for sentence in (words.overall, *words.missed, *words.risk_wrong, *words.major, words.gap):
            if sentence:
                terminal.show(f"  {sentence}")
        if words.cannot_tell:
            terminal.show("  Cannot tell: " + "; ".join(words.cannot_tell))
        for sentence in words.accepted:
            terminal.show(f"  {sentence}")
        terminal.show(f"  {words.verdict}")
