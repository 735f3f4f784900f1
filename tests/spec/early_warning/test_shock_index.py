"""The obstetric shock index: Nathan et al., BJOG 2015;122:268."""

from __future__ import annotations

import pytest

LEVELS = """
heart_rate  systolic  index  level
89          100       0.89   below_alert
90          100       0.9    alert
169         100       1.69   alert
170         100       1.7    emergency
99          110       0.9    alert
153         90        1.7    emergency
"""


@pytest.mark.parametrize(
    ("heart_rate", "systolic", "index", "level"), [line.split() for line in LEVELS.strip().splitlines()[1:]]
)
def test_alert_from_0_9_and_emergency_from_1_7(read, well, heart_rate, systolic, index, level):
    result = read("mewt", well(heart_rate=int(heart_rate), systolic_blood_pressure=int(systolic)))
    assert result.shock_index.index == pytest.approx(float(index))
    assert result.shock_index.level == level.replace("_", " ")


def test_it_never_reassures(read, well):
    assert "never reassures" in read("mewt", well()).shock_index.note
    assert "never reassures" in read("mewt", []).shock_index.note


def test_it_is_shown_with_the_measured_blood_loss(read, well, observed):
    shown = read("mewt", well() + observed(30, measured_blood_loss=900) + observed(5, measured_blood_loss=1600))
    assert shown.shock_index.measured_blood_loss == 1600
    unmeasured = read("mewt", well()).shock_index
    assert unmeasured.measured_blood_loss is None
    assert "Measured blood loss is not recorded" in unmeasured.note


def test_an_estimated_loss_is_not_a_measured_one(read, well, observed):
    estimated = well() + observed(estimated_blood_loss=2000)
    assert read("mewt", estimated).shock_index.measured_blood_loss is None


@pytest.mark.parametrize(
    ("missing", "title"), [("heart_rate", "heart rate"), ("systolic_blood_pressure", "systolic pressure")]
)
def test_it_is_not_available_without_both(read, well, missing, title):
    index = read("mewt", well(**{missing: None})).shock_index
    assert (index.index, index.level) == (None, "not available")
    assert f"Not available: {title} not recorded." in index.note


def test_readings_of_different_moments_are_said_to_be(read, well, observed):
    index = read("mewt", well(20, heart_rate=None) + observed(heart_rate=84)).shock_index
    assert index.index == pytest.approx(84 / 112)
    assert "different times" in index.note


def test_it_moves_no_trigger_of_the_chart(read, well):
    result = read("maternal_early_warning_criteria", well(heart_rate=110, systolic_blood_pressure=100))
    assert (result.shock_index.level, result.triggers) == ("alert", ())
