"""Which of a chart's triggers fire on what was recorded, and the concern that needs no chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.early_warning.chart import Chart, Trigger
from models.early_warning.observation import Observation
from models.early_warning.readings import ChartReading
from records.concepts import concept

__all__ = ["CONCERN", "FiredTrigger", "concern_trigger", "fired_triggers"]

CONCERN = "concern"


@dataclass(frozen=True, kw_only=True)
class FiredTrigger:
    """A trigger met by recorded values. ``because`` names their concepts. Until it is ``confirmed`` the chart asks for
    the value to be verified, or to last, before it counts."""

    name: str
    because: tuple[str, ...]
    confirmed: bool


def fired_triggers(chart: Chart, readings: Sequence[ChartReading]) -> tuple[FiredTrigger, ...]:
    """In the chart's order. What is not recorded neither fires a trigger nor stops one."""
    return tuple(
        FiredTrigger(
            name=trigger.name,
            because=_because(trigger, readings),
            confirmed=_is_met(trigger, readings, lambda reading: reading.confirmed_level),
        )
        for trigger in chart.triggers
        if _is_met(trigger, readings, lambda reading: reading.level or 0)
    )


def concern_trigger(concerns: Sequence[Observation]) -> FiredTrigger | None:
    """A concern escalates alone, and no later observation takes it back: only a person closes it.

    Concern of staff: Mhyre et al., Obstet Gynecol 2014;124:782. Of the woman and her family: Martha's Rule, NHS
    England 2024.
    """
    if not any(observation.value is True for observation in concerns):
        return None
    return FiredTrigger(name=concept(CONCERN).title, because=(CONCERN,), confirmed=True)


def _is_met(trigger: Trigger, readings: Sequence[ChartReading], level: Callable[[ChartReading], int]) -> bool:
    if trigger.total is not None:
        return sum(level(reading) for reading in readings) >= trigger.total
    met = {reading.parameter.counts_as for reading in readings if level(reading) >= trigger.level}
    return len(met) >= trigger.at_least


def _because(trigger: Trigger, readings: Sequence[ChartReading]) -> tuple[str, ...]:
    lowest = 1 if trigger.total is not None else trigger.level
    return tuple(reading.parameter.concept for reading in readings if (reading.level or 0) >= lowest)
