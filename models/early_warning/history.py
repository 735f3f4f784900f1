"""What was recorded of each concept, oldest first: one value a moment, the latest one last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from models.early_warning.bands import level_of
from models.early_warning.chart import Chart
from models.early_warning.observation import Observation
from models.early_warning.refusals import ImplausibleBloodPressure
from records.concepts import concept

__all__ = ["DERIVED_PRESSURE", "history_of"]

DERIVED_PRESSURE = "mean_arterial_pressure"


def history_of(chart: Chart, observations: Iterable[Observation]) -> dict[str, tuple[Observation, ...]]:
    """The checked observations by concept and time, whatever order they came in.

    Where two of one concept share a moment the worse by the chart is kept, so that no duplicate hides an abnormal
    value. A mean arterial pressure is added for every moment that has both pressures and none measured.
    """
    parameters = {parameter.concept: parameter for parameter in chart.parameters}

    def severity(observation: Observation) -> tuple[int, float]:
        assert observation.value is not None
        parameter = parameters.get(observation.concept)
        return (level_of(parameter, observation.value) if parameter else 0, _rank(observation))

    moments: dict[str, dict[datetime, Observation]] = defaultdict(dict)
    for observation in observations:
        kept = moments[observation.concept].get(observation.observed_at)
        if kept is None or severity(observation) > severity(kept):
            moments[observation.concept][observation.observed_at] = observation
    moments[DERIVED_PRESSURE] = _mean_pressures(moments) | moments[DERIVED_PRESSURE]
    return {name: tuple(by_time[moment] for moment in sorted(by_time)) for name, by_time in moments.items() if by_time}


def _rank(observation: Observation) -> float:
    # Categories are listed from the mildest in the data dictionary, so a tie off the chart keeps the later one.
    if isinstance(observation.value, str):
        return float(concept(observation.concept).categories.index(observation.value))
    return float(observation.value or 0)


def _mean_pressures(moments: Mapping[str, Mapping[datetime, Observation]]) -> dict[datetime, Observation]:
    """(systolic + 2 x diastolic) / 3: DeMers and Wachs, Physiology, Mean Arterial Pressure, StatPearls 2023.

    An estimate: it read 5 mm[Hg] low on average against the brachial pulse wave (Grillo et al., J Hypertens 2020).
    """
    systolic, diastolic = moments.get("systolic_blood_pressure", {}), moments.get("diastolic_blood_pressure", {})
    derived = {}
    for moment in systolic.keys() & diastolic.keys():
        upper, lower = systolic[moment].value, diastolic[moment].value
        assert isinstance(upper, float)
        assert isinstance(lower, float)
        if lower >= upper:
            raise ImplausibleBloodPressure(
                "a diastolic_blood_pressure is not below the systolic_blood_pressure of the same moment: "
                "check whether the two were exchanged"
            )
        derived[moment] = Observation(
            concept=DERIVED_PRESSURE, value=(upper + 2 * lower) / 3, unit="mm[Hg]", observed_at=moment
        )
    return derived
