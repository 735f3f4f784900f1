"""The maternal early warning trigger tool, cell by cell: Shields et al., Am J Obstet Gynecol 2016;214:527.e1."""

from __future__ import annotations

import pytest

CHART = "mewt"

# red: severe, one is enough. yellow: non-severe, two are needed.
BOUNDARIES = """
concept                     value   colour   the value as published
heart_rate                  49      yellow   below 50
heart_rate                  50      white
heart_rate                  110     white
heart_rate                  111     yellow   above 110
heart_rate                  130     yellow
heart_rate                  131     red      above 130, severe
respiratory_rate            9       yellow   below 10
respiratory_rate            10      white
respiratory_rate            24      white
respiratory_rate            25      yellow   above 24
respiratory_rate            30      yellow
respiratory_rate            31      red      above 30, severe
mean_arterial_pressure      54      red      below 55, severe
mean_arterial_pressure      55      white
systolic_blood_pressure     84      yellow   below 85
systolic_blood_pressure     85      white
systolic_blood_pressure     160     white
systolic_blood_pressure     161     yellow   above 160
diastolic_blood_pressure    44      yellow   below 45
diastolic_blood_pressure    45      white
diastolic_blood_pressure    110     white
diastolic_blood_pressure    111     yellow   above 110
oxygen_saturation           89      red      below 90, severe
oxygen_saturation           90      yellow   below 93
oxygen_saturation           92      yellow
oxygen_saturation           93      white
temperature                 35.9    yellow   below 36
temperature                 36.0    white
temperature                 38.0    white
temperature                 38.1    yellow   above 38
fetal_heart_rate            160     white
fetal_heart_rate            161     yellow   above 160
consciousness               alert   white
consciousness               agitated yellow  altered mental status
consciousness               confused yellow  altered mental status
consciousness               voice    yellow  altered mental status
consciousness               pain     yellow  altered mental status
consciousness               unresponsive yellow altered mental status
"""

PARTNERS = {
    "systolic_blood_pressure": {"diastolic_blood_pressure": 70},
    "diastolic_blood_pressure": {"systolic_blood_pressure": 150},
}


def rows(table):
    for line in table.strip().splitlines()[1:]:
        concept, value, colour = line.split()[:3]
        yield concept, value if value.isalpha() else float(value), colour


@pytest.mark.parametrize(("concept", "value", "colour"), list(rows(BOUNDARIES)))
def test_each_boundary_is_the_published_one(well, read, colour_of, concept, value, colour):
    result = read(CHART, well(**(PARTNERS.get(concept, {}) | {concept: value})))
    assert result.state == "COMPLETE"
    assert colour_of(result, concept) == colour
    assert bool(result.triggers) == (colour == "red")


SUSTAINED = """
began   heart rate   temperature   action            why
0       135          36.8          confirm           severe, one reading only
20      135          36.8          confirm           20 minutes are not more than 20
21      135          36.8          escalate          one severe value, sustained
21      115          36.8          none_triggered    one non-severe value is not enough
21      115          38.4          escalate          two non-severe values, sustained
0       115          38.4          confirm           two non-severe values, one reading only
21      84           38.4          none_triggered    one non-severe value is not enough
"""


@pytest.mark.parametrize(
    ("began", "heart_rate", "temperature", "action"), [line.split()[:4] for line in SUSTAINED.strip().splitlines()[1:]]
)
def test_triggers_are_positive_once_sustained_for_more_than_20_minutes(
    well, read, began, heart_rate, temperature, action
):
    abnormal = {"heart_rate": float(heart_rate), "temperature": float(temperature)}
    result = read(CHART, well(int(began), **abnormal) + well(0, **abnormal))
    assert result.action == action.replace("_", " ")


def test_a_normal_reading_in_between_starts_the_20_minutes_anew(well, observed, read):
    broken = well(30, heart_rate=135) + observed(15, heart_rate=100) + well(0, heart_rate=135)
    assert read(CHART, broken).action == "confirm"


def test_a_severe_value_is_sustained_only_while_it_is_severe(well, read):
    worsening = well(25, heart_rate=120) + well(5, heart_rate=135) + well(0, heart_rate=136)
    result = read(CHART, worsening)
    (severe,) = result.triggers
    assert severe.name == "one severe value"
    assert not severe.confirmed


def test_a_severe_value_that_lasts_is_positive_whatever_came_before_it(well, read):
    worsening = well(50, heart_rate=120) + well(25, heart_rate=135) + well(0, heart_rate=136)
    assert [(trigger.name, trigger.confirmed) for trigger in read(CHART, worsening).triggers] == [
        ("one severe value", True)
    ]
    easing = well(25, heart_rate=135) + well(0, heart_rate=120)
    assert read(CHART, easing).triggers == ()


def test_a_reading_says_how_long_it_has_to_last(well, read, note_of):
    assert "lasted more than 20 minutes" in note_of(read(CHART, well(heart_rate=135)), "heart_rate")


def test_a_severe_value_also_counts_towards_two(well, read):
    abnormal = {"heart_rate": 135, "temperature": 38.4}
    result = read(CHART, well(25, **abnormal) + well(0, **abnormal))
    assert [trigger.name for trigger in result.triggers] == ["one severe value", "two or more abnormal values"]


def test_both_pressures_of_one_reading_count_once(well, read):
    high = {"systolic_blood_pressure": 175, "diastolic_blood_pressure": 115}
    result = read(CHART, well(25, **high) + well(0, **high))
    assert result.action == "none triggered"
    assert {reading.concept for reading in result.readings if reading.abnormal} == set(high)


@pytest.mark.parametrize(("systolic", "diastolic", "colour"), [(84, 40, "red"), (84, 41, "white"), (85, 40, "white")])
def test_mean_pressure_is_worked_out_from_the_two_pressures(well, read, colour_of, systolic, diastolic, colour):
    # (84 + 2 x 40) / 3 = 54.67; (84 + 2 x 41) / 3 = 55.33; (85 + 2 x 40) / 3 = 55.
    result = read(CHART, well(systolic_blood_pressure=systolic, diastolic_blood_pressure=diastolic))
    (reading,) = (reading for reading in result.readings if reading.concept == "mean_arterial_pressure")
    assert reading.derived
    assert reading.value == pytest.approx((systolic + 2 * diastolic) / 3)
    assert reading.colour == colour


def test_a_measured_mean_pressure_is_used_as_measured(well, observed, read):
    result = read(CHART, well() + observed(mean_arterial_pressure=54))
    (reading,) = (reading for reading in result.readings if reading.concept == "mean_arterial_pressure")
    assert (reading.value, reading.derived, reading.colour) == (54, False, "red")


def test_pain_out_of_proportion_counts_towards_two(well, read):
    abnormal = {"disproportionate_pain": True, "temperature": 38.4}
    assert read(CHART, well(25, **abnormal) + well(0, **abnormal)).action == "escalate"


def test_concern_is_severe_and_waits_for_nothing(well, observed, read):
    result = read(CHART, well() + observed(concern=True))
    assert result.action == "escalate"
    assert [trigger.confirmed for trigger in result.triggers] == [True, True]
