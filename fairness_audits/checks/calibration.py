"""FA002: is the risk a woman is told right for women of her group."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group, without_outcomes
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import outcome_name, these_women

__all__ = ["FEWEST_EVENTS", "CalibrationWithinGroup", "said_of_ratio"]

# Printed events. Project default: below it a rounded count could carry the whole finding.
FEWEST_EVENTS = 10
OVERSTATED = (
    "The risk may be too high, or the outcome is recorded less often for them: check that before recalibrating. Until "
    "then show these women an order, not a percentage."
)


@dataclass(frozen=True, kw_only=True)
class CalibrationWithinGroup:
    """Fires where a group's O:E lies outside the band and its interval excludes 1, on `FEWEST_EVENTS` or more.

    Passes where the whole interval is inside the band, on the policy's minimum of events or more.

    The band is 1 - limit to 1 / (1 - limit): 0.8 to 1.25 by default.
    """

    code: str = "FA002"
    title: str = "Risk told against risk seen, within each group"
    next_step: str = "Show these women an order, not a percentage, until the model is recalibrated for their group."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        if evidence.everyone["mean_risk"].is_undefined:
            return (answer(self, evidence, NOT_APPLICABLE, "No risks were given, only flags."),)
        verdicts = {row.group: self._verdict(row, evidence) for row in evidence.groups}
        return by_group(
            self,
            evidence,
            verdicts,
            passed="As many women had the outcome as the risks said, within the band: {groups}.",
            cannot_tell="Too few events to say whether the risks told are right: {groups}.",
        )

    def _verdict(self, row: GroupFigures, evidence: Evidence) -> Verdict:
        ratio = row["observed_to_expected"]
        too_few = (row.counts["scored_events"] or 0) < FEWEST_EVENTS
        if too_few or ratio.value is None or ratio.low is None or ratio.high is None:
            return Verdict(state=CANNOT_TELL)
        lowest = 1 - evidence.policy.tolerance(self.code).limit
        highest = 1 / lowest
        figures = {"observed over expected": ratio.text} | evidence.p_values(row, "observed_to_expected")
        if row.status == "shown" and lowest <= ratio.low and ratio.high <= highest:
            return Verdict(state=PASSED, figures=figures)
        surely_off = (ratio.value > highest and ratio.low > 1) or (ratio.value < lowest and ratio.high < 1)
        if not surely_off:
            return Verdict(state=CANNOT_TELL, figures=figures)
        next_step = OVERSTATED if ratio.value < 1 else self.next_step
        return Verdict(state=FINDING, sentence=said_of_ratio(row), next_step=next_step, figures=figures)


def said_of_ratio(row: GroupFigures) -> str:
    """'... is understated: for every 100 expected from the risks told, 140 (121 to 162) had it.'"""
    ratio = row["observed_to_expected"]
    low, value, high = (round((limit or 0.0) * 100) for limit in (ratio.low, ratio.value, ratio.high))
    is_over = value <= 100
    told = "overstated" if is_over else "understated"
    # Women who had the outcome and were entered as 'no' look just like risks that were too high.
    doubt = "; or the outcome is recorded less often for them: check that before recalibrating" if is_over else ""
    return (
        f"The risk of {outcome_name(row.section)} told to {these_women(row.group)} is {told}: for every 100 "
        f"expected from the risks told, {value} ({low} to {high}) had the outcome{doubt}."
    )
