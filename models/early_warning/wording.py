"""The sentence at the head of a result. It never reassures: not on what is missing, and not on what is too old."""

from __future__ import annotations

from collections.abc import Sequence

from models.early_warning.chart import Confirmation
from models.early_warning.freshness import Freshness
from models.early_warning.permission import Mode
from models.early_warning.readings import ChartReading
from models.early_warning.result import Action, State
from models.early_warning.triggers import FiredTrigger
from records.concepts import concept

__all__ = ["mode_label", "reading_note", "statement"]


def mode_label(mode: Mode) -> str | None:
    return {"demo": "DEMONSTRATION: NOT FOR CARE", "evaluation": "EVALUATION: NOT FOR CARE"}.get(mode)


def statement(
    action: Action, state: State, triggers: Sequence[FiredTrigger], missing: Sequence[str], freshness: Freshness
) -> str:
    sentences = [_what_fired(action, triggers)] if triggers else []
    if missing:
        sentences.append(f"Cannot be judged as a whole: {_titles(missing)} not recorded, or not as the chart asks.")
    if freshness.stale:
        ages = ", ".join(f"{concept(name).title} {age:.0f} minutes old" for name, age in freshness.stale)
        sentences.append(f"Too old to rely on: {ages}; the chart repeats every {freshness.limit_minutes} minutes.")
    if state == "COMPLETE" and not triggers:
        sentences.append("No trigger among the values recorded. This does not replace clinical judgement.")
    return " ".join([*sentences, *([freshness.note] if freshness.note else [])])


def _what_fired(action: Action, triggers: Sequence[FiredTrigger]) -> str:
    if action == "escalate":
        return f"Escalate now: {'; '.join(_named(trigger) for trigger in triggers if trigger.confirmed)}."
    return (
        f"Abnormal, confirm now: {'; '.join(_named(trigger) for trigger in triggers)}. "
        "Repeat without delay, and escalate at once on any concern."
    )


def _named(trigger: FiredTrigger) -> str:
    because = _titles(trigger.because)
    return trigger.name if because == trigger.name else f"{trigger.name} ({because})"


def _titles(names: Sequence[str]) -> str:
    return ", ".join(concept(name).title for name in names)


def reading_note(reading: ChartReading) -> str | None:
    parameter = reading.parameter
    sentences = [parameter.note] if parameter.note else []
    if reading.level is None and parameter.normal_only_when is not None:
        condition, expected = parameter.normal_only_when
        sentences.append(f"Not judged: the chart reads this value as normal only with {condition} = {expected}.")
    if reading.is_abnormal and not reading.is_confirmed:
        sentences.append(_awaited(parameter.confirmation))
    return " ".join(sentences) or None


def _awaited(rule: Confirmation) -> str:
    if rule.by == "lasting":
        how = "more than" if rule.longer_than else "at least"
        return f"Abnormal; this chart counts it in full once it has lasted {how} {rule.minutes:g} minutes."
    return "Abnormal; this chart asks that an isolated value be verified by a second measurement first."
