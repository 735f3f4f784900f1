"""FA006: is a flag right less often for women of a group."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import CUT_ELSEWHERE, Verdict, answer, by_group, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import compares_nothing, so_many_of_100, these_women, went_on_to

__all__ = ["PredictiveValue"]


@dataclass(frozen=True, kw_only=True)
class PredictiveValue:
    """Fires where a group's positive predictive value surely lies below everyone else's by more than the limit.

    Where groups differ in how common the outcome is, equal predictive value and equal sensitivity cannot both hold.
    """

    code: str = "FA006"
    title: str = "What a flag is worth"
    next_step: str = "Weigh what a wrong flag costs these women (tests, travel, worry) before any change of the cut."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        if evidence.everyone["positive_predictive_value"].is_undefined:
            return (answer(self, evidence, NOT_APPLICABLE, "Nobody was flagged."),)
        if compares_nothing(evidence.everyone):
            sentence = "A flag tells nobody apart here: everybody is flagged, or women are flagged as if by lot."
            return (answer(self, evidence, CANNOT_TELL, sentence, gather=CUT_ELSEWHERE),)
        verdicts = {row.group: self._verdict(row, evidence) for row in evidence.groups}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="A flag is right about as often as for everyone else: {groups}.",
            cannot_tell="Too few flagged to say whether a flag is right as often: {groups}.",
        )

    def _verdict(self, row: GroupFigures, evidence: Evidence) -> Verdict:
        gap = evidence.against_everyone_else(row, "positive_predictive_value")
        if gap is None:
            return Verdict(state=CANNOT_TELL)
        limit = evidence.policy.tolerance(self.code).limit
        value, overall = row["positive_predictive_value"], evidence.everyone["positive_predictive_value"]
        figures = {"positive predictive value": value.text, "everyone": overall.text}
        if gap.low >= -limit:
            return Verdict(state=PASSED, figures=figures)
        if gap.high >= -limit:
            return Verdict(state=CANNOT_TELL, figures=figures)
        return Verdict(
            state=FINDING,
            sentence=f"Of 100 {these_women(row.group)} flagged, {so_many_of_100(value)} "
            f"{went_on_to(row.section)}; of 100 women altogether, {so_many_of_100(overall)}.",
            figures=figures,
        )
