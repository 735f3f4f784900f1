"""From what was recorded to the cells of the chart, and whether an abnormal cell already counts in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from models.early_warning.bands import level_of
from models.early_warning.chart import Chart, Confirmation, Parameter
from models.early_warning.observation import Observation

__all__ = ["ChartReading", "read_chart"]

History = Mapping[str, Sequence[Observation]]


@dataclass(frozen=True, kw_only=True)
class ChartReading:
    """The latest recorded value of one parameter. ``level`` None: recorded, but the chart cannot judge it.

    ``confirmed_level`` is the worst level that the parameter's confirmation rule already lets count; it is never above
    ``level``.
    """

    parameter: Parameter
    latest: Observation
    previous: Observation | None
    level: int | None
    confirmed_level: int

    @property
    def is_abnormal(self) -> bool:
        return self.level is not None and self.level > 0

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_level == self.level


def read_chart(chart: Chart, history: History) -> tuple[ChartReading, ...]:
    """The recorded parameters, in the chart's order."""
    readings = [_read(parameter, history) for parameter in chart.parameters if parameter.concept in history]
    return tuple(_confirmed_in_combination(reading, readings) for reading in readings)


def _read(parameter: Parameter, history: History) -> ChartReading:
    series = history[parameter.concept]
    levels = [_recorded_level(parameter, observation) for observation in series]
    judged = levels[-1] > 0 or _may_be_read_as_normal(parameter, series[-1], history)
    return ChartReading(
        parameter=parameter,
        latest=series[-1],
        previous=series[-2] if len(series) > 1 else None,
        level=levels[-1] if judged else None,
        confirmed_level=_confirmed_level(parameter.confirmation, series, levels),
    )


def _recorded_level(parameter: Parameter, observation: Observation) -> int:
    assert observation.value is not None
    return level_of(parameter, observation.value)


def _may_be_read_as_normal(parameter: Parameter, observation: Observation, history: History) -> bool:
    """Whether the condition held when the value was taken: the last thing recorded of it by then says so."""
    if parameter.normal_only_when is None:
        return True
    condition, expected = parameter.normal_only_when
    by_then = [known for known in history.get(condition, ()) if known.observed_at <= observation.observed_at]
    return bool(by_then) and by_then[-1].value == expected


def _confirmed_level(rule: Confirmation, series: Sequence[Observation], levels: Sequence[int]) -> int:
    if rule.by == "one reading":
        return levels[-1]
    if rule.by == "repeat or combination":
        return min(levels[-1], max(levels[:-1], default=0))
    return next((level for level in range(levels[-1], 0, -1) if _has_lasted(rule, series, levels, level)), 0)


def _has_lasted(rule: Confirmation, series: Sequence[Observation], levels: Sequence[int], level: int) -> bool:
    """Whether the readings up to the latest have been at ``level`` or worse for as long as the rule asks."""
    first = len(levels) - 1
    while first > 0 and levels[first - 1] >= level:
        first -= 1
    observed = (series[-1].observed_at - series[first].observed_at) / timedelta(minutes=1)
    minutes = observed + series[first].over_minutes
    return minutes > rule.minutes if rule.longer_than else minutes >= rule.minutes


def _confirmed_in_combination(reading: ChartReading, readings: Sequence[ChartReading]) -> ChartReading:
    if reading.parameter.confirmation.by != "repeat or combination" or not reading.level:
        return reading
    if not any(_is_additional(other) for other in readings if other.parameter != reading.parameter):
        return reading
    return replace(reading, confirmed_level=reading.level)


def _is_additional(other: ChartReading) -> bool:
    # A criterion with a duration ('for 2 hours or more') is not met, so not additional, before it has lasted.
    return other.is_abnormal and (other.parameter.confirmation.by != "lasting" or other.confirmed_level > 0)
