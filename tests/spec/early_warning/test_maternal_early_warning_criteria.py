"""The maternal early warning criteria, cell by cell: Mhyre et al., Obstet Gynecol 2014;124:782."""

from __future__ import annotations

import pytest

CHART = "maternal_early_warning_criteria"

BOUNDARIES = """
concept                     value   colour   the criterion as published
systolic_blood_pressure     89      red      below 90
systolic_blood_pressure     90      white
systolic_blood_pressure     160     white
systolic_blood_pressure     161     red      above 160
diastolic_blood_pressure    100     white
diastolic_blood_pressure    101     red      above 100
heart_rate                  49      red      below 50
heart_rate                  50      white
heart_rate                  120     white
heart_rate                  121     red      above 120
respiratory_rate            9       red      below 10
respiratory_rate            10      white
respiratory_rate            30      white
respiratory_rate            31      red      above 30
oxygen_saturation           94      red      below 95 on air
oxygen_saturation           95      white
consciousness               alert   white
consciousness               agitated red     agitation
consciousness               confused red     confusion
consciousness               voice    red     unresponsiveness, in part
consciousness               pain     red     unresponsiveness, in part
consciousness               unresponsive red unresponsiveness
"""


def rows(table):
    for line in table.strip().splitlines()[1:]:
        concept, value, colour = line.split()[:3]
        yield concept, value if value.isalpha() else float(value), colour


@pytest.mark.parametrize(("concept", "value", "colour"), list(rows(BOUNDARIES)))
def test_each_boundary_is_the_published_one(well, read, colour_of, concept, value, colour):
    # A low systolic pressure comes with a diastolic pressure below it.
    pair = {"diastolic_blood_pressure": 60} if concept == "systolic_blood_pressure" else {}
    pair |= {"systolic_blood_pressure": 150} if concept == "diastolic_blood_pressure" else {}
    result = read(CHART, well(**(pair | {concept: value})))
    assert result.state == "COMPLETE"
    assert colour_of(result, concept) == colour
    assert bool(result.triggers) == (colour == "red")


@pytest.mark.parametrize(("rate", "colour"), [(34, "red"), (35, "white")])
def test_urine_below_35_for_2_hours(well, observed, read, colour_of, rate, colour):
    result = read(CHART, well() + observed(over_minutes=120, urine_output=rate))
    assert colour_of(result, "urine_output") == colour
    assert result.escalation.now == (colour == "red")


@pytest.mark.parametrize("sign", ["headache_unremitting_with_pre_eclampsia", "breathlessness_with_pre_eclampsia"])
def test_a_sign_of_worsening_pre_eclampsia_triggers_at_once(well, observed, read, sign):
    assert read(CHART, well() + observed(**{sign: True})).action == "escalate"
    assert read(CHART, well() + observed(**{sign: False})).action == "none triggered"
    assert sign in read(CHART, well()).not_recorded


def test_one_criterion_is_enough_and_calls_a_clinician_to_the_bedside(well, read):
    result = read(CHART, well(consciousness="confused"))
    assert result.action == "escalate"
    assert [trigger.because for trigger in result.triggers] == [("consciousness",)]
    assert "bedside" in result.escalation.text
    assert result.statement.startswith("Escalate now: any one criterion (level of consciousness).")


def test_an_isolated_measurement_is_verified_first(well, read):
    result = read(CHART, well(heart_rate=128))
    assert result.action == "confirm"
    assert not result.escalation.now
    assert [trigger.confirmed for trigger in result.triggers] == [False]
    assert "confirm now" in result.statement


def test_a_measurement_that_persists_escalates(well, observed, read):
    assert read(CHART, well(heart_rate=128) + observed(5, heart_rate=125)).action == "escalate"


def test_a_measurement_that_recurs_escalates(well, observed, read):
    history = observed(60, heart_rate=125) + observed(30, heart_rate=90)
    assert read(CHART, well(heart_rate=128) + history).action == "escalate"


