"""FA017: does a group's difference lie between sites rather than within them."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import answer
from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.sites import SiteGap
from fairness_audits.wording import listed, these_women, went_on_to

__all__ = ["BetweenSites"]


@dataclass(frozen=True, kw_only=True)
class BetweenSites:
    """Fires where a group is surely found less often for where its women give birth, and not surely so within.

    The part between sites must lie below 0 by more than the limit with its whole interval, and the part within sites
    must not.
    """

    code: str = "FA017"
    title: str = "Between sites rather than within them"
    next_step: str = "Look at how the sites that these women come to flag and record, before changing the model."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        gaps = [gap for gap in evidence.site_gaps if gap.estimand == "sensitivity"]
        if not gaps:
            sentence = "Fewer than two sites were recorded, or too few events at each, to tell sites apart."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        limit = evidence.policy.tolerance(self.code).limit
        states = {gap.group: _state(gap, limit) for gap in gaps}
        answers = [self._found(gap, evidence) for gap in gaps if states[gap.group] == FINDING]
        for state, sentence in (
            (CANNOT_TELL, "Too few events to say whether a difference lies between sites"),
            (PASSED, "No difference that lies between sites rather than within them"),
        ):
            groups = [group for group, told in states.items() if told == state]
            if groups:
                answers.append(answer(self, evidence, state, f"{sentence}: {listed(groups)}."))
        return tuple(answers)

    def _found(self, gap: SiteGap, evidence: Evidence) -> Finding:
        sentence = (
            f"That fewer {these_women(gap.group)} who {went_on_to(gap.section)} had been flagged comes with the sites "
            f"where they give birth (between sites {gap.between.text}), not from being flagged less often than others "
            f"at the same site (within sites {gap.within.text})."
        )
        figures = {"between sites": gap.between.text, "within sites": gap.within.text, "together": gap.crude.text}
        return answer(self, evidence, FINDING, sentence, group=gap.group, figures=figures)


def _state(gap: SiteGap, limit: float) -> str:
    between, within = gap.between, gap.within
    if None in (between.low, between.high, within.low, within.high):
        return CANNOT_TELL
    if (between.high or 0.0) < -limit and (within.high or 0.0) >= 0:
        return FINDING
    return PASSED if (between.low or 0.0) >= -limit or (within.high or 0.0) < 0 else CANNOT_TELL
