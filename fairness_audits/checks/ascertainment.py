"""FA008: was the outcome recorded as often for every group."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, by_group, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, PASSED, Finding
from fairness_audits.printed_rates import difference
from fairness_audits.wording import so_many_of_100, these_women

__all__ = ["Ascertainment", "unevenly_ascertained"]


@dataclass(frozen=True, kw_only=True)
class Ascertainment:
    """Fires where a group's outcome is missing more often than everyone else's, surely and by more than the limit.

    Only rows with an empty outcome are seen: where untested women were entered as 'no', no audit can tell.
    """

    code: str = "FA008"
    title: str = "Outcome recorded"
    next_step: str = "Find out who was not tested, measured or asked, before any figure of this group is relied on."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        verdicts = {row.group: self._verdict(row, evidence) for row in evidence.groups}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="The outcome is recorded about as often as for everyone else: {groups}. (Women who were not tested "
            "but entered as 'no' cannot be seen.)",
            cannot_tell="Too few women to say whether the outcome is recorded as often: {groups}.",
        )

    def _verdict(self, row: GroupFigures, evidence: Evidence) -> Verdict:
        own, total = _missing_of_due(row), _missing_of_due(evidence.everyone)
        if own is None or total is None:
            return Verdict(state=CANNOT_TELL)
        gap = difference(own, (max(total[0] - own[0], 0), max(total[1] - own[1], 0)), evidence.rule)
        if gap is None or evidence.everyone["missing_outcomes"].value is None:
            return Verdict(state=CANNOT_TELL)
        limit = evidence.policy.tolerance(self.code).limit
        figures = {"outcome not recorded": row["missing_outcomes"].text}
        if gap.high <= limit:
            return Verdict(state=PASSED, figures=figures)
        if gap.low <= limit:
            return Verdict(state=CANNOT_TELL, figures=figures)
        return Verdict(
            state=FINDING,
            sentence=f"For {so_many_of_100(row['missing_outcomes'])} of 100 {these_women(row.group)} no outcome is "
            f"recorded; for all women together, {so_many_of_100(evidence.everyone['missing_outcomes'])} of 100.",
            figures=figures,
        )


def _missing_of_due(row: GroupFigures) -> tuple[int, int] | None:
    n, missing, later = row.counts["n"], row.counts["missing"], row.counts["not_yet_due"]
    if n is None or missing is None or later is None or n - later <= 0:
        return None
    return min(max(missing - later, 0), n - later), n - later


def unevenly_ascertained(evidence: Evidence) -> frozenset[str]:
    """Groups whose outcome is recorded less often: what rests on outcomes cannot pass for them."""
    return frozenset(f.group for f in Ascertainment().examine(evidence) if f.state == FINDING and f.group)
