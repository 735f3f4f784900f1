"""What an audit found, in the terminal: the first page of its report, shortened, with grave findings in full."""

from __future__ import annotations

from typing import Any

from equipartum.terminal import Terminal
from fairness_audits.findings import FINDING, Finding
from fairness_audits.plain_words import in_plain_words
from fairness_audits.report import AuditReport

__all__ = ["findings_as_data", "show_findings"]

GRAVE = ("blocking", "major")


def show_findings(terminal: Terminal, report: AuditReport) -> None:
    """Who is missed, whose risk is misstated, what cannot be told, and what blocks, for each model audited.

    Blocking and major findings with all they say and what to do next, and every acceptance with who answers until when.
    """
    if not report.data.ethnicity_recorded:
        terminal.show("Ethnicity is not recorded in these predictions: no disparity can be shown from them.")
    for section in report.models:
        words = in_plain_words(report, section)
        terminal.show(f"{words.title}{' - SIMULATED: NOT FOR CARE' if report.is_simulated else ''}")
        for sentence in (words.overall, *words.beside_rules, *words.missed, *words.risk_wrong, words.gap):
            if sentence:
                terminal.show(f"  {sentence}")
        for sentence in words.not_evaluated:
            terminal.show(f"  {sentence}")
        if words.cannot_tell:
            terminal.show("  Cannot tell: " + "; ".join(words.cannot_tell))
        for finding in report.findings_of(section):
            if finding.state == FINDING and finding.severity in GRAVE and finding.accepted is None:
                _show(terminal, finding)
        for sentence in words.accepted:
            terminal.show(f"  Accepted: {sentence}")
        terminal.show(f"  {words.verdict}")
    if report.changes.not_compared:
        terminal.say(f"not compared with audit {report.changes.previous_id}: {report.changes.not_compared}")


def findings_as_data(report: AuditReport) -> list[dict[str, Any]]:
    """Every finding, accepted ones among them, for --json; what passed or cannot be told is in `audit.json`."""
    shown = ("code", "title", "group", "severity", "sentence", "next_step", "accepted")
    return [
        {name: value for name, value in finding.to_dict().items() if name in shown}
        for finding in report.findings
        if finding.state == FINDING
    ]


def _show(terminal: Terminal, finding: Finding) -> None:
    terminal.show(f"  {finding.code}, {finding.severity}: {finding.sentence}")
    if finding.next_step:
        terminal.show(f"    Next: {finding.next_step}")
