"""FA019: does the model order the women of a group as well as it orders everyone together."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import CHANCE, these_women, was_told_one_risk

__all__ = ["DiscriminationWithinGroup"]


@dataclass(frozen=True, kw_only=True)
class DiscriminationWithinGroup:
    """Fires where a group's AUROC surely lies below that of everyone together by more than the limit.

    A pooled AUROC counts pairs of women of different groups too: where groups differ in how common the outcome is,
    group membership alone lifts it, and it says little of any one group.
    """

    code: str = "FA019"
    title: str = "Ordering women within each group"
    next_step: str = "Do not quote the pooled figure for these women; ask which facts would tell them apart."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        counts = evidence.everyone.counts
        if counts["scored_events"] in (0, counts["scored_ascertained"]):
            return (answer(self, evidence, NOT_APPLICABLE, "No risks were given, or everyone had the same outcome."),)
        if was_told_one_risk(evidence.everyone):
            sentence = "Every woman was told the same risk: nobody is ordered, in any group or altogether (FA020)."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        verdicts = {row.group: self._verdict(row, evidence) for row in evidence.groups}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="The model orders these women about as well as it orders everyone together: {groups}.",
            cannot_tell="Too few events to say whether the model orders these women as well: {groups}.",
        )

    def _verdict(self, row: GroupFigures, evidence: Evidence) -> Verdict:
        own, pooled = row["auroc"], evidence.everyone["auroc"]
        if own.value is None or pooled.value is None:
            return Verdict(state=CANNOT_TELL)
        floor = pooled.value - evidence.policy.tolerance(self.code).limit
        figures = {"AUROC within the group": own.text, "AUROC of everyone together": pooled.text}
        if was_told_one_risk(row) and floor > CHANCE:
            sentence = (
                f"Every risk told to {these_women(row.group)} was the same, so that none is told from another, while "
                f"for everyone together the AUROC reads {pooled.text}: being of one group or another carries that."
            )
            return Verdict(state=FINDING, sentence=sentence, figures=figures)
        if own.low is None or own.high is None:
            return Verdict(state=CANNOT_TELL)
        if own.low >= floor:
            return Verdict(state=PASSED, figures=figures)
        if own.high >= floor:
            return Verdict(state=CANNOT_TELL, figures=figures)
        chance = " no better than chance" if own.low <= CHANCE else ""
        return Verdict(
            state=FINDING,
            sentence=f"The model orders {these_women(row.group)}{chance or ' less well'} (AUROC {own.text}), while for "
            f"everyone together it reads {pooled.text}: being of one group or another carries part of that.",
            figures=figures,
        )
