"""FA003: are women of a group missed more often than everyone together."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import CUT_ELSEWHERE, Verdict, answer, by_group, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import compares_nothing, so_many_of_100, these_women, went_on_to

__all__ = ["SensitivityFloor"]


@dataclass(frozen=True, kw_only=True)
class SensitivityFloor:
    """Fires where a group's sensitivity surely lies below (overall - limit); passes where it surely does not.

    A group is part of the overall figure, so the difference is taken from everyone else (independent women) and scaled
    by their share of the events, which is the same difference.
    """

    code: str = "FA003"
    title: str = "Who was missed: sensitivity against the floor"
    next_step: str = (
        "Read the notes of the women missed; add what care knew of them; or lower this group's cut, signed."
    )

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        if evidence.everyone["sensitivity"].is_undefined:
            return (answer(self, evidence, NOT_APPLICABLE, "Nobody was flagged or nobody had the outcome."),)
        if same_for_all := compares_nothing(evidence.everyone):
            return (answer(self, evidence, CANNOT_TELL, same_for_all, gather=CUT_ELSEWHERE),)
        verdicts = {row.group: self._verdict(row, evidence) for row in evidence.groups}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="Women of these groups who had the outcome were flagged no less often than everyone, within the "
            "limit: {groups}.",
            cannot_tell="Too few events to say whether women of these groups are missed more often: {groups}.",
        )

    def _verdict(self, row: GroupFigures, evidence: Evidence) -> Verdict:
        gap = evidence.against_everyone_else(row, "sensitivity")
        if gap is None:
            return Verdict(state=CANNOT_TELL)
        limit = evidence.policy.tolerance(self.code).limit
        scale = 1.0
        if evidence.policy.reference == "overall":
            scale -= evidence.share_of_total(row, "evaluated_events")
        figures = {
            "sensitivity": row["sensitivity"].text,
            "everyone": evidence.everyone["sensitivity"].text,
            **evidence.p_values(row, "sensitivity"),
        }
        if gap.low * scale >= -limit:
            return Verdict(state=PASSED, figures=figures)
        if gap.high * scale >= -limit:
            return Verdict(state=CANNOT_TELL, figures=figures)
        return Verdict(
            state=FINDING,
            sentence=f"Of 100 {these_women(row.group)} who {went_on_to(row.section)}, "
            f"{so_many_of_100(row['sensitivity'])} had been flagged; of 100 women altogether, "
            f"{so_many_of_100(evidence.everyone['sensitivity'])}.",
            figures=figures,
        )
