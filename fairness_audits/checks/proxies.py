"""FA011: do the predictors tell a group apart so well that they act as ethnicity."""

from __future__ import annotations

from dataclasses import dataclass

from fairness_audits.checks.answers import answer
from fairness_audits.context import GroupProxy
from fairness_audits.evidence import Evidence
from fairness_audits.figures import rounded
from fairness_audits.findings import FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import listed, these_women

__all__ = ["ProxyStrength"]


@dataclass(frozen=True, kw_only=True)
class ProxyStrength:
    """Fires where the predictors' AUROC for a group reaches the limit."""

    code: str = "FA011"
    title: str = "Predictors that stand in for ethnicity"
    next_step: str = "Name the predictors that carry it, and decide on paper whether each may."

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]:
        if evidence.context is None or not evidence.context.proxies:
            sentence = "How well the predictors tell groups apart was not given with the predictions."
            return (answer(self, evidence, NOT_APPLICABLE, sentence),)
        limit = evidence.policy.tolerance(self.code).limit
        strong = [proxy for proxy in evidence.context.proxies if proxy.auroc >= limit]
        if strong:
            return tuple(self._named(proxy, evidence) for proxy in strong)
        names = listed([proxy.group for proxy in evidence.context.proxies])
        return (answer(self, evidence, PASSED, f"The predictors do not single out a group this well: {names}."),)

    def _named(self, proxy: GroupProxy, evidence: Evidence) -> Finding:
        strength = f"{rounded(proxy.auroc, 2):.2f}"
        sentence = (
            f"The predictors tell {these_women(proxy.group)} from everyone else (AUROC {strength}): a model can treat "
            "them differently without being given ethnicity."
        )
        figures = {"AUROC of the predictors for the group": strength}
        return answer(self, evidence, FINDING, sentence, group=proxy.group, figures=figures)
