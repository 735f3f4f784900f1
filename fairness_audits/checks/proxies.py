"""FA011: do the predictors tell a group apart so well that they act as ethnicity."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import answer
from fairness_audits.context_rows import GroupProxy
from fairness_audits.evidence import Evidence
from fairness_audits.figures import Figure, figure
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.intervals import auroc_interval_from_sizes
from fairness_audits.wording import listed, these_women

__all__ = ["ProxyStrength"]


@dataclass(frozen=True, kw_only=True)
class ProxyStrength:
    """Fires where the predictors' AUROC for a group surely reaches the limit; passes where it surely does not.

    Where only the AUROC is known and not on how many women, it is judged as it stands.
    """

    code: str = "FA011"
    title: str = "Predictors that stand in for ethnicity"
    next_step: str = "Name the predictors that carry it, and decide on paper whether each may."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if evidence.context is None or not evidence.context.proxies:
            sentence = "How well the predictors tell groups apart was not given with the predictions."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        strengths = {proxy.group: _strength(proxy, evidence) for proxy in evidence.context.proxies}
        limit = evidence.policy.tolerance(self.code).limit
        states = {group: _state(strength, limit) for group, strength in strengths.items()}
        answers = [
            self._named(group, strengths[group], evidence) for group, state in states.items() if state == FINDING
        ]
        for state, sentence in (
            (CANNOT_TELL, "Too few women to say whether the predictors single these groups out"),
            (PASSED, "The predictors do not single out a group this well"),
        ):
            groups = [group for group, told in states.items() if told == state]
            if groups:
                figures = {f"{group}: AUROC of the predictors": strengths[group].text for group in groups}
                answers.append(answer(self, evidence, state, f"{sentence}: {listed(groups)}.", figures=figures))
        return tuple(answers)

    def _named(self, group: str, strength: Figure, evidence: Evidence) -> Finding:
        sentence = (
            f"The predictors tell {these_women(group)} from everyone else (AUROC {strength.text}): a model can treat "
            "them differently without being given ethnicity."
        )
        figures = {"AUROC of the predictors for the group": strength.text}
        return answer(self, evidence, FINDING, sentence, group=group, figures=figures)


def _strength(proxy: GroupProxy, evidence: Evidence) -> Figure:
    """With limits from the sizes as printed, so that no exact number of women comes back through them."""
    women, others = (evidence.rule.count(n or 0) or 0 for n in (proxy.women, proxy.others))
    return figure("auroc", auroc_interval_from_sizes(proxy.auroc, women, others))


def _state(strength: Figure, limit: float) -> str:
    value = strength.value or 0.0
    low, high = (strength.low, strength.high) if strength.has_limits else (value, value)
    return FINDING if (low or 0.0) >= limit else PASSED if (high or 0.0) < limit else CANNOT_TELL
