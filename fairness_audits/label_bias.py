"""The label-bias bench: how much under-recording of a group's outcome it would take to turn each verdict on it.

For each share u from the lowest to the highest, the checks that rest on outcomes judge the figures as they would be had
u of the group's true events been recorded as 'no' and been put right (`under_recording`). It says what the audit would
have answered at the counts then expected, not how likely such under-recording is. Outcomes that are empty stay empty:
for those there are the bounds of the audit itself, and no verdict is suspended here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from fairness_audits.checks import CHECKS, Check
from fairness_audits.evidence import Evidence
from fairness_audits.figures import GroupFigures, Section
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED
from fairness_audits.label_bias_words import in_one_sentence, in_words, turn_in_words, what_would_be_level
from fairness_audits.report import AuditReport
from fairness_audits.under_recording import (
    InvalidUnderRecording,
    UnderRecording,
    everyone_with,
    group_with,
    rule_with,
)
from fairness_audits.verdict_bounds import RESTS_ON_OUTCOMES
from fairness_audits.verdicts_by_share import LabelBias, Turn, VerdictByShare

__all__ = ["label_bias", "with_label_bias"]

UNDERSTATED, OVERSTATED = "risk understated", "risk overstated"


def with_label_bias(report: AuditReport, slide: UnderRecording | None) -> AuditReport:
    """The report with the bench in it, where one is asked for."""
    return report if slide is None else replace(report, label_bias=label_bias(report, slide))


def label_bias(report: AuditReport, slide: UnderRecording) -> tuple[LabelBias, ...]:
    """One for each model of the audit in which the group is. From printed figures alone.

    Raises `InvalidUnderRecording` with the groups there are.
    """
    there = tuple(dict.fromkeys(g.group for s in report.models for g in _evidence(report, s).groups))
    if slide.group not in there:
        raise InvalidUnderRecording(
            f"no ethnic group {slide.group!r} is compared in this audit; there are: {', '.join(there) or 'none'}"
        )
    return tuple(
        _of_model(_evidence(report, section), slide)
        for section in report.models
        if any(row.group == slide.group for row in _evidence(report, section).groups)
    )


def _of_model(evidence: Evidence, slide: UnderRecording) -> LabelBias:
    own = next(row for row in evidence.groups if row.group == slide.group)
    at_each = [_put_right(evidence, own, lost) for lost in slide.shares]
    expected = own["observed_to_expected"].value
    level_at = round(1 - expected, 2) if expected is not None and expected < 1 else None
    return LabelBias(
        section=evidence.section,
        group=slide.group,
        shares=slide.shares,
        level_at=level_at,
        level_sentence=what_would_be_level(evidence.section, slide.group, expected, level_at),
        verdicts=tuple(_verdicts(at_each, slide)),
    )


def _evidence(report: AuditReport, section: Section) -> Evidence:
    """What the checks judged, as the report holds it; nothing is suspended for outcomes that are empty."""
    return Evidence(
        section=section,
        figures=report.figures_of(section),
        comparisons=tuple(comparison for comparison in report.comparisons if comparison.model == section),
        context=report.context_of(section),
        policy=report.policy,
        rule=report.rule,
        ethnicity_recorded=report.data.ethnicity_recorded,
        simulated_rows=0,
        rows_in_section=0,
        on=report.on,
    )


def _put_right(evidence: Evidence, own: GroupFigures, lost: float) -> Evidence:
    """Evidence about the one group (and the reference, where the policy names one), with its lost events put back."""
    after = group_with(own, lost, evidence.policy, evidence.rule)
    everyone = everyone_with(evidence.everyone, own, after, evidence.policy, evidence.rule)
    named = [row for row in evidence.groups if row.group == evidence.policy.reference and row.group != own.group]
    comparisons = (rule_with(one, own.group, lost, evidence.rule) for one in evidence.comparisons)
    return replace(evidence, figures=(everyone, after, *named), comparisons=tuple(comparisons))


def _verdicts(at_each: Sequence[Evidence], slide: UnderRecording) -> Iterator[VerdictByShare]:
    section = at_each[0].section
    for check in CHECKS:
        if check.code not in RESTS_ON_OUTCOMES:
            continue
        for beside, evidence in _asked(check, at_each).items():
            states = tuple(_state(check, one, slide.group) for one in evidence)
            if set(states) == {NOT_APPLICABLE}:
                continue
            turns = tuple(
                Turn(
                    share=share,
                    before=before,
                    after=after,
                    sentence=turn_in_words(check.code, beside, section, slide.group, share, before, after),
                )
                for share, (before, after) in zip(slide.shares[1:], pairwise(states), strict=True)
                if before != after
            )
            yield VerdictByShare(
                code=check.code,
                title=check.title,
                beside=beside,
                states=states,
                turns=turns,
                sentence=in_one_sentence(
                    check.code, [(turn.share, turn.after) for turn in turns], beside, turns[0].sentence
                )
                if turns
                else in_words(check.code, beside, section, slide.group, states[0], slide.shares[-1]),
            )


def _asked(check: Check, at_each: Sequence[Evidence]) -> Mapping[str, list[Evidence]]:
    """The evidence of each step; of FA007, once for each of today's rules, by its name."""
    if check.code != "FA007":
        return {"": list(at_each)}
    rules = [one for one in at_each[0].comparisons if one.is_guideline]
    return {
        rule.name: [
            replace(step, comparisons=tuple(c for c in step.comparisons if c.rule == rule.rule)) for step in at_each
        ]
        for rule in rules
    }


def _state(check: Check, evidence: Evidence, group: str) -> str:
    answers = check.examine(evidence)
    if any(one.state == FINDING and one.group == group for one in answers):
        if check.code != "FA002":
            return FINDING
        row = next(row for row in evidence.groups if row.group == group)
        return UNDERSTATED if (row["observed_to_expected"].value or 0.0) > 1 else OVERSTATED
    if any(one.state == PASSED and any(name.startswith(f"{group}: ") for name in one.figures) for one in answers):
        return PASSED
    return NOT_APPLICABLE if all(one.state == NOT_APPLICABLE for one in answers) else CANNOT_TELL
