"""FA018: is a woman missed more often where less was recorded of her."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import GATHER_OUTCOMES, answer
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.levels import EVERYONE
from fairness_audits.missing_facts import MissingFactsRow, printed_missing_facts
from fairness_audits.printed_rates import difference
from fairness_audits.wording import listed, so_many_of_100, went_on_to

__all__ = ["MissedWhereFactsAreMissing"]


@dataclass(frozen=True, kw_only=True)
class MissedWhereFactsAreMissing:
    """Fires where women of whom facts are missing are surely found less often, by more than the limit.

    They are compared with the women of whom all that the model reads was recorded, all groups together: facts are not
    missing at random, and who lacks them is FA010's to tell.
    """

    code: str = "FA018"
    title: str = "Missed where facts are missing"
    next_step: str = "Offer to women whose records are thin by another route; a low risk on little is not reassurance."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if evidence.context is None or not evidence.context.missing_facts:
            sentence = "How the model does where facts are missing was not given with the predictions."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        _, base, *others = printed_missing_facts(evidence.context, evidence.rule, evidence.gates)
        if others and (why := evidence.gates.why(EVERYONE)):
            sentence = f"Whether women are missed more often where facts are missing is withheld: {why}."
            return (answer(self, evidence, CANNOT_TELL, sentence, gather=GATHER_OUTCOMES),)
        if not others:
            return (answer(self, evidence, NOT_APPLICABLE, "As much was recorded of every woman: nothing to compare."),)
        states = {row.pattern: self._state(row, base, evidence) for row in others}
        findings = [self._found(row, base, evidence) for row in others if states[row.pattern] == FINDING]
        for state, sentence in (
            (CANNOT_TELL, "Too few events to say whether women are missed more often with"),
            (PASSED, "Women are found about as often with"),
        ):
            patterns = [pattern for pattern, told in states.items() if told == state]
            if patterns:
                findings.append(answer(self, evidence, state, f"{sentence}: {listed(patterns)}."))
        return tuple(findings)

    def _state(self, row: MissingFactsRow, base: MissingFactsRow, evidence: Evidence) -> str:
        gap = difference((row.found, row.events), (base.found, base.events), evidence.rule)
        if gap is None:
            return CANNOT_TELL
        limit = evidence.policy.tolerance(self.code).limit
        return FINDING if gap.high < -limit else PASSED if gap.low >= -limit else CANNOT_TELL

    def _found(self, row: MissingFactsRow, base: MissingFactsRow, evidence: Evidence) -> Finding:
        sentence = (
            f"Of the model’s facts {row.pattern}: of 100 women who {went_on_to(evidence.section)}, "
            f"{so_many_of_100(row.sensitivity)} had been flagged. Of the facts {base.pattern}: "
            f"{so_many_of_100(base.sensitivity)}."
        )
        figures = {row.pattern: row.sensitivity.text, base.pattern: base.sensitivity.text}
        return answer(self, evidence, FINDING, sentence, figures=figures)
