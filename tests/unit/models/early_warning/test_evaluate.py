"""One evaluation: the score, what is refused, the scope, the interval, and the plain form of the result."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from models.early_warning import (
    Circumstances,
    FutureObservation,
    ImplausibleBloodPressure,
    ImplausibleTime,
    NaiveTime,
    OutOfScope,
    RepeatIntervalRefused,
    UnknownMode,
    evaluate,
)
from records.concepts import ImplausibleValue, UnknownCategory, UnknownConcept, WrongUnit

NINE = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def whole(saw):
    return [saw("heart_rate", 84, "/min"), saw("temperature", 36.8, "Cel"), saw("consciousness", "alert")]


SCORES = """
heart_rate  temperature  consciousness  total  triggers
84          36.8         alert          0      -
105         36.8         alert          2      -
105         38.0         alert          3      total
120         36.8         alert          3      total,one
84          36.8         confused       3      total,one
49          35.9         pain           7      total,one
"""


@pytest.mark.parametrize(
    ("heart_rate", "temperature", "consciousness", "total", "fired"),
    [line.split() for line in SCORES.strip().splitlines()[1:]],
)
def test_scores_add_up_and_trigger(chart_of, saw, heart_rate, temperature, consciousness, total, fired):
    observations = [
        saw("heart_rate", float(heart_rate), "/min"),
        saw("temperature", float(temperature), "Cel"),
        saw("consciousness", consciousness),
    ]
    result = evaluate(chart_of(), observations, at=NINE, mode="demo")
    assert result.total_score == int(total)
    assert not result.total_is_lower_bound
    assert [trigger.name.split()[0] for trigger in result.triggers] == [
        name for name in fired.split(",") if name != "-"
    ]
    assert result.escalation.now == (fired != "-")
    scoring = tuple(reading.concept for reading in result.readings if reading.score)
    assert all(trigger.because == scoring for trigger in result.triggers if trigger.name.startswith("total"))


def test_the_total_of_an_incomplete_set_is_a_lower_bound(chart_of, saw):
    result = evaluate(chart_of(), [saw("heart_rate", 105, "/min")], at=NINE, mode="demo")
    assert (result.total_score, result.total_is_lower_bound, result.missing) == (2, True, ("temperature",))
    assert result.not_recorded == ("consciousness",)


def test_who_comes_and_by_when_are_the_charts(chart_of, whole):
    escalation = evaluate(chart_of(), whole, at=NINE, mode="demo").escalation
    assert (escalation.who, escalation.within_minutes, escalation.text) == (
        "the registrar",
        30,
        "Review at the bedside.",
    )


REFUSED = [
    ({"concept": "heart_rate", "value": float("nan"), "unit": "/min"}, ImplausibleValue),
    ({"concept": "heart_rate", "value": float("inf"), "unit": "/min"}, ImplausibleValue),
    ({"concept": "heart_rate", "value": 777, "unit": "/min"}, ImplausibleValue),
    ({"concept": "heart_rate", "value": "84", "unit": "/min"}, ImplausibleValue),
    ({"concept": "heart_rate", "value": True, "unit": "/min"}, ImplausibleValue),
    ({"concept": "heart_rate", "value": 84, "unit": None}, WrongUnit),
    ({"concept": "temperature", "value": 98.6, "unit": "[degF]"}, WrongUnit),
    ({"concept": "consciousness", "value": "sleepy"}, UnknownCategory),
    ({"concept": "concern", "value": 1}, ImplausibleValue),
    ({"concept": "mood", "value": 1}, UnknownConcept),
    ({"concept": "heart_rate", "value": 84, "unit": "/min", "over_minutes": -1}, ImplausibleValue),
    ({"concept": "heart_rate", "value": 84, "unit": "/min", "over_minutes": float("nan")}, ImplausibleValue),
    ({"concept": "heart_rate", "value": 84, "unit": "/min", "over_minutes": float("inf")}, ImplausibleValue),
    ({"concept": "heart_rate", "value": 84, "unit": "/min", "at": NINE.replace(tzinfo=None)}, NaiveTime),
    ({"concept": "heart_rate", "value": 84, "unit": "/min", "at": NINE + timedelta(seconds=1)}, FutureObservation),
    ({"concept": "heart_rate", "value": 84, "unit": "/min", "at": NINE.replace(year=26)}, ImplausibleTime),
]


@pytest.mark.parametrize(
    ("recorded", "refusal"), REFUSED, ids=[f"{row[1].__name__} {i}" for i, row in enumerate(REFUSED)]
)
def test_an_observation_that_cannot_be_is_refused_in_its_place(chart_of, saw, whole, recorded, refusal):
    with pytest.raises(refusal, match=re.escape(f"observation 3 ({recorded['concept']}): ")) as refused:
        evaluate(chart_of(), [*whole, saw(**recorded)], at=NINE, mode="demo")
    assert "777" not in str(refused.value)


def test_a_diastolic_pressure_at_or_above_the_systolic_is_refused(chart_of, saw):
    pair = [saw("systolic_blood_pressure", 80, "mm[Hg]"), saw("diastolic_blood_pressure", 80, "mm[Hg]")]
    with pytest.raises(ImplausibleBloodPressure, match="exchanged"):
        evaluate(chart_of(), pair, at=NINE, mode="demo")


def test_the_moment_of_the_evaluation_needs_an_offset(chart_of, whole):
    with pytest.raises(NaiveTime, match=r"^at: "):
        evaluate(chart_of(), whole, at=NINE.replace(tzinfo=None), mode="demo")


@pytest.mark.parametrize("year", [1, 9999])
def test_the_year_of_the_evaluation_is_a_likely_one(chart_of, year):
    with pytest.raises(ImplausibleTime, match=r"^at: the year of a time is from 1900 to 2199"):
        evaluate(chart_of(), [], at=NINE.replace(year=year), mode="demo")


def test_one_instant_in_two_time_zones_is_one_moment(chart_of, saw):
    ten_in_paris = NINE.astimezone(timezone(timedelta(hours=1)))
    result = evaluate(
        chart_of(),
        [saw("heart_rate", 84, "/min"), saw("heart_rate", 84, "/min", at=ten_in_paris)],
        at=NINE,
        mode="demo",
    )
    assert result.readings[0].previous_value is None


def test_of_two_values_at_one_moment_the_worse_is_kept(chart_of, saw):
    both = [saw("heart_rate", 84, "/min"), saw("heart_rate", 130, "/min")]
    for observations in (both, both[::-1]):
        (reading,) = evaluate(chart_of(), observations, at=NINE, mode="demo").readings
        assert (reading.value, reading.score) == (130, 3)


@pytest.mark.parametrize(("value", "score"), [(99.5, 2), (49.5, 3), (119.5, 3), (99, 0), (99.0000000001, 0)])
def test_a_value_between_two_cells_takes_the_worse(chart_of, saw, value, score):
    (reading,) = evaluate(chart_of(), [saw("heart_rate", value, "/min")], at=NINE, mode="demo").readings
    assert reading.score == score


def test_an_unknown_mode_is_refused(chart_of, whole):
    with pytest.raises(UnknownMode, match="demo, evaluation, live"):
        evaluate(chart_of(), whole, at=NINE, mode="silent")


@pytest.mark.parametrize("setting", ["established_labour", "theatre", "high_dependency"])
def test_a_setting_the_chart_leaves_out_is_refused(chart_of, whole, setting):
    with pytest.raises(OutOfScope, match=f"'ward_score' is not for {setting}"):
        evaluate(chart_of(), whole, at=NINE, mode="demo", circumstances=Circumstances(setting=setting))


def test_a_refusal_for_scope_does_not_lose_a_concern(chart_of, saw):
    with pytest.raises(OutOfScope, match="A concern was recorded: escalate it now"):
        evaluate(
            chart_of(), [saw("concern", True)], at=NINE, mode="demo", circumstances=Circumstances(setting="theatre")
        )


@pytest.mark.parametrize(("days", "in_scope"), [(0, True), (28, True), (29, False)])
def test_the_days_after_birth_that_the_chart_covers(chart_of, whole, days, in_scope):
    circumstances = Circumstances(setting="ward", days_after_birth=days)
    if in_scope:
        assert evaluate(chart_of(), whole, at=NINE, mode="demo", circumstances=circumstances).scope_note is None
    else:
        with pytest.raises(OutOfScope, match="covers pregnancy and 28 days after birth"):
            evaluate(chart_of(), whole, at=NINE, mode="demo", circumstances=circumstances)


@pytest.mark.parametrize("circumstances", [Circumstances(setting="moon"), Circumstances(days_after_birth=-1)])
def test_circumstances_that_cannot_be_are_refused(chart_of, whole, circumstances):
    with pytest.raises(OutOfScope):
        evaluate(chart_of(), whole, at=NINE, mode="demo", circumstances=circumstances)


def test_a_scope_not_stated_is_said_to_be_unchecked(chart_of, whole):
    note = evaluate(chart_of(), whole, at=NINE, mode="demo").scope_note
    assert note == "Scope not fully checked: the setting was not stated; the days after birth were not stated."


def test_a_scope_that_does_not_end_leaves_it_to_the_chart_to_include_a_setting(chart_of, whole):
    wide = chart_of(('["established_labour", "theatre", "high_dependency"]', "[]"))
    circumstances = Circumstances(setting="theatre", days_after_birth=1)
    assert evaluate(wide, whole, at=NINE, mode="demo", circumstances=circumstances).state == "COMPLETE"


@pytest.mark.parametrize(("minutes", "state"), [(60, "COMPLETE"), (61, "STALE")])
def test_the_interval_is_the_charts_own(chart_of, whole, minutes, state):
    result = evaluate(chart_of(), whole, at=NINE + timedelta(minutes=minutes), mode="demo")
    assert result.state == state
    assert result.freshness.repeat_due == NINE + timedelta(minutes=60)


def test_the_next_set_is_due_at_once_where_one_is_missing(chart_of, saw):
    result = evaluate(chart_of(), [saw("heart_rate", 84, "/min")], at=NINE, mode="demo")
    assert result.freshness.repeat_due == NINE


def test_an_interval_of_the_chart_is_not_overridden(chart_of, whole):
    with pytest.raises(RepeatIntervalRefused, match="the chart's own"):
        evaluate(chart_of(), whole, at=NINE, mode="demo", repeat_minutes=600)


@pytest.mark.parametrize("minutes", [0, -5])
def test_an_interval_that_is_none_is_refused(chart_of, whole, minutes):
    example = chart_of(
        ('status = "site"', 'status = "example"'), ("repeat_minutes = 60", 'repeat_minutes = "site decides"')
    )
    with pytest.raises(RepeatIntervalRefused, match="above 0"):
        evaluate(example, whole, at=NINE, mode="demo", repeat_minutes=minutes)


def test_the_latest_of_each_counts_for_age_and_the_oldest_of_these_for_the_set(chart_of, saw):
    seen = [
        saw("heart_rate", 90, "/min", at=NINE - timedelta(minutes=200)),
        saw("heart_rate", 84, "/min", at=NINE - timedelta(minutes=10)),
        saw("temperature", 36.8, "Cel", at=NINE - timedelta(minutes=40)),
    ]
    result = evaluate(chart_of(), seen, at=NINE, mode="demo")
    assert (result.state, result.freshness.oldest_minutes) == ("COMPLETE", 40)
    assert result.freshness.repeat_due == NINE + timedelta(minutes=20)
    assert [reading.age_minutes for reading in result.readings] == [10, 40]


@pytest.mark.parametrize(
    ("before", "now", "action"), [("alert", "pain", "escalate"), ("pain", "alert", "none triggered")]
)
def test_a_parameter_that_needs_no_confirmation_counts_by_its_latest_value(chart_of, saw, before, now, action):
    seen = [saw("consciousness", before, at=NINE - timedelta(minutes=30)), saw("consciousness", now)]
    assert evaluate(chart_of(), seen, at=NINE, mode="demo").action == action


def test_an_optional_parameter_that_is_not_recorded_is_listed(chart_of, whole):
    result = evaluate(chart_of(), whole[:2], at=NINE, mode="demo")
    assert (result.state, result.not_recorded) == ("COMPLETE", ("consciousness",))


def test_what_the_chart_has_no_row_for_is_listed(chart_of, saw, whole):
    result = evaluate(
        chart_of(), [*whole, saw("urine_output", 60, "mL/h"), saw("concern", False)], at=NINE, mode="demo"
    )
    assert result.not_on_chart == ("urine_output",)


def test_the_result_is_plain_json(chart_of, whole):
    result = evaluate(chart_of(), whole, at=NINE, mode="demo")
    shown = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert shown == result.to_dict()
    assert shown["state"] == "COMPLETE"
    assert shown["evaluated_at"] == "2026-03-01T09:00:00+00:00"
    assert shown["readings"][0]["score"] == 0
    assert shown["shock_index"]["level"] == "not available"
