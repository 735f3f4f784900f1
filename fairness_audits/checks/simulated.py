"""FA013: were these births simulated."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import answer
from fairness_audits.evidence import Evidence
from fairness_audits.findings import FINDING, PASSED, Finding

__all__ = ["SimulatedBirths"]


@dataclass(frozen=True, kw_only=True)
class SimulatedBirths:
    """Fires on simulated births; blocks where simulated and real births are in one section."""

    code: str = "FA013"
    title: str = "Simulated births"
    next_step: str = "Repeat the audit on real births before anyone relies on it."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if not evidence.simulated_rows:
            return (answer(self, evidence, PASSED, "No row says that its birth was simulated."),)
        if evidence.simulated_rows < evidence.rows_in_section:
            sentence = "Simulated and real births are mixed: no figure here describes either."
            return (answer(self, evidence, FINDING, sentence, severity="blocking"),)
        sentence = "Every birth here was simulated: this shows that the machinery works, not how women fare."
        return (answer(self, evidence, FINDING, sentence),)
