"""COMPLETE, INCOMPLETE and STALE; missing is never normal, and a concern escalates alone."""

from __future__ import annotations

import pytest

EXAMPLES = ("maternal_early_warning_criteria", "mewt")
REQUIRED = ("heart_rate", "respiratory_rate", "oxygen_saturation", "systolic_blood_pressure", "consciousness")


@pytest.mark.parametrize("chart_id", EXAMPLES)
def test_a_full_set_is_complete_and_claims_no_more_than_it_knows(read, well, chart_id):
    result = read(chart_id, well())
    assert (result.state, result.action, result.missing) == ("COMPLETE", "none triggered", ())
    assert "does not replace clinical judgement" in result.statement


@pytest.mark.parametrize("chart_id", EXAMPLES)
@pytest.mark.parametrize("concept", REQUIRED)
def test_a_missing_vital_sign_is_named_and_never_read_as_normal(read, well, chart_id, concept):
    result = read(chart_id, well(**{concept: None}))
    assert result.state == "INCOMPLETE"
    assert concept in result.missing
    assert "no trigger" not in result.statement.lower()
    assert concept not in [reading.concept for reading in result.readings]


def test_no_observation_at_all_is_incomplete(read):
    result = read("mewt", [])
    assert result.state == "INCOMPLETE"
    assert "heart_rate" in result.missing
    assert result.statement.startswith("Cannot be judged as a whole: heart rate, respiratory rate")
    assert "not recorded" in result.statement


@pytest.mark.parametrize("chart_id", EXAMPLES)
def test_a_recorded_null_is_the_same_as_no_record(read, well, observed, chart_id):
    assert read(chart_id, well(heart_rate=None) + observed(heart_rate=None)) == read(chart_id, well(heart_rate=None))


def test_what_is_recorded_triggers_whatever_is_missing(read, observed):
    result = read("maternal_early_warning_criteria", observed(consciousness="unresponsive"))
    assert (result.state, result.action) == ("INCOMPLETE", "escalate")


def test_values_older_than_the_interval_are_stale_with_their_age(read, well, observed):
    set_with_an_old_rate = well(10, heart_rate=None) + observed(61, heart_rate=84)
    result = read("mewt", set_with_an_old_rate, repeat_minutes=60)
    assert result.state == "STALE"
    assert result.freshness.stale == (("heart_rate", 61.0),)
    assert "heart rate 61 minutes old" in result.statement
    assert "no trigger" not in result.statement.lower()


def test_a_value_as_old_as_the_interval_is_not_yet_stale(read, well):
    assert read("mewt", well(60), repeat_minutes=60).state == "COMPLETE"


def test_what_was_breathed_must_be_fresh_too(read, well, observed):
    result = read(
        "maternal_early_warning_criteria",
        well(oxygen_support=None) + observed(300, oxygen_support="air"),
        repeat_minutes=60,
    )
    assert result.freshness.stale == (("oxygen_support", 300.0),)


def test_a_red_value_is_never_quietened_by_time(read, well):
    result = read("maternal_early_warning_criteria", well(600, consciousness="confused"), repeat_minutes=60)
    assert (result.state, result.action) == ("STALE", "escalate")


def test_without_an_interval_the_age_is_said_and_not_judged(read, well):
    result = read("mewt", well(600))
    assert result.freshness.limit_minutes is None
    assert result.freshness.repeat_due is None
    assert "The oldest of these values is 600 minutes old." in result.statement


@pytest.mark.parametrize("chart_id", EXAMPLES)
def test_a_concern_escalates_alone(read, well, observed, chart_id):
    for observations in (observed(concern=True), well() + observed(concern=True)):
        result = read(chart_id, observations)
        assert result.action == "escalate"
        assert result.escalation.now
        assert result.statement.startswith("Escalate now: concern of the woman, her family or staff")


def test_no_later_word_takes_a_concern_back(read, well, observed):
    result = read("mewt", well() + observed(30, concern=True) + observed(0, concern=False))
    assert result.action == "escalate"


NEAR = """
chart                            saturation  near
maternal_early_warning_criteria  90          no
maternal_early_warning_criteria  91          yes
maternal_early_warning_criteria  99          yes
maternal_early_warning_criteria  100         no
mewt                             85          no
mewt                             86          yes
mewt                             97          yes
mewt                             98          no
"""


@pytest.mark.parametrize(
    ("chart_id", "saturation", "is_near"),
    [(row[0], int(row[1]), row[2] == "yes") for row in map(str.split, NEAR.strip().splitlines()[1:])],
)
def test_a_saturation_near_a_boundary_is_noted_for_every_woman(read, well, chart_id, saturation, is_near):
    result = read(chart_id, well(oxygen_saturation=saturation))
    assert (result.saturation_note is not None) == is_near
    if is_near:
        assert "every woman" in result.saturation_note
        assert "changes no score" in result.saturation_note


def test_the_latest_value_wins_and_the_one_before_it_stands_beside(read, well, observed):
    result = read("mewt", observed(40, heart_rate=140) + well(heart_rate=92))
    (reading,) = (reading for reading in result.readings if reading.concept == "heart_rate")
    assert (reading.value, reading.previous_value) == (92, 140)
    assert reading.colour == "white"
