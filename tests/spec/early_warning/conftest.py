"""A woman whose vital signs are all within both shipped charts, observed at nine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.early_warning import SHIPPED_CHARTS, Observation, evaluate, load_charts

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)

UNITS = {
    "systolic_blood_pressure": "mm[Hg]",
    "diastolic_blood_pressure": "mm[Hg]",
    "mean_arterial_pressure": "mm[Hg]",
    "heart_rate": "/min",
    "fetal_heart_rate": "/min",
    "respiratory_rate": "/min",
    "temperature": "Cel",
    "oxygen_saturation": "%",
    "urine_output": "mL/h",
    "measured_blood_loss": "mL",
    "estimated_blood_loss": "mL",
}

WELL = {
    "systolic_blood_pressure": 112,
    "diastolic_blood_pressure": 70,
    "heart_rate": 84,
    "respiratory_rate": 16,
    "temperature": 36.8,
    "oxygen_saturation": 99,
    "oxygen_support": "air",
    "consciousness": "alert",
}


@pytest.fixture(scope="session")
def charts():
    return load_charts(SHIPPED_CHARTS)


@pytest.fixture(scope="session")
def observed():
    """``observed(minutes_ago, heart_rate=84, ...)``: the observations of one moment."""

    def at_one_moment(minutes_ago=0, over_minutes=0, **values):
        return [
            Observation(
                concept=name,
                value=value,
                unit=UNITS.get(name),
                observed_at=NINE - timedelta(minutes=minutes_ago),
                over_minutes=over_minutes,
            )
            for name, value in values.items()
        ]

    return at_one_moment


@pytest.fixture(scope="session")
def well(observed):
    """``well(minutes_ago, heart_rate=130)``: what the shipped charts require, with values changed; None leaves out."""

    def whole_set(minutes_ago=0, **changed):
        values = {name: value for name, value in (WELL | changed).items() if value is not None}
        return observed(minutes_ago, **values)

    return whole_set


@pytest.fixture(scope="session")
def read(charts):
    """``read("mewt", observations)``: the demo result at nine."""

    def demo(chart_id, observations, **circumstances):
        return evaluate(charts[chart_id], observations, at=NINE, mode="demo", **circumstances)

    return demo


@pytest.fixture(scope="session")
def note_of():
    def note(result, concept):
        (reading,) = (reading for reading in result.readings if reading.concept == concept)
        return reading.note

    return note


@pytest.fixture(scope="session")
def colour_of():
    def colour(result, concept):
        (reading,) = (reading for reading in result.readings if reading.concept == concept)
        return reading.colour

    return colour
