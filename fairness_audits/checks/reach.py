"""FA001: of all women who gave birth, who was scored in time to act."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.intervals import newcombe_difference
from fairness_audits.reach import printed_reach
from fairness_audits.wording import is_missing_ethnicity, so_many_of_100, these_women

__all__ = ["Reach"]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Fires where a group was scored in time less often than everyone else, surely and by more than the limit."""

    code: str = "FA001"
    title: str = "Women reached in time"
    next_step: str = "Find out where these women come into care, and move the scoring or the offer to where they are."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if evidence.context is None or not evidence.context.reach:
            return (
                answer(self, evidence, NOT_APPLICABLE, "Not collected: who gave birth without having been scored."),
            )
        rows = printed_reach(evidence.context, evidence.rule)
        limit = evidence.policy.tolerance(self.code).limit
        verdicts = {}
        for row in rows[1:]:
            if is_missing_ethnicity(row.group):
                continue
            born, scored, total, total_scored = row.gave_birth, row.scored, rows[0].gave_birth, rows[0].scored
            if None in (born, scored, total, total_scored) or not evidence.rule.can_divide_by(born):
                verdicts[row.group] = Verdict(state=CANNOT_TELL)
                continue
            others = max((total or 0) - (born or 0), 0)
            if not others:
                verdicts[row.group] = Verdict(state=CANNOT_TELL)
                continue
            scored_others = min(max((total_scored or 0) - (scored or 0), 0), others)
            gap = newcombe_difference(min(scored or 0, born or 0), born or 0, scored_others, others)
            state = FINDING if gap.high < -limit else PASSED if gap.low >= -limit else CANNOT_TELL
            verdicts[row.group] = Verdict(
                state=state,
                sentence=f"Of 100 {these_women(row.group)} who gave birth, {so_many_of_100(row.share)} had been scored "
                f"in time to act; of 100 women altogether, {so_many_of_100(rows[0].share)}.",
                figures={"scored in time": row.share.text},
            )
        return by_group(
            self,
            evidence,
            verdicts,
            passed="Women of these groups were scored in time about as often as everyone else: {groups}.",
            cannot_tell="Too few births to say whether women of these groups are reached as often: {groups}.",
        )
