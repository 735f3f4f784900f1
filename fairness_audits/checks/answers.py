"""How a check says what it found: one finding a group; one line each for the groups that passed or cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

from fairness_audits.evidence import Evidence
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED, Finding
from fairness_audits.verdict_bounds import verdict_could_turn
from fairness_audits.wording import listed, nothing_recorded

__all__ = ["CUT_ELSEWHERE", "GATHER_OUTCOMES", "Check", "Verdict", "answer", "by_group", "without_outcomes"]

SUSPENDED = "Suspended: outcome not comparably ascertained."
# What a 'cannot tell' asks for: a check's own next step is for what it found, and here nothing was found yet.
GATHER_MORE = "Gather more before anything is changed: pool years or sites, and read the case notes of these women."
GATHER_ETHNICITY = "Gather ethnicity before anything is changed: ask women, and record what they say."
GATHER_OUTCOMES = "Gather the outcomes that are missing (case-note review), then pool years or sites and audit again."
CUT_ELSEWHERE = "Audit again at a cut that flags some women and not others."
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
    """What a check says of one group. Without a ``next_step`` a finding has the check's."""

    state: str
    sentence: str = ""
    next_step: str = ""
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
    gather: str = GATHER_MORE,
) -> Finding:
    """One finding of ``check``, with the policy's severity unless another is given.

    The next step of a finding is the check's; of a 'cannot tell' it is to ``gather`` what would tell.
    """
    return Finding(
        code=check.code,
        title=check.title,
        state=state,
        severity=severity or evidence.policy.tolerance(check.code).severity,
        section=evidence.section,
        sentence=sentence,
        group=group,
        figures=figures,
        next_step={FINDING: check.next_step, CANNOT_TELL: gather}.get(state, ""),
    )


def without_outcomes(check: Check, evidence: Evidence) -> tuple[Finding, ...]:
    """The one answer of a check that rests on outcomes where none is recorded; empty where some are."""
    why = nothing_recorded(evidence.everyone.counts)
    return (answer(check, evidence, CANNOT_TELL, why, gather=GATHER_OUTCOMES),) if why else ()


def by_group(
    check: Check, evidence: Evidence, verdicts: Mapping[str, Verdict], *, passed: str, cannot_tell: str
) -> tuple[Finding, ...]:
    """Findings group by group; then those that cannot be told and those that passed, each in one line.

    ``passed`` and ``cannot_tell`` are sentences with the groups' names put at ``{groups}``.
    """
    if not evidence.ethnicity_recorded:
        return (answer(check, evidence, CANNOT_TELL, UNRECORDED, gather=GATHER_ETHNICITY),)
    if not verdicts:
        return (answer(check, evidence, NOT_APPLICABLE, "There are no groups to compare."),)
    suspended = _suspended(check, evidence, verdicts)
    verdicts = {group: verdict for group, verdict in verdicts.items() if group not in suspended}
    answers = [
        _found(check, evidence, group, verdict) for group, verdict in verdicts.items() if verdict.state == FINDING
    ]
    for state, sentence in ((CANNOT_TELL, cannot_tell), (PASSED, passed)):
        groups = [group for group, verdict in verdicts.items() if verdict.state == state]
        if groups:
            figures = {f"{g}: {k}": v for g in groups for k, v in verdicts[g].figures.items()}
            answers.append(answer(check, evidence, state, sentence.format(groups=listed(groups)), figures=figures))
    return (*answers, *_answers_suspended(check, evidence, suspended))


def _found(check: Check, evidence: Evidence, group: str, verdict: Verdict) -> Finding:
    found = answer(check, evidence, FINDING, verdict.sentence, group=group, figures=verdict.figures)
    return replace(found, next_step=verdict.next_step or found.next_step)


def _suspended(check: Check, evidence: Evidence, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Verdicts on groups whose outcomes are recorded less often, where the unrecorded ones could turn the verdict."""
    return {
        group: verdict
        for group, verdict in verdicts.items()
        if verdict.state in (FINDING, PASSED)
        and group in evidence.unevenly_ascertained
        and verdict_could_turn(check.code, verdict.state, group, evidence)
    }


def _answers_suspended(check: Check, evidence: Evidence, suspended: Mapping[str, Verdict]) -> Iterator[Finding]:
    """What would be a finding on the outcomes recorded, group by group; what would pass, in one line."""
    for group, verdict in suspended.items():
        if verdict.state == FINDING:
            sentence = (
                f"{SUSPENDED} On the outcomes that were recorded: {verdict.sentence} The outcomes that were not "
                "recorded could turn this."
            )
            found = answer(
                check, evidence, CANNOT_TELL, sentence, group=group, figures=verdict.figures, gather=GATHER_OUTCOMES
            )
            yield replace(found, is_suspended=True)
    passing = [group for group, verdict in suspended.items() if verdict.state == PASSED]
    if passing:
        sentence = (
            f"{SUSPENDED} On the outcomes that were recorded these groups would pass, and the outcomes that were not "
            f"recorded could turn this: {listed(passing)}."
        )
        yield answer(check, evidence, CANNOT_TELL, sentence, gather=GATHER_OUTCOMES)