def test_a_measurement_that_a_second_one_refutes_triggers_nothing(well, observed, read):
    result = read(CHART, well(heart_rate=96) + observed(5, heart_rate=128))
    assert result.action == "none triggered"
    assert result.triggers == ()


def test_two_abnormal_parameters_together_need_no_verification(well, read):
    assert read(CHART, well(heart_rate=128, respiratory_rate=34)).action == "escalate"


def test_low_urine_that_has_not_lasted_2_hours_does_not_confirm_another_value(well, observed, read):
    one_hour = observed(over_minutes=60, urine_output=20)
    result = read(CHART, well(heart_rate=128) + one_hour)
    assert result.action == "confirm"
    two_hours = one_hour + observed(60, over_minutes=60, urine_output=22)
    assert read(CHART, well(heart_rate=128) + two_hours).action == "escalate"


def test_a_saturation_taken_on_oxygen_is_never_read_as_normal(well, read, colour_of):
    result = read(CHART, well(oxygen_saturation=97, oxygen_support="oxygen"))
    assert colour_of(result, "oxygen_saturation") is None
    assert result.state == "INCOMPLETE"
    assert result.missing == ("oxygen_saturation",)


def test_a_low_saturation_on_oxygen_counts_all_the_same(well, read, colour_of):
    result = read(CHART, well(oxygen_saturation=93, oxygen_support="oxygen"))
    assert colour_of(result, "oxygen_saturation") == "red"
    assert result.action == "confirm"


def test_air_or_oxygen_not_recorded_leaves_the_set_incomplete(well, read):
    result = read(CHART, well(oxygen_support=None))
    assert result.state == "INCOMPLETE"
    assert result.missing == ("oxygen_saturation", "oxygen_support")


BREATHED = """
minutes ago: SpO2   air   oxygen   colour   why
30                  30    10       white    on air when it was taken
5                   30    10       none     on oxygen by then
5                   10    30       white    off oxygen by then
40                  30    10       none     what she breathed then is not known
"""


@pytest.mark.parametrize(
    ("saturation", "air", "oxygen", "colour"), [line.split()[:4] for line in BREATHED.strip().splitlines()[1:]]
)
def test_what_she_breathed_when_the_saturation_was_taken_is_what_matters(
    observed, read, colour_of, saturation, air, oxygen, colour
):
    seen = (
        observed(int(saturation), oxygen_saturation=98)
        + observed(int(air), oxygen_support="air")
        + observed(int(oxygen), oxygen_support="oxygen")
    )
    assert str(colour_of(read(CHART, seen), "oxygen_saturation")).lower() == colour


def test_each_saturation_is_judged_by_what_was_breathed_at_its_own_moment(well, observed, read, colour_of):
    started_oxygen = well(30) + observed(0, oxygen_saturation=98, oxygen_support="oxygen")
    assert colour_of(read(CHART, started_oxygen), "oxygen_saturation") is None
    fell_on_oxygen = well(30) + observed(0, oxygen_saturation=93, oxygen_support="oxygen")
    assert colour_of(read(CHART, fell_on_oxygen), "oxygen_saturation") == "red"
    rose_on_oxygen = well(30, oxygen_saturation=93) + observed(0, oxygen_saturation=98, oxygen_support="oxygen")
    assert colour_of(read(CHART, rose_on_oxygen), "oxygen_saturation") is None


def test_a_reading_says_what_is_asked_before_it_counts(well, observed, read, note_of):
    isolated = read(CHART, well(heart_rate=128))
    assert "verified by a second measurement" in note_of(isolated, "heart_rate")
    assert note_of(isolated, "respiratory_rate") is None
    assert note_of(read(CHART, well(heart_rate=128) + observed(5, heart_rate=125)), "heart_rate") is None
    one_hour = read(CHART, observed(over_minutes=60, urine_output=20))
    assert "lasted at least 120 minutes" in note_of(one_hour, "urine_output")
    on_oxygen = read(CHART, well(oxygen_support="oxygen"))
    assert "Not judged" in note_of(on_oxygen, "oxygen_saturation")
    assert "Not judged" not in note_of(read(CHART, well()), "oxygen_saturation")
