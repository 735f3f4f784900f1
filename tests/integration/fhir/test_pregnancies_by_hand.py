"""Pregnancies worked out by hand: what their resources say, and on which day care came to know it."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from records.clock import BOOKING, WEEKS_20, WEEKS_28
from records.sources.fhir import FhirHistories, read_resources
from records.sources.fhir.errors import MixedSimulation, NoPregnancies
from records.sources.fhir.systems import (
    ACT_REASON,
    EPISODE_EXTENSION,
    ETHNIC_CATEGORY_ENGLAND,
    ETHNIC_CATEGORY_EXTENSION,
    INTERPRETER_EXTENSION,
    LOCAL,
    LOINC,
    ODS,
    SNOMED,
)
from tests.integration.fhir.resources import (
    condition,
    due,
    episode,
    known,
    observation,
    on,
    ordinary,
    patient,
    quantity,
    read,
)


def said(found: FhirHistories, *names: str) -> list[tuple[str, int, float]]:
    return [row for row in known(found.histories) if row[0] in names]


def reasons(found: FhirHistories) -> list[tuple[str, int]]:
    return [(one.reason.partition(": ")[2], one.rows) for one in found.set_aside]


def test_the_clock_of_an_ordinary_pregnancy() -> None:
    found = read(
        {
            "resourceType": "Encounter", "id": "in", "status": "finished", "class": {"code": "IMP"},
            "subject": {"reference": "Patient/w1"}, "episodeOfCare": [{"reference": "EpisodeOfCare/p1"}],
            "period": {"start": on(279), "end": on(282)},
        }
    )  # fmt: skip
    row = found.histories.pregnancies.row(0, named=True)
    assert (row["pregnancy_id"], row["woman_id"]) == ("p1", "w1")
    assert row["day_zero"] == datetime.date(2022, 1, 1)
    assert (row["booked_day"], row["admitted_day"], row["ended_day"], row["ended_by"]) == (60, 279, 280, "birth")
    assert (row["delivered_year"], row["delivered_month"]) == (2022, 10)
    assert row["followed_days"] is None  # the episode is open, and nothing says when the data end
    assert known(found.histories) == [
        ("gestation_at_birth", 280, 280.0), ("gestation_at_booking", 60, 60.0), ("live_birth", 280, 1.0),
    ]  # fmt: skip
    assert found.set_aside == ()
    assert found.doubts == {}


def test_the_day_of_a_diagnosis_is_the_day_it_was_recorded() -> None:
    found = read(condition("c", "11687002", 200, onsetDateTime=on(190)))
    assert said(found, "gestational_diabetes") == [("gestational_diabetes", 200, 1.0)]
    assert found.histories.known_by(WEEKS_28, ["gestational_diabetes"])["gestational_diabetes"].to_list() == [False]
    by_onset = read(condition("c", "11687002", None, onsetDateTime=on(190)))
    assert said(by_onset, "gestational_diabetes") == [("gestational_diabetes", 190, 1.0)]


@pytest.mark.parametrize("answer", [True, False])
def test_the_offer_that_the_how_to_shows_is_read_as_what_it_says(answer: bool) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "how-to" / "read-fhir.md").read_text("utf-8")
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    found = read({**shown, "id": "o", "issued": f"{on(120)}T10:00:00Z", "valueBoolean": answer})
    assert said(found, "preterm_clinic_offered") == [("preterm_clinic_offered", 120, float(answer))]
    # What is not written is not known.
    at_28_weeks = found.histories.known_by(WEEKS_28, ["preterm_clinic_offered", "preterm_clinic_accepted"])
    assert at_28_weeks.row(0)[-2:] == (answer, None)


def test_a_result_is_known_when_it_was_issued() -> None:
    found = read(
        observation("hb", (LOINC, "718-7"), 100, issued=f"{on(104)}T09:30:00Z", valueQuantity=quantity(11.8, "g/dL"))
    )
    assert said(found, "haemoglobin") == [("haemoglobin", 104, 118.0)]


def test_what_is_issued_or_recorded_before_the_day_it_is_of_is_known_on_that_day_and_counted() -> None:
    result = observation(
        "g", (LOINC, "14771-0"), 190, issued=f"{on(19)}T09:00:00Z", valueQuantity=quantity(6, "mmol/L")
    )
    found = read(result)
    assert said(found, "glucose_fasting") == [("glucose_fasting", 190, 6.0)]
    counted = {"something was issued or recorded before the day it is of, and counts as known from that day": 1}
    assert found.doubts == counted
    diagnosed = read(condition("c", "398254007", 19, onsetDateTime=on(190)))
    assert said(diagnosed, "pre_eclampsia") == [("pre_eclampsia", 190, 1.0)]
    assert diagnosed.doubts == counted
    # Recorded on 20 May, of a month that lasts to the 31st: it may well have begun before.
    in_may = read(condition("c", "398254007", 139, onsetDateTime="2022-05"))
    assert said(in_may, "pre_eclampsia") == [("pre_eclampsia", 139, 1.0)]
    assert in_may.doubts == {}


@pytest.mark.parametrize("moment", ["2022-09-17T00:30:00+01:00", "2022-09-16T23:30:00Z"])
def test_a_birth_just_after_midnight_in_summer_is_of_that_day_whichever_clock_the_server_has(moment: str) -> None:
    """2022-09-17 is day 259, 37+0: not preterm."""
    found = read(
        observation("born", (LOINC, "93857-1"), 259, valueDateTime=moment),
        observation("alive", (SNOMED, "281050002"), None, effectiveDateTime=moment),
        born=None,
    )
    assert said(found, "gestation_at_birth") == [("gestation_at_birth", 259, 259.0)]


def test_diabetes_that_began_before_is_a_history_and_known_at_booking() -> None:
    found = read(condition("c", "11687002", None, onsetDateTime="2019-06"), condition("d", "44054006", -900))
    assert said(found, "previous_gestational_diabetes", "gestational_diabetes", "pre_existing_diabetes") == [
        ("pre_existing_diabetes", 60, 1.0),
        ("previous_gestational_diabetes", 60, 1.0),
    ]
    dated = read(condition("c", "11687002", 60, onsetDateTime="2019-06"))
    assert said(dated, "previous_gestational_diabetes") == [("previous_gestational_diabetes", 60, 1.0)]


def test_a_month_is_dated_to_its_last_day_and_what_has_no_day_is_set_aside() -> None:
    in_may = read(condition("c", "398254007", None, onsetDateTime="2022-05"))
    assert said(in_may, "pre_eclampsia") == [("pre_eclampsia", 150, 1.0)]  # 31 May is day 150
    undated = read(condition("c", "398254007", None))
    assert said(undated, "pre_eclampsia") == []
    assert reasons(undated) == [("no day is recorded, nor an encounter with one", 1)]


def test_a_history_told_late_is_known_late() -> None:
    found = read(condition("c", "161765003", 120))
    assert said(found, "previous_preterm_birth") == [("previous_preterm_birth", 120, 1.0)]


def test_refuted_is_no_for_a_history_and_nothing_for_a_diagnosis() -> None:
    refuted = {"coding": [{"code": "refuted"}]}
    found = read(
        condition("c", "161765003", 60, verificationStatus=refuted),
        condition("d", "398254007", 200, verificationStatus=refuted),
        observation("f", (SNOMED, "160274005"), 60),
    )
    assert said(found, "previous_preterm_birth", "pre_eclampsia", "family_history_of_diabetes") == [
        ("family_history_of_diabetes", 60, 0.0),
        ("previous_preterm_birth", 60, 0.0),
    ]


def test_a_depression_after_birth_that_was_refuted_is_no_answer_to_whether_there_was_one() -> None:
    """Followed for 70 days: too short for the year in which no entry is a 'no', whatever was refuted in it."""
    refuted = {"coding": [{"code": "refuted"}]}
    care = episode(status="finished", period={"start": on(60), "end": on(350)})
    depressed = condition("c", "35489007", 320)
    for hers, expected in (({**depressed, "verificationStatus": refuted}, None), (depressed, True)):
        found = read_resources([care if r["resourceType"] == "EpisodeOfCare" else r for r in ordinary(hers)])
        assert [value for _, _, value in said(found, "depression")] == ([] if expected is None else [1.0])
        assert found.histories.afterwards(["depression_within_a_year"]).row(0)[-1] is expected


def test_a_history_that_nobody_asked_for_is_not_known() -> None:
    found = read(condition("c", "161765003", 60))
    at_booking = found.histories.known_by(BOOKING, ["previous_depression", "previous_preterm_birth"])
    assert at_booking["previous_depression"].to_list() == [None]


def test_entered_in_error_says_nothing_and_takes_back_what_was_said() -> None:
    first = condition("c", "11687002", 200, meta={"lastUpdated": "2022-08-01T10:00:00Z"})
    error = {"coding": [{"code": "entered-in-error"}]}
    later = {**first, "meta": {"lastUpdated": "2022-08-02T10:00:00Z"}, "verificationStatus": error}
    found = read(later, first)
    assert said(found, "gestational_diabetes") == []
    assert reasons(found) == [
        ("Condition.verificationStatus says that it was entered in error", 1),
        ("an earlier version of a resource that was amended", 1),
    ]


@pytest.mark.parametrize("status", ["cancelled", "registered"])
def test_a_result_that_was_cancelled_takes_back_what_was_said_and_is_told_as_that(status: str) -> None:
    value = {"valueQuantity": quantity(11.8, "g/dL")}
    first = observation("hb", (LOINC, "718-7"), 100, meta={"lastUpdated": "2022-05-01T10:00:00Z"}, **value)
    found = read(first, {**first, "meta": {"lastUpdated": "2022-05-02T10:00:00Z"}, "status": status})
    assert said(found, "haemoglobin") == []
    assert reasons(found) == [
        ("Observation.status says that it was cancelled, or not made yet", 1),
        ("an earlier version of a resource that was amended", 1),
    ]


def test_what_was_not_observed_or_may_not_have_been_carried_out_is_told_as_that() -> None:
    absent = observation("hb", (LOINC, "718-7"), 100, dataAbsentReason={"text": "refused"})
    planned = {
        "resourceType": "Procedure", "id": "t", "status": "preparation", "subject": {"reference": "Patient/w1"},
        "code": {"coding": [{"system": SNOMED, "code": "116859006"}]}, "performedDateTime": on(280),
    }  # fmt: skip
    assert reasons(read(absent, planned)) == [
        ("Observation.dataAbsentReason says why nothing was observed", 1),
        ("Procedure.status does not say whether it was carried out", 1),
    ]


def test_of_an_amended_result_the_latest_version_holds() -> None:
    first = observation("hb", (LOINC, "718-7"), 100, valueQuantity=quantity(11.8, "g/dL"))
    first["meta"] = {"lastUpdated": "2022-05-01T10:00:00+01:00"}
    later = {**first, "meta": {"lastUpdated": "2022-05-01T09:30:00Z"}, "valueQuantity": quantity(128, "g/L")}
    for order in ((first, later), (later, first)):
        found = read(*order)
        assert said(found, "haemoglobin") == [("haemoglobin", 100, 128.0)]


def test_two_versions_that_differ_and_no_time_tells_them_apart_are_both_set_aside() -> None:
    one = observation("hb", (LOINC, "718-7"), 100, valueQuantity=quantity(118, "g/L"))
    found = read(one, {**one, "valueQuantity": quantity(128, "g/L")})
    assert said(found, "haemoglobin") == []
    assert reasons(found) == [("versions of a resource that differ, and no time tells which is later", 2)]


@pytest.mark.parametrize(
    ("code", "value", "concept", "expected"),
    [
        ("8302-2", (65, "[in_i]"), "height", 165.1),
        ("8302-2", (1.65, "m"), "height", 165.0),
        ("29463-7", (150, "[lb_av]"), "weight", 68.0388555),
        ("718-7", (11.9, "g/dL"), "haemoglobin", 119.0),
        ("14771-0", (99.0858, "mg/dL"), "glucose_fasting", 5.5),
        ("76517-2", (39, "wk"), "gestation_at_birth", 273.0),
        # UCUM has the litre as l and as L; braces say what is measured.
        ("718-7", (119, "g/l"), "haemoglobin", 119.0),
        ("718-7", (11.9, "g/dl"), "haemoglobin", 119.0),
        ("718-7", (119, "mg/ml"), "haemoglobin", 119.0),
        ("718-7", (119, "g{Hb}/L"), "haemoglobin", 119.0),
        ("14771-0", (5.5, "mmol/l"), "glucose_fasting", 5.5),
        ("14771-0", (5500, "umol/l"), "glucose_fasting", 5.5),
        ("14771-0", (99.0858, "mg/dl"), "glucose_fasting", 5.5),
    ],
)
def test_units_are_converted(code: str, value: tuple[float, str], concept: str, expected: float) -> None:
    found = read(observation("o", (LOINC, code), 60, valueQuantity=quantity(*value)))
    assert said(found, concept)[0][2] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("amount", [(1500, "ml"), (1.5, "l"), (15, "dl"), (150, "cl"), (1500, "cm3"), (1.5, "dm3")])
def test_a_measured_loss_is_read_in_every_code_of_a_volume(amount: tuple[float, str]) -> None:
    found = read(observation("o", (SNOMED, "719051004"), 280, valueQuantity=quantity(*amount)))
    assert said(found, "measured_blood_loss") == [("measured_blood_loss", 280, pytest.approx(1500))]
    assert found.doubts == {}


@pytest.mark.parametrize("unit", ["ML", "Ml", "mol", "ml/h", "cm", "cm2", "g", "[pt_br]", "lb", "mlb"])
def test_what_is_no_volume_or_another_size_of_it_is_not_read_as_millilitres(unit: str) -> None:
    found = read(observation("o", (SNOMED, "719051004"), 280, valueQuantity=quantity(1500, unit)))
    assert said(found, "measured_blood_loss") == []
    assert found.doubts == {"a value has a unit that is not converted, and was taken as not recorded": 1}


def test_a_site_that_writes_mmol_with_a_small_l_loses_no_gestational_diabetes() -> None:
    found = read(
        observation("f", (LOINC, "14771-0"), 190, valueQuantity=quantity(5.7, "mmol/l")),
        observation("g", (LOINC, "14995-5"), 190, valueQuantity=quantity(7.0, "mmol/l")),
    )
    assert found.histories.afterwards(["glucose_fasting", "glucose_two_hours"]).row(0)[-2:] == (5.7, 7.0)


@pytest.mark.parametrize(
    ("value", "doubt"),
    [
        (quantity(70, "[stone_av]"), "a value has a unit that is not converted"),
        ({"value": 70}, "a value has a unit that is not converted"),
        ({**quantity(70, "kg"), "comparator": ">"}, "a value is a bound"),
        (quantity(700, "kg"), "weight: a value no pregnancy has"),
    ],
)
def test_what_cannot_be_a_weight_is_not_recorded_and_counted(value: dict, doubt: str) -> None:
    found = read(observation("o", (LOINC, "29463-7"), 60, valueQuantity=value))
    assert said(found, "weight") == []
    ((sentence, pregnancies),) = found.doubts.items()
    assert sentence.startswith(doubt)
    assert pregnancies == 1


def test_body_mass_index_is_built_and_a_recorded_one_stands_in() -> None:
    height = observation("h", (LOINC, "8302-2"), 60, valueQuantity=quantity(165, "cm"))
    weight = observation("w", (LOINC, "29463-7"), 60, valueQuantity=quantity(70, "kg"))
    recorded = observation("b", (LOINC, "39156-5"), 60, valueQuantity=quantity(31, "kg/m2"))
    # 70 / 1.65^2 = 25.71
    assert said(read(height, weight, recorded), "body_mass_index") == [("body_mass_index", 60, 25.7)]
    assert said(read(height, recorded), "body_mass_index") == [("body_mass_index", 60, 31.0)]


def test_blood_pressure_is_a_component() -> None:
    systolic = {"code": {"coding": [{"system": LOINC, "code": "8480-6"}]}, "valueQuantity": quantity(142, "mm[Hg]")}
    found = read(observation("bp", (LOINC, "85354-9"), 210, component=[systolic]))
    assert said(found, "systolic_blood_pressure") == [("systolic_blood_pressure", 210, 142.0)]


def test_smoking_is_the_answer_to_a_question() -> None:
    answer = {"coding": [{"system": SNOMED, "code": "8517006"}]}
    found = read(observation("s", (LOINC, "72166-2"), 60, valueCodeableConcept=answer))
    assert found.histories.known_by(BOOKING, ["smoking_status"])["smoking_status"].to_list() == ["former"]


def test_a_two_hour_glucose_is_a_test() -> None:
    found = read(observation("g", (LOINC, "14995-5"), 185, valueQuantity=quantity(8.1, "mmol/L")))
    assert said(found, "diabetes_test_done", "glucose_two_hours") == [
        ("diabetes_test_done", 185, 1.0),
        ("glucose_two_hours", 185, 8.1),
    ]


def test_an_active_depression_by_booking_is_ongoing_and_one_after_birth_is_new() -> None:
    active = {"coding": [{"code": "active"}]}
    ongoing = read(condition("c", "35489007", -400, clinicalStatus=active))
    assert said(ongoing, "depression_ongoing_at_booking", "previous_depression", "depression") == [
        ("depression_ongoing_at_booking", 60, 1.0),
        ("previous_depression", 60, 1.0),
    ]
    new = read(condition("c", "35489007", 320, clinicalStatus=active))
    assert said(new, "depression_ongoing_at_booking", "previous_depression", "depression") == [("depression", 320, 1.0)]
    resolved = {"coding": [{"code": "resolved"}]}
    before = read(condition("c", "35489007", -400, clinicalStatus=resolved))
    assert said(before, "depression_ongoing_at_booking") == []


def test_an_icd_10_code_is_read_with_and_without_its_dot_and_below_its_category() -> None:
    icd10 = "http://hl7.org/fhir/sid/icd-10"
    for code in ("O24.4", "O244"):
        assert said(read(condition("c", code, 190, system=icd10)), "gestational_diabetes")
    assert said(read(condition("c", "O14.1", 230, system=icd10)), "pre_eclampsia") == [("pre_eclampsia", 230, 1.0)]


def test_of_due_dates_the_agreed_one_holds_and_of_agreed_ones_the_last_recorded() -> None:
    by_period = observation("lmp", (LOINC, "11779-6"), 100, valueDateTime="2022-10-20")
    assert read(by_period).histories.pregnancies["day_zero"].to_list() == [datetime.date(2022, 1, 1)]
    revised = observation("due2", (LOINC, "11778-8"), 85, valueDateTime="2022-10-12")
    found = read(revised)
    assert found.histories.pregnancies["day_zero"].to_list() == [datetime.date(2022, 1, 5)]
    assert found.doubts == {"more than one due date is recorded; the last recorded was used": 1}
    last_period = observation("lmp", (LOINC, "8665-2"), 60, valueDateTime="2022-01-03")
    alone = read_resources([patient(), episode(), last_period])
    assert alone.histories.pregnancies["day_zero"].to_list() == [datetime.date(2022, 1, 3)]


def test_a_pregnancy_without_any_due_date_is_set_aside() -> None:
    other = episode("p2", "w2")
    found = read_resources([*ordinary(), patient("w2"), other])
    assert found.histories.pregnancies["pregnancy_id"].to_list() == ["p1"]
    assert reasons(found) == [("a pregnancy without a due date or last period", 1)]
    with pytest.raises(NoPregnancies):
        read_resources([patient("w2"), other])


def test_a_loss_a_transfer_and_a_pregnancy_that_goes_on() -> None:
    def end(*more: dict, **episode_more: object) -> tuple[object, ...]:
        found = read_resources([patient(), episode(**episode_more), due(), *more])
        return found.histories.pregnancies.select("ended_by", "ended_day").row(0)

    over = {"status": "finished", "period": {"start": on(60), "end": on(150)}}
    assert end(condition("l", "17369002", 80, onsetDateTime=on(78))) == ("loss", 78)
    assert end(condition("l", "O03", 80, system="http://hl7.org/fhir/sid/icd-10")) == ("loss", 80)
    assert end(**over) == ("transfer", 150)
    assert end() == (None, None)


def test_a_stillbirth_is_a_birth_from_24_weeks_and_a_loss_before() -> None:
    late = read(
        condition("s", "237364002", 190), observation("b", (LOINC, "93857-1"), 190, valueDateTime=on(190)), born=None
    )
    assert late.histories.pregnancies.select("ended_by", "ended_day").row(0) == ("birth", 190)
    assert said(late, "live_birth", "stillbirth") == [("live_birth", 190, 0.0), ("stillbirth", 190, 1.0)]
    early = read(condition("s", "237364002", 160), born=None)
    assert early.histories.pregnancies.select("ended_by", "ended_day").row(0) == ("loss", 160)


def test_what_happened_before_the_pregnancy_is_not_of_it() -> None:
    by_booking = {"extension": [{"url": EPISODE_EXTENSION, "valueReference": {"reference": "EpisodeOfCare/p1"}}]}
    found = read(
        condition("l", "17369002", 60, onsetDateTime="2018-03-01", **by_booking),
        condition("s", "237364002", 60, onsetDateTime="2019-03-01", **by_booking),
        condition("p", "398254007", 60, onsetDateTime="2019-03-01", **by_booking),
        condition("d", "11687002", 60, onsetDateTime="2019-03-01", **by_booking),
    )
    assert found.histories.pregnancies.select("ended_by", "ended_day").row(0) == ("birth", 280)
    assert said(found, "stillbirth", "pre_eclampsia", "gestational_diabetes", "previous_gestational_diabetes") == [
        ("previous_gestational_diabetes", 60, 1.0)
    ]
    assert reasons(found) == [("a loss before the pregnancy it is recorded with", 1)]
    assert found.doubts == {"something happened before the pregnancy it is recorded with, and was left out": 1}


def test_placeholders_for_days_nobody_knows() -> None:
    of_p1 = {"extension": [{"url": EPISODE_EXTENSION, "valueReference": {"reference": "EpisodeOfCare/p1"}}]}
    care = episode(period={"start": "1900-01-01", "end": "2199-12-31"}, status="finished")
    found = read_resources([patient(), care, due(**of_p1), *ordinary()[3:]])
    row = found.histories.pregnancies.row(0, named=True)
    assert (row["booked_day"], row["followed_days"]) == (None, 32767)
    assert found.doubts == {"the day she was booked is not of this pregnancy, and was taken as not recorded": 1}
    weighed = observation("w", (LOINC, "29463-7"), None, valueQuantity=quantity(70, "kg"), **of_p1)
    far = read({**weighed, "effectiveDateTime": "1900-01-01"})
    assert list(far.doubts) == ["something is recorded more than 80 years from the pregnancy, and was left out"]


def test_an_encounter_that_was_not_held_books_nobody() -> None:
    booking = {
        "resourceType": "Encounter", "id": "b", "status": "cancelled", "class": {"code": "AMB"},
        "subject": {"reference": "Patient/w1"}, "episodeOfCare": [{"reference": "EpisodeOfCare/p1"}],
        "period": {"start": on(70)}, "type": [{"coding": [{"system": SNOMED, "code": "169711001"}]}],
    }  # fmt: skip

    def booked(encounter: dict) -> list[int | None]:
        found = read_resources([patient(), episode(booked=None), due(), encounter])
        return found.histories.pregnancies["booked_day"].to_list()

    assert booked(booking) == [None]
    assert booked({**booking, "status": "finished"}) == [70]


def test_how_long_she_was_followed() -> None:
    closed = {"status": "finished", "period": {"start": on(60), "end": on(308)}}
    born = ordinary()[3:]
    found = read_resources([patient(), episode(**closed), due(), *born])
    assert found.histories.pregnancies["followed_days"].to_list() == [28]
    exported = condition("c", "11687002", 200, meta={"lastUpdated": f"{on(400)}T00:00:00Z"})
    assert read(exported).histories.pregnancies["followed_days"].to_list() == [120]


def test_babies_are_patients_of_encounters_within_their_mothers() -> None:
    resources = [
        {
            "resourceType": "Encounter", "id": "birth", "class": {"code": "IMP"},
            "subject": {"reference": "Patient/w1"}, "episodeOfCare": [{"reference": "EpisodeOfCare/p1"}],
            "period": {"start": on(279), "end": on(281)},
        }
    ]  # fmt: skip
    for number, weight in ((1, 2400), (2, 2100)):
        resources += [
            patient(f"b{number}", birthDate=on(280)),
            {
                "resourceType": "Encounter", "id": f"n{number}", "class": {"code": "IMP"},
                "subject": {"reference": f"Patient/b{number}"}, "partOf": {"reference": "Encounter/birth"},
                "period": {"start": on(280)},
            },
            observation(
                f"bw{number}", (LOINC, "8339-4"), 280, valueQuantity=quantity(weight, "g"),
                subject={"reference": f"Patient/b{number}"}, encounter={"reference": f"Encounter/n{number}"},
            ),
        ]  # fmt: skip
    resources[1]["deceasedDateTime"] = on(283)
    # No encounter is named, but she is the baby of one.
    resources.append(observation("a", (LOINC, "9274-2"), 280, valueInteger=6, subject={"reference": "Patient/b2"}))
    found = read(*resources)
    assert found.histories.pregnancies.height == 1
    assert said(found, "birth_weight", "apgar_5_minutes", "death_within_28_days") == [
        ("apgar_5_minutes", 280, 6.0),
        ("birth_weight", 280, 2100.0),
        ("birth_weight", 280, 2400.0),
        ("death_within_28_days", 283, 1.0),
    ]
    assert found.histories.afterwards(["birth_weight"])["birth_weight"].to_list() == [2100.0]
    assert found.set_aside == ()


def test_two_pregnancies_of_a_woman_and_what_fits_neither_or_both() -> None:
    # The second begins 2023-06-01 (day 516 of the first), within a year of the first birth.
    second = [
        episode("p2", booked=570),
        observation("due2", (LOINC, "11778-8"), 570, valueDateTime="2024-03-07"),
    ]
    found = read(
        *second,
        observation("first", (LOINC, "8480-6"), 100, valueQuantity=quantity(120, "mm[Hg]")),
        observation("second", (LOINC, "8480-6"), 700, valueQuantity=quantity(130, "mm[Hg]")),
        observation("both", (LOINC, "8480-6"), 600, valueQuantity=quantity(140, "mm[Hg]")),
        observation("neither", (LOINC, "8480-6"), -500, valueQuantity=quantity(150, "mm[Hg]")),
    )
    rows = found.histories.observations.collect().filter(concept="systolic_blood_pressure")
    assert sorted(rows.select("pregnancy", "day", "value").rows()) == [(0, 100, 120.0), (1, 184, 130.0)]
    assert reasons(found) == [("no reference leads to a pregnancy, and the day fits none or several of hers", 2)]
    linked = observation("both", (LOINC, "8480-6"), 600, valueQuantity=quantity(140, "mm[Hg]"))
    linked["extension"] = [{"url": EPISODE_EXTENSION, "valueReference": {"reference": "EpisodeOfCare/p1"}}]
    placed = read(*second, linked).histories.observations.collect().filter(concept="systolic_blood_pressure")
    assert placed.select("pregnancy", "day").rows() == [(0, 600)]


def test_a_dangling_encounter_is_doubted_and_the_day_used() -> None:
    found = read(
        observation(
            "bp",
            (LOINC, "8480-6"),
            100,
            valueQuantity=quantity(120, "mm[Hg]"),
            encounter={"reference": "Encounter/gone"},
        )
    )
    assert said(found, "systolic_blood_pressure") == [("systolic_blood_pressure", 100, 120.0)]
    assert list(found.doubts.values()) == [1]


def test_what_is_of_another_woman_or_of_nobody_is_set_aside() -> None:
    hers = {"url": EPISODE_EXTENSION, "valueReference": {"reference": "EpisodeOfCare/p1"}}
    value = quantity(120, "mm[Hg]")
    found = read(
        patient("w2"),
        observation(
            "x", (LOINC, "8480-6"), 100, valueQuantity=value, subject={"reference": "Patient/w2"}, extension=[hers]
        ),
        observation("y", (LOINC, "8480-6"), 100, valueQuantity=value, subject={"identifier": {"value": "9990000001"}}),
        episode("p3", "w9"),
        episode("p4", "w2", status="cancelled"),
        episode("p5", "w2", type=[{"coding": [{"system": SNOMED, "code": "710081004"}]}]),
    )
    assert said(found, "systolic_blood_pressure") == []
    assert sorted(reasons(found)) == [
        ("EpisodeOfCare.patient leads to a patient that is not there", 1),
        ("EpisodeOfCare.status says that no care was given", 1),
        ("EpisodeOfCare.type is of other care than a pregnancy's", 1),
        ("Observation.subject leads to no patient", 1),
        ("the subject is not the woman whose episode it is of", 1),
    ]


def test_who_she_is() -> None:
    category = {"coding": [{"system": ETHNIC_CATEGORY_ENGLAND, "code": "M"}]}
    her = patient(
        birthDate="1990-03-02",
        extension=[
            {"url": ETHNIC_CATEGORY_EXTENSION, "valueCodeableConcept": category},
            {"url": INTERPRETER_EXTENSION, "valueBoolean": True},
        ],
    )
    hers = episode(managingOrganization={"identifier": {"system": ODS, "value": "RJ1"}})
    deprived = observation("q", (LOCAL, "deprivation_quintile"), 75, valueInteger=2)
    found = read_resources([her, hers, due(), deprived])
    row = found.histories.pregnancies.row(0, named=True)
    # Booked on 2022-03-02, her 32nd birthday.
    assert (row["ethnic_category"], row["ethnic_group"], row["age_band"]) == ("M", "Black", "30-34")
    assert (row["site"], row["interpreter_needed"], row["deprivation_quintile"]) == ("RJ1", True, 2)
    assert said(found, "maternal_age", "interpreter_needed") == [
        ("interpreter_needed", 60, 1.0), ("maternal_age", 60, 32.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spoken", "needed"),
    [([], None), (["en-GB"], False), (["ur"], True), (["en", "ur"], None)],
)
def test_the_language_says_whether_an_interpreter_is_needed(spoken: list[str], needed: bool | None) -> None:
    languages = [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]}} for code in spoken]
    found = read_resources([patient(communication=languages), episode(), due()])
    assert found.histories.pregnancies["interpreter_needed"].to_list() == [needed]


def test_an_ethnic_category_that_england_does_not_have_is_not_known() -> None:
    category = {"coding": [{"system": ETHNIC_CATEGORY_ENGLAND, "code": "T"}]}
    her = patient(extension=[{"url": ETHNIC_CATEGORY_EXTENSION, "valueCodeableConcept": category}])
    found = read_resources([her, episode(), due()])
    assert found.histories.pregnancies.select("ethnic_category", "ethnic_group").row(0) == (None, "Not known")
    assert list(found.doubts.values()) == [1]


def test_family_history_is_of_first_degree_relatives() -> None:
    def relative(code: str) -> dict:
        return {
            "resourceType": "FamilyMemberHistory", "id": code, "status": "completed", "date": on(60),
            "patient": {"reference": "Patient/w1"}, "relationship": {"coding": [{"code": code}]},
            "condition": [{"code": {"coding": [{"system": SNOMED, "code": "44054006"}]}}],
        }  # fmt: skip

    assert said(read(relative("MTH")), "family_history_of_diabetes") == [("family_history_of_diabetes", 60, 1.0)]
    assert said(read(relative("MCOUSN")), "family_history_of_diabetes") == []


def test_the_last_live_birth_gives_the_interval() -> None:
    found = read(observation("l", (LOINC, "68499-3"), 60, valueDateTime="2020-01-15"))
    # Conceived 2022-01-15, 731 days later: 24.02 months of 30.4375 days.
    assert said(found, "interpregnancy_interval") == [("interpregnancy_interval", 60, pytest.approx(731 / 30.4375))]


def test_simulated_only_where_every_patient_is_marked() -> None:
    marked = {"tag": [{"system": ACT_REASON, "code": "HTEST"}]}
    all_marked = [patient(meta=marked), episode(), due()]
    assert read_resources(all_marked).is_simulated
    assert not read().is_simulated
    with pytest.raises(MixedSimulation, match="1 patients are marked"):
        read_resources([*all_marked, patient("w2")])


def test_a_later_resource_never_changes_what_was_known_before() -> None:
    facts = ["haemoglobin", "pre_eclampsia", "gestational_diabetes"]
    hb = observation("hb", (LOINC, "718-7"), 80, valueQuantity=quantity(118, "g/L"))
    later = [
        observation("hb2", (LOINC, "718-7"), 141, valueQuantity=quantity(98, "g/L")),
        condition("c", "398254007", 141),
    ]
    before, after = (read(hb, *more).histories.known_by(WEEKS_20, facts) for more in ((), later))
    assert before.equals(after)
