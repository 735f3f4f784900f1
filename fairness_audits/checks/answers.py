"""How a check says what it found: one finding a group; one line each for the groups that passed or cannot be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.wording import listed

__all__ = ["Check", "Verdict", "answer", "by_group"]

# A pass of these could be flipped by outcomes that were never recorded.
REST_ON_OUTCOMES = frozenset({"FA002", "FA003", "FA005", "FA006", "FA007"})
UNRECORDED = "Ethnicity is not recorded in this file, so no disparity can be shown from it."


class Check(Protocol):
    """One question put to the evidence. ``code`` is for ever: policies, acceptances and tests name it."""

    @property
    def code(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def next_step(self) -> str: ...

    def examine(self, evidence: Evidence) -> tuple[Finding, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check says of one group."""

    state: str
    sentence: str = ""
    figures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def answer(
    check: Check,
    evidence: Evidence,
    state: str,
    sentence: str,
    *,
    group: str | None = None,
    figures: Mapping[str, str] = MappingProxyType({}),
    severity: str | None = None,
) -> Finding:
    """One finding of ``check``, with the policy's severity unless another is given."""
    return Finding(
        code=check.code,
        title=check.title,
        state=state,
        severity=severity or evidence.policy.tolerance(check.code).severity,
        section=evidence.section,
        sentence=sentence,
        group=group,
        figures=figures,
        next_step=check.next_step if state in (FINDING, CANNOT_TELL) else "",
    )


def by_group(
    check: Check, evidence: Evidence, verdicts: Mapping[str, Verdict], *, passed: str, cannot_tell: str
) -> tuple[Finding, ...]:
    """Findings group by group; then those that cannot be told and those that passed, each in one line.

    ``passed`` and ``cannot_tell`` are sentences with the groups' names put at ``{groups}``.
    """
    if not evidence.ethnicity_recorded:
        return (answer(check, evidence, CANNOT_TELL, UNRECORDED),)
    if not verdicts:
        return (answer(check, evidence, NOT_APPLICABLE, "There are no groups to compare."),)
    suspended = _suspended(check, evidence, verdicts)
    verdicts = {group: verdict for group, verdict in verdicts.items() if group not in suspended}
    answers = [
        answer(check, evidence, FINDING, verdict.sentence, group=group, figures=verdict.figures)
        for group, verdict in verdicts.items()
        if verdict.state == FINDING
    ]
    for state, sentence in ((CANNOT_TELL, cannot_tell), (PASSED, passed)):
        groups = [group for group, verdict in verdicts.items() if verdict.state == state]
        if groups:
            figures = {f"{g}: {k}": v for g in groups for k, v in verdicts[g].figures.items()}
            answers.append(answer(check, evidence, state, sentence.format(groups=listed(groups)), figures=figures))
    if suspended:
        sentence = f"Suspended, because the outcome is not comparably ascertained: {listed(suspended)}."
        answers.append(answer(check, evidence, CANNOT_TELL, sentence))
    return tuple(answers)


def _suspended(check: Check, evidence: Evidence, verdicts: Mapping[str, Verdict]) -> list[str]:
    """Groups that would pass on outcomes recorded less often for them than for others."""
    if check.code not in REST_ON_OUTCOMES:
        return []
    return [g for g, verdict in verdicts.items() if verdict.state == PASSED and g in evidence.unevenly_ascertained]
