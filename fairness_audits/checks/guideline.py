"""FA007: does the model find fewer women of a group than today's rule, for the same number of flags."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import Verdict, answer, by_group, without_outcomes
from fairness_audits.comparators import Comparison, ComparisonRow
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.levels import EVERYONE
from fairness_audits.wording import cannot_be_evaluated, is_missing_ethnicity, so_many_of_100, these_women, went_on_to

__all__ = ["WorseThanGuideline"]

NO_RULE = "No rule of today was given to compare with."


@dataclass(frozen=True, kw_only=True)
class WorseThanGuideline:
    """Fires where the model, cut to flag as many women as the rule, surely finds fewer of a group's events."""

    code: str = "FA007"
    title: str = "Beside today's rule"
    next_step: str = "Keep today's rule for these women, or flag those whom either finds, until the model does as well."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        rules = [c for c in evidence.comparisons if c.is_guideline]
        if not rules:
            return (answer(self, evidence, NOT_APPLICABLE, NO_RULE),)
        if unrecorded := without_outcomes(self, evidence):
            return unrecorded
        return tuple(finding for comparison in rules for finding in self._against(comparison, evidence))

    def _against(self, comparison: Comparison, evidence: Evidence) -> tuple[Finding, ...]:
        if why := self._nothing_to_compare(comparison):
            return (answer(self, evidence, NOT_APPLICABLE, why),)
        verdicts = {
            row.group: self._verdict(row, comparison.name, evidence)
            for row in comparison.rows
            if row.group != EVERYONE and not is_missing_ethnicity(row.group)
        }
        return by_group(
            self,
            evidence,
            verdicts,
            passed=f"At the flag rate of {comparison.name}, the model finds no fewer women: {{groups}}.",
            cannot_tell=f"Too few events to say whether the model does worse than {comparison.name}: {{groups}}.",
        )

    def _nothing_to_compare(self, comparison: Comparison) -> str:
        if comparison.why_not:
            return cannot_be_evaluated(comparison.name, comparison.why_not)
        name = f"{comparison.name[:1].upper()}{comparison.name[1:]}"
        return f"{name} flags nobody here, so there is nothing to compare." if comparison.flag_rate.value == 0 else ""

    def _verdict(self, row: ComparisonRow, name: str, evidence: Evidence) -> Verdict:
        limit = evidence.policy.tolerance(self.code).limit
        figures = {"model": row.model.text, "rule": row.rule.text}
        low, high = row.difference.low, row.difference.high
        if low is None or high is None:
            return Verdict(state=CANNOT_TELL)
        if low >= -limit:
            return Verdict(state=PASSED, figures=figures)
        if high >= -limit:
            return Verdict(state=CANNOT_TELL, figures=figures)
        return Verdict(
            state=FINDING,
            sentence=f"Of 100 {these_women(row.group)} who {went_on_to(evidence.section)}, {name} flags "
            f"{so_many_of_100(row.rule)} and the model, for as many flags, {so_many_of_100(row.model)}.",
            figures=figures,
        )
