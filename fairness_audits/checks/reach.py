"""FA001: of all women who gave birth, who was scored in time to act."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.printed_rates import difference
from fairness_audits.reach import ReachRow, printed_reach
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
            gap = difference((row.scored, row.gave_birth), _less(rows[0], row), evidence.rule)
            if gap is None or rows[0].share.value is None:
                verdicts[row.group] = Verdict(state=CANNOT_TELL)
                continue
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


def _less(total: ReachRow, own: ReachRow) -> tuple[int | None, int | None]:
    """Everyone else: (scored in time, gave birth)."""
    if total.scored is None or own.scored is None or total.gave_birth is None or own.gave_birth is None:
        return None, None
    return max(total.scored - own.scored, 0), max(total.gave_birth - own.gave_birth, 0)
