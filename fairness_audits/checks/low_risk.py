"""FA005: on whom did reassurance fall wrongly."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import so_many_of_100, these_women, was_told_one_risk, went_on_to

__all__ = ["ToldLowRisk"]


@dataclass(frozen=True, kw_only=True)
class ToldLowRisk:
    """Fires where women of a group who had the outcome were in the lower half of all risks more often than others."""

    code: str = "FA005"
    title: str = "Had the outcome after being told a low risk"
    next_step: str = "Do not word a low risk as reassurance for these women; ask what their records leave out."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        if evidence.everyone["told_low_risk"].is_undefined:
            return (answer(self, evidence, NOT_APPLICABLE, "No risks were given, or nobody had the outcome."),)
        if was_told_one_risk(evidence.everyone):
            sentence = "Every woman was told the same risk, so nobody was told a lower one than others."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        verdicts = {row.group: self._verdict(row, evidence) for row in evidence.groups}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="Low risks misled women of these groups no more often than others: {groups}.",
            cannot_tell="Too few events to say whether low risks misled these women more often: {groups}.",
        )

    def _verdict(self, row: GroupFigures, evidence: Evidence) -> Verdict:
        gap = evidence.against_everyone_else(row, "told_low_risk")
        if gap is None:
            return Verdict(state=CANNOT_TELL)
        limit = evidence.policy.tolerance(self.code).limit
        figures = {"told a low risk": row["told_low_risk"].text, "everyone": evidence.everyone["told_low_risk"].text}
        if gap.high <= limit:
            return Verdict(state=PASSED, figures=figures)
        if gap.low <= limit:
            return Verdict(state=CANNOT_TELL, figures=figures)
        return Verdict(
            state=FINDING,
            sentence=f"Of 100 {these_women(row.group)} who {went_on_to(row.section)}, "
            f"{so_many_of_100(row['told_low_risk'])} had been told a risk in the lower half; of 100 women altogether, "
            f"{so_many_of_100(evidence.everyone['told_low_risk'])}.",
            figures=figures,
        )
