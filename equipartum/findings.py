"""What an audit found, in the terminal: the first page of its report, shortened, with grave findings in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from equipartum.terminal import Terminal
from fairness_audits.findings import FINDING, Finding
from fairness_audits.plain_words import in_plain_words
from fairness_audits.report import AuditReport

__all__ = ["findings_as_data", "show_findings"]

GRAVE = ("blocking", "major")


def show_findings(terminal: Terminal, report: AuditReport) -> None:
    """Who is missed, whose risk is misstated, what cannot be told, and what blocks, for each model audited.

    Blocking and major findings with all they say and what to do next, suspended ones too; how many lesser ones there
    are, by code; and every acceptance of the policy with who answers until when, expired ones too.
    """
    if not report.data.ethnicity_recorded:
        terminal.show("Ethnicity is not recorded in these predictions: no disparity can be shown from them.")
    for section in report.models:
        words = in_plain_words(report, section)
        terminal.show(f"{words.title}{' - SIMULATED: NOT FOR CARE' if report.is_simulated else ''}")
        told = (*words.beside_rules, *words.missed, *words.risk_wrong, words.gap, words.not_evaluated)
        for sentence in filter(None, (words.overall, *told)):
            terminal.show(f"  {sentence}")
        if words.cannot_tell:
            terminal.show("  Cannot tell: " + "; ".join(words.cannot_tell))
        for finding in report.findings_of(section):
            if _is_found(finding) and finding.severity in GRAVE and finding.accepted is None:
                _show(terminal, finding)
        _count_the_others(terminal, report.findings_of(section))
        terminal.show(f"  {words.verdict}")
    for acceptance in report.acceptances:
        terminal.show(f"Acceptance: {acceptance.text}")
    if report.changes.not_compared:
        terminal.say(f"not compared with audit {report.changes.previous_id}: {report.changes.not_compared}")


def findings_as_data(report: AuditReport) -> list[dict[str, Any]]:
    """Every finding, accepted and suspended ones among them, for --json; the other answers are in `audit.json`."""
    shown = ("code", "title", "group", "state", "severity", "is_suspended", "sentence", "next_step", "accepted")
    return [
        {name: value for name, value in finding.to_dict().items() if name in shown}
        for finding in report.findings
        if _is_found(finding)
    ]


def _is_found(finding: Finding) -> bool:
    """A suspended one weighs as much as the finding that it would be."""
    return finding.state == FINDING or finding.is_suspended


def _count_the_others(terminal: Terminal, findings: Sequence[Finding]) -> None:
    codes = Counter(f.code for f in findings if _is_found(f) and f.severity not in GRAVE and f.accepted is None)
    if codes:
        named = ", ".join(f"{code} ({number})" if number > 1 else code for code, number in sorted(codes.items()))
        many = "advisory finding" if codes.total() == 1 else "advisory findings"
        terminal.show(f"  {codes.total()} {many}, told in the report: {named}")


def _show(terminal: Terminal, finding: Finding) -> None:
    suspended = ", suspended" if finding.is_suspended else ""
    terminal.show(f"  {finding.code}, {finding.severity}{suspended}: {finding.sentence}")
    if finding.next_step:
        terminal.show(f"    Next: {finding.next_step}")
