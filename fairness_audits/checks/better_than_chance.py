"""FA020: does the risk tell the women who had the outcome from those who had not at all."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import answer, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import CHANCE, was_told_one_risk, went_on_to

__all__ = ["BetterThanChance"]


PERFECT = 1.0
# On fewer events a perfect order may be luck (project default).
ENOUGH_FOR_A_LEAK = 20


@dataclass(frozen=True, kw_only=True)
class BetterThanChance:
    """Fires where the AUROC of everyone together surely lies within the limit of chance, or below.

    Such a risk can look fair in every other check: it misses women of every group alike, and is right on average. A
    perfect order fires too: that is a leak.
    """

    code: str = "FA020"
    title: str = "Telling women apart at all"
    next_step: str = (
        "Do not use it. Where it tells nobody apart it offers care as a lottery would: look for facts that carry the "
        "outcome. Where it is perfect, look for the outcome among the facts."
    )

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        everyone = evidence.everyone
        if everyone.counts["scored_events"] in (0, everyone.counts["scored_ascertained"]):
            return (answer(self, evidence, NOT_APPLICABLE, "No risks were given, or everyone had the same outcome."),)
        auroc = everyone["auroc"]
        who, figures = went_on_to(evidence.section), {"AUROC of everyone together": auroc.text}
        if was_told_one_risk(everyone):
            says = f"Every woman was told the same risk: it tells nobody who {who} from anybody else."
            return (answer(self, evidence, FINDING, says, figures=figures),)
        if auroc.value == PERFECT and (everyone.counts["scored_events"] or 0) >= ENOUGH_FOR_A_LEAK:
            says = (
                f"Every woman who {who} was told a higher risk than every woman who did not. No honest predictor does "
                "that: the outcome, or something recorded after it, is among the facts."
            )
            return (answer(self, evidence, FINDING, says, figures=figures),)
        if auroc.value is None or auroc.low is None or auroc.high is None:
            says = f"Too few women {who} to say whether the risk tells them from others."
            return (answer(self, evidence, CANNOT_TELL, says),)
        enough = CHANCE + evidence.policy.tolerance(self.code).limit
        if auroc.high <= enough:
            says = (
                f"The risk hardly tells the women who {who} from the others: of one of each, the right one is told the "
                f"higher risk in {100 * auroc.value:.0f} of 100 pairs, and a coin does so in 50 (AUROC {auroc.text})."
            )
            return (answer(self, evidence, FINDING, says, figures=figures),)
        if auroc.low <= CHANCE:
            says = f"Whether the risk tells the women who {who} from others better than a coin cannot be told."
            return (answer(self, evidence, CANNOT_TELL, says, figures=figures),)
        says = f"The risk tells the women who {who} from the others better than chance (AUROC {auroc.text})."
        return (answer(self, evidence, PASSED, says, figures=figures),)
