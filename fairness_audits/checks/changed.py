"""FA014: did a group fare worse than in the previous audit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import Figure, GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.previous_figures import PreviousRow, previous_rows
from fairness_audits.wording import so_many_of_100, these_women, went_on_to

__all__ = ["WorseThanBefore"]

Limits = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class WorseThanBefore:
    """Fires where sensitivity fell, or O:E moved away from 1, so far that the two audits' intervals do not meet.

    The gap between the intervals must be more than the limit. Intervals that do not meet are a stricter test than a
    difference at 5 % (about 1 in 200 by chance where both are as wide: Schenker and Gentleman, Am Stat 2001;55:182),
    which many groups and two figures call for.
    """

    code: str = "FA014"
    title: str = "Changed since the previous audit"
    next_step: str = "Find what changed (version, women, recording, cut) before the next release, and who was affected."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if evidence.previous is None:
            return (answer(self, evidence, NOT_APPLICABLE, "No previous audit was given to compare with."),)
        before = previous_rows(evidence.previous, evidence.section)
        if not before:
            sentence = (
                "The previous audit holds no figures of this question by this scorer in a form that is read here."
            )
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        verdicts = {
            row.group: self._verdict(row, before.get((row.operating_point, row.level, row.group)), evidence)
            for row in evidence.groups
        }
        return by_group(
            self,
            evidence,
            verdicts,
            passed="Fare no worse than in the previous audit: {groups}.",
            cannot_tell="Whether they fare worse than in the previous audit cannot be told: {groups}.",
        )

    def _verdict(self, row: GroupFigures, then: PreviousRow | None, evidence: Evidence) -> Verdict:
        if then is None:
            return Verdict(state=CANNOT_TELL)
        limit = evidence.policy.tolerance(self.code).limit
        told = {
            "sensitivity": _fell(then.figures.get("sensitivity", (None, None, None)), row["sensitivity"], limit),
            "observed_to_expected": _strayed(
                then.figures.get("observed_to_expected", (None, None, None)), row["observed_to_expected"], limit
            ),
        }
        if FINDING not in told.values():
            return Verdict(state=PASSED if set(told.values()) == {PASSED} else CANNOT_TELL)
        worse = [name for name, state in told.items() if state == FINDING]
        figures = {f"{name.replace('_', ' ')}, then and now": _both(then.figures[name], row[name]) for name in worse}
        return Verdict(state=FINDING, sentence=self._said(row, then, worse), figures=figures)

    def _said(self, row: GroupFigures, then: PreviousRow, worse: list[str]) -> str:
        women = these_women(row.group)
        said = []
        if "sensitivity" in worse:
            said.append(
                f"Of 100 {women} who {went_on_to(row.section)}, {so_many_of_100(row['sensitivity'])} had been flagged; "
                f"in the previous audit, {so_many_of_100(_figure('sensitivity', then.figures['sensitivity']))}."
            )
        if "observed_to_expected" in worse:
            said.append(
                f"The risk told to {women} is further from the risk seen than in the previous audit (observed over "
                f"expected {_both(then.figures['observed_to_expected'], row['observed_to_expected'])})."
            )
        return " ".join(said)


def _fell(then: Limits, now: Figure, limit: float) -> str:
    value, low, _ = then
    if value is None or low is None or now.value is None or now.high is None or now.low is None:
        return CANNOT_TELL
    if low - now.high > limit:
        return FINDING
    return PASSED if now.value >= value or now.low >= low else CANNOT_TELL


def _strayed(then: Limits, now: Figure, limit: float) -> str:
    """O:E further from 1 than it was, on a logarithmic scale, and the intervals apart by more than the limit."""
    value, low, high = then
    if None in (value, low, high, now.value, now.low, now.high) or not value or not now.value:
        return CANNOT_TELL
    is_further = abs(math.log(now.value)) > abs(math.log(value))
    apart = max((low or 0.0) - (now.high or 0.0), (now.low or 0.0) - (high or 0.0))
    if is_further and apart > limit:
        return FINDING
    return CANNOT_TELL if is_further and not (low or 0.0) <= now.value <= (high or 0.0) else PASSED


def _figure(estimand: str, limits: Limits) -> Figure:
    value, low, high = limits
    return Figure(estimand=estimand, value=value, low=low, high=high)


def _both(then: Limits, now: Figure) -> str:
    return f"{_figure(now.estimand, then).text} → {now.text}"
