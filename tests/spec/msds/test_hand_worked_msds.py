"""Pregnancies worked by hand in MSDS tables: what was recorded, and the answer it must give.

Day 0 is 1 January 2024 unless a case says otherwise, so 11 March is day 70 and 7 October day 280.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from records.clock import point
from tests.spec.msds.msds_tables import BABY, BOOKING, DELIVERY, MOTHER, afterwards, clock, known, scan, tables

UNDATED = {**BOOKING, "EDDAgreed": ""}

CLOCKS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a term birth": ({}, {"booked_day": 70, "admitted_day": 279, "ended_day": 280, "ended_by": "birth"}),
    "no due date, a scan on day 84 that measured 12 weeks and 2 days": (
        {
            "MSD101": [UNDATED],
            "MSD103": [
                {
                    "UniqPregID": "P1",
                    "ProcedureDateDatingUltrasound": "2024-03-25",
                    "GestationDatingUltrasound": "86",
                    "NoFetusesDatingUltrasound": "1",
                }
            ],
        },
        {"booked_day": 72, "ended_day": 282},
    ),
    "no due date and no scan: counted back from booking": (
        {"MSD101": [{**UNDATED, "GestAgeBooking": "75"}]},
        {"booked_day": 75, "ended_day": 285},
    ),
    "no due date, scan or gestation: from the last period": (
        {"MSD101": [{**UNDATED, "GestAgeBooking": "", "LastMenstrualPeriodDate": "2023-12-30"}]},
        {"booked_day": 72, "ended_day": 282},
    ),
    "nothing but the birth dates it": (
        {"MSD101": [{**UNDATED, "GestAgeBooking": ""}]},
        {"booked_day": 70, "ended_day": 280},
    ),
    "a late booker": ({"MSD101": [{**BOOKING, "AntenatalAppDate": "2024-08-01"}]}, {"booked_day": 213}),
    "unbooked: a birth and no booking": (
        {"MSD101": [{**BOOKING, "UniqPregID": "P2", "Person_ID_Mother": "W2"}]},
        {"booked_day": None, "ended_day": 280, "ended_by": "birth"},
    ),
    "a stillbirth is a birth": ({"MSD401": [{**BABY, "PregOutcome": "03"}]}, {"ended_by": "birth"}),
    "a miscarriage by diagnosis on day 84": (
        {
            "MSD301": [],
            "MSD401": [],
            "MSD106": [{"UniqPregID": "P1", "MasterSnomedCTDiagCode": "17369002", "DiagDate": "2024-03-25"}],
        },
        {"ended_by": "loss", "ended_day": 84, "followed_days": None},
    ),
    "a miscarriage by ICD-10": (
        {
            "MSD301": [],
            "MSD401": [],
            "MSD106": [{"UniqPregID": "P1", "MasterICD10Code": "O03.4", "DiagDate": "2024-03-25"}],
        },
        {"ended_by": "loss", "ended_day": 84},
    ),
    "a termination by outcome": (
        {"MSD401": [{**BABY, "PregOutcome": "06", "PersonBirthDateBaby": "2024-04-10"}]},
        {"ended_by": "loss", "ended_day": 100},
    ),
    "a miscarriage without a date: pregnant at booking, and not known to be so on any later day": (
        {"MSD301": [], "MSD401": [], "MSD106": [{"UniqPregID": "P1", "MasterSnomedCTDiagCode": "17369002"}]},
        {"ended_by": "loss", "ended_day": 71},
    ),
    "a loss without a date of one twin, and a birth": (
        {"MSD401": [BABY, {**BABY, "Person_ID_Baby": "B2", "PregOutcome": "05", "PersonBirthDateBaby": ""}]},
        {"ended_by": "birth", "ended_day": 280},
    ),
    "a miscarriage whose date a later submission corrects": (
        {
            "MSD301": [],
            "MSD401": [],
            "MSD106": [
                {
                    "UniqPregID": "P1",
                    "MasterSnomedCTDiagCode": "17369002",
                    "DiagDate": on,
                    "UniqSubmissionID": n,
                    "RPStartDate": f"2024-0{n}-01",
                }
                for n, on in (("4", "2024-03-25"), ("5", "2024-04-01"))
            ],
        },
        {"ended_by": "loss", "ended_day": 91},
    ),
    "two submissions of one month: the later submission stands, whatever its record numbers": (
        {
            "MSD101": [
                {**BOOKING, "UniqSubmissionID": "2", "RecordNumber": "3"},
                {**BOOKING, "EDDAgreed": "2024-10-14", "UniqSubmissionID": "1", "RecordNumber": "900"},
            ]
        },
        {"booked_day": 70},
    ),
    "care ended with neither birth nor loss: moved": (
        {"MSD301": [], "MSD401": [], "MSD101": [{**BOOKING, "DischargeDateMatService": "2024-06-29"}]},
        {"ended_by": "transfer", "ended_day": 180},
    ),
    "still pregnant at the end of the extract": (
        {"MSD301": [], "MSD401": []},
        {"ended_by": None, "ended_day": None},
    ),
    "discharged six weeks after birth": (
        {"MSD101": [{**BOOKING, "DischargeDateMatService": "2024-11-18"}]},
        {"followed_days": 42},
    ),
    "not discharged, and sent again until December: followed to its first day": (
        {"MSD101": [{**BOOKING, "RPStartDate": "2024-12-01"}]},
        {"followed_days": 55},
    ),
    "not discharged, and not sent since the birth": (
        {"MSD101": [{**BOOKING, "RPStartDate": "2024-10-01"}]},
        {"followed_days": None},
    ),
    "twins a day apart: the first birth ends it": (
        {
            "MSD401": [
                {**BABY, "PersonBirthDateBaby": "2024-09-02", "GestationLengthBirth": "245"},
                {**BABY, "Person_ID_Baby": "B2", "PersonBirthDateBaby": "2024-09-03", "GestationLengthBirth": "246"},
            ]
        },
        {"ended_day": 245},
    ),
    "two submissions: the later due date stands": (
        {
            "MSD101": [
                {**BOOKING, "EDDAgreed": "2024-10-14", "RecordNumber": "9", "RPStartDate": "2024-03-01"},
                {**BOOKING, "RecordNumber": "2", "UniqSubmissionID": "2", "RPStartDate": "2024-04-01"},
            ]
        },
        {"booked_day": 70, "ended_day": 280},
    ),
    "two submissions of one month: the higher record number stands": (
        {
            "MSD101": [
                {**BOOKING, "RecordNumber": "12"},
                {**BOOKING, "EDDAgreed": "2024-10-14", "RecordNumber": "3"},
            ]
        },
        {"booked_day": 70},
    ),
    "dates with times": (
        {"MSD101": [{**BOOKING, "AntenatalAppDate": "2024-03-11 09:30:00", "EDDAgreed": "2024-10-07T00:00:00"}]},
        {"booked_day": 70},
    ),
    "dates as 20240311": ({"MSD101": [{**BOOKING, "AntenatalAppDate": "20240311"}]}, {"booked_day": 70}),
    "dates as 25/03/2024": ({"MSD101": [{**BOOKING, "AntenatalAppDate": "25/03/2024"}]}, {"booked_day": 84}),
}


@pytest.mark.parametrize("case", CLOCKS)
def test_when_it_began_and_how_it_ended(tmp_path: Path, case: str) -> None:
    changed, expected = CLOCKS[case]
    records = scan(tmp_path, tables(**changed))
    assert {name: clock(records, name) for name in expected} == expected


def sent(month: str) -> dict[str, str]:
    return {"UniqSubmissionID": month, "RPStartDate": f"2024-{month:0>2}-01"}


def contact(*activities: dict[str, Any], on: str = "2024-03-11") -> dict[str, Any]:
    rows = [
        {"UniqPregID": "P1", "CareConID": "C1", "CareActIDMother": f"A{n}", **row} for n, row in enumerate(activities)
    ]
    return {"MSD201": [{"UniqPregID": "P1", "CareConID": "C1", "CContactDate": on}], "MSD202": rows}


def loss(value: str, on: str = "2024-10-07", code: str = "719051004") -> dict[str, Any]:
    row = {"UniqPregID": "P1", "LabourDeliveryID": "L1", "ClinInterDateMother": on}
    return {"MSD302": [{**row, "MasterSnomedCTObsCode": code, "ObsValue": value, "UCUMUnit": "mL"}]}


def score(value: str, on: str) -> dict[str, str]:
    return {"UniqPregID": "P1", "ToolTypeSNOMED": "450320001", "CompDate": on, "Score": value}


def diagnosis(on: str, **code: str) -> dict[str, str]:
    return {"UniqPregID": "P1", "DiagDate": on, **code}


def before(code: str, on: str = "") -> dict[str, str]:
    return {"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": code, "DiagDate": on}


HISTORY = [before("161765003")]
KNOWN: dict[str, tuple[dict[str, Any], str, str, Any]] = {
    "a live and a stillborn child before: two births": (
        {"MSD101": [{**BOOKING, "PreviousStillBirths": "1"}]}, "booking", "parity", 2),
    "stillbirths not recorded: parity is not known": (
        {"MSD101": [{**BOOKING, "PreviousStillBirths": ""}]}, "booking", "parity", None),
    "IMD decile 3 is quintile 2": ({}, "booking", "deprivation_quintile", 2),
    "no IMD": ({"MSD001": [{**MOTHER, "Rank_IMD_Decile_2015": ""}]}, "booking", "deprivation_quintile", None),
    "a language other than English": (
        {"MSD101": [{**BOOKING, "LangCode": "ur"}]}, "booking", "interpreter_needed", True),
    "English": ({"MSD101": [{**BOOKING, "LangCode": "EN"}]}, "booking", "interpreter_needed", False),
    "no language": ({}, "booking", "interpreter_needed", None),
    "social factors that a later month adds were not told at booking": (
        {"MSD101": [{**BOOKING, "ComplexSocialFactorsInd": "N", **sent("3")},
                    {**BOOKING, "ComplexSocialFactorsInd": "Y", **sent("9")}]},
        "booking", "complex_social_factors", False),
    "a parity that the first month lacks is the next one's": (
        {"MSD101": [{**BOOKING, "PreviousLiveBirths": "", **sent("3")},
                    {**BOOKING, "PreviousLiveBirths": "2", **sent("4")}]}, "booking", "parity", 2),
    "nor does a later month correct one that can be read": (
        {"MSD101": [{**BOOKING, **sent("3")}, {**BOOKING, "PreviousLiveBirths": "2", **sent("4")}]},
        "booking", "parity", 1),
    "a second submission of the same month does": (
        {"MSD101": [{**BOOKING, **sent("3")},
                    {**BOOKING, "PreviousLiveBirths": "2", **sent("3"), "UniqSubmissionID": "31"}]},
        "booking", "parity", 2),
    "unsupported": ({"MSD101": [{**BOOKING, "SupportStatusIndMother": "N"}]}, "booking", "low_social_support", True),
    "height in metres": (contact({"PersonHeight": "1.64"}), "booking", "height", 164.0),
    "height in centimetres": (contact({"PersonHeight": "164"}), "booking", "height", 164.0),
    "a height of 16.4 is nobody's": (contact({"PersonHeight": "16.4"}), "booking", "height", None),
    "weight in grams": (contact({"PersonWeight": "72500"}), "booking", "weight", 72.5),
    "body mass index: 72.5 kg at 1.64 m": (
        contact({"PersonHeight": "1.64", "PersonWeight": "72.5"}), "booking", "body_mass_index", 27.0),
    "a height and weight of two days before booking make one too": (
        contact({"PersonHeight": "1.64", "PersonWeight": "72.5"}, on="2024-03-09"), "booking", "body_mass_index", 27.0),
    "of the day after booking they do not": (
        contact({"PersonHeight": "1.64", "PersonWeight": "72.5"}, on="2024-03-12"),
        "weeks_28", "body_mass_index", None),
    "a weight alone makes no index": (contact({"PersonWeight": "72.5"}), "booking", "body_mass_index", None),
    "haemoglobin in g/dL": (
        contact({"MasterSnomedCTObsCode": "1022431000000105", "ObsValue": "11.9", "UCUMUnit": "g/dL"}),
        "booking", "haemoglobin", 119.0),
    "haemoglobin without a unit": (
        contact({"MasterSnomedCTObsCode": "1022431000000105", "ObsValue": "119"}), "booking", "haemoglobin", None),
    "a smoker by finding": (contact({"MasterSnomedCTFindingCode": "77176002"}), "booking", "smoking_status", "current"),
    "history asked, nothing listed of diabetes": (
        {"MSD107": HISTORY}, "booking", "previous_gestational_diabetes", False),
    "history asked, a preterm birth listed": ({"MSD107": HISTORY}, "booking", "previous_preterm_birth", True),
    "nothing relevant before": (
        {"MSD107": [before("160243008")]}, "booking", "previous_preterm_birth", False),
    "history not asked": ({}, "booking", "previous_preterm_birth", None),
    "a haemorrhage of 2021 among her histories": (
        {"MSD107": [before("47821001", "2021-06-01")]}, "booking", "previous_postpartum_haemorrhage", True),
    "the haemorrhage of this birth among her histories is none": (
        {"MSD107": [before("160243008"), before("47821001", "2024-10-07")]},
        "admission", "previous_postpartum_haemorrhage", False),
    "nor does it say that she was asked": (
        {"MSD107": [before("47821001", "2024-10-07")]}, "admission", "previous_postpartum_haemorrhage", None),
    "diabetes found in this pregnancy, on day 171, is no previous one": (
        {"MSD107": [before("160243008"), before("11687002", "2024-06-20")]},
        "weeks_28", "previous_gestational_diabetes", False),
    "a history told on day 171 is not known at booking": (
        {"MSD107": [before("160243008"), before("161765003", "2024-06-20")]},
        "booking", "previous_preterm_birth", False),
    "it is known from that day": (
        {"MSD107": [before("160243008"), before("161765003", "2024-06-20")]},
        "weeks_28", "previous_preterm_birth", True),
    "a history dated the day before booking is known at booking": (
        {"MSD107": [before("161765003", "2024-03-10")]}, "booking", "previous_preterm_birth", True),
    "type 2 diabetes found on day 30 was there before": (
        {"MSD107": [before("44054006", "2024-01-31")]}, "booking", "pre_existing_diabetes", True),
    "asked on day 171 for the first time": (
        {"MSD107": [before("160243008", "2024-06-20")]}, "booking", "previous_preterm_birth", None),
    "a row of another illness: she was asked": (
        {"MSD107": [before("195967001")]}, "booking", "previous_preterm_birth", False),
    "a first pregnancy has no earlier birth to be preterm": (
        {"MSD101": [{**BOOKING, "PreviousLiveBirths": "0"}], "MSD107": HISTORY},
        "booking", "previous_preterm_birth", None),
    "no family history": (
        {"MSD108": [{"UniqPregID": "P1", "MasterSnomedCTSituationCode": "160274005"}]},
        "booking", "family_history_of_diabetes", False),
    "pre-eclampsia on day 196 is known at 28 weeks": (
        {"MSD106": [diagnosis("2024-07-15", MasterSnomedCTDiagCode="398254007")]}, "weeks_28", "pre_eclampsia", True),
    "on day 197 it is not": (
        {"MSD106": [diagnosis("2024-07-16", MasterICD10Code="O14.1")]}, "weeks_28", "pre_eclampsia", False),
    "a depression diagnosed on the day of booking is under way": (
        {"MSD106": [diagnosis("2024-03-11", MasterSnomedCTDiagCode="35489007")]},
        "booking", "depression_ongoing_at_booking", True),
    "one diagnosed later is not": (
        {"MSD106": [diagnosis("2024-04-11", MasterSnomedCTDiagCode="35489007")]},
        "weeks_28", "depression_ongoing_at_booking", False),
    "essential hypertension among the diagnoses, of ten years ago": (
        {"MSD106": [diagnosis("2014-07-15", MasterICD10Code="I10")], "MSD107": HISTORY},
        "booking", "chronic_hypertension", True),
    "hypertension from before pregnancy, recorded in it": (
        {"MSD106": [diagnosis("2024-03-11", MasterSnomedCTDiagCode="59621000")]},
        "booking", "chronic_hypertension", True),
    "diabetes of pregnancy, first sent as of day 100, then as of day 152: known from the corrected date": (
        {"MSD106": [{**diagnosis("2024-04-10", MasterSnomedCTDiagCode="11687002"), **sent("4")},
                    {**diagnosis("2024-06-01", MasterSnomedCTDiagCode="11687002"), **sent("7")}]},
        "weeks_20", "gestational_diabetes", False),
    "bleeds sent in two months are two": (
        {"MSD106": [{**diagnosis("2024-04-01", MasterICD10Code="O46"), **sent("4")},
                    {**diagnosis("2024-06-01", MasterICD10Code="O46"), **sent("6")}]},
        "weeks_28", "antenatal_bleeding_episodes", 2),
    "two bleeds by 28 weeks": (
        {"MSD106": [diagnosis("2024-04-01", MasterICD10Code="O20.0"), diagnosis("2024-06-01", MasterICD10Code="O46")]},
        "weeks_28", "antenatal_bleeding_episodes", 2),
    "twins on the dating scan": (
        {"MSD103": [{"UniqPregID": "P1", "ProcedureDateDatingUltrasound": "2024-03-25",
                     "NoFetusesDatingUltrasound": "2"}]},
        "weeks_16", "fetuses", 2),
}  # fmt: skip


@pytest.mark.parametrize("case", KNOWN)
def test_what_was_known_by_the_point(tmp_path: Path, case: str) -> None:
    changed, at, name, expected = KNOWN[case]
    found = known(scan(tmp_path, tables(**changed)), at, name)
    assert found == pytest.approx(expected) if isinstance(expected, float) else found == expected


AFTERWARDS: dict[str, tuple[dict[str, Any], str, Any]] = {
    "gestation at birth": ({}, "gestation_at_birth", 280.0),
    "no gestation at birth: from the due date": (
        {"MSD401": [{**BABY, "GestationLengthBirth": ""}]}, "gestation_at_birth", 280.0),
    "an impossible one: from the due date": (
        {"MSD401": [{**BABY, "GestationLengthBirth": "28"}]}, "gestation_at_birth", 280.0),
    "neither a gestation at birth nor a date that would tell it": (
        {"MSD101": [{**UNDATED, "GestAgeBooking": ""}], "MSD401": [{**BABY, "GestationLengthBirth": ""}]},
        "gestation_at_birth", None),
    "a baby sent without its identifier, and at 32 weeks, then with it: one birth, as last told": (
        {"MSD401": [{**BABY, "Person_ID_Baby": "", "PersonBirthDateBaby": "2024-08-12", "GestationLengthBirth": "224",
                     **sent("8")}, {**BABY, **sent("11")}]}, "gestation_at_birth", 280.0),
    "spontaneous": ({}, "onset_of_birth", "spontaneous"),
    "caesarean before labour": (
        {"MSD301": [{**DELIVERY, "LabourOnsetMethod": "2"}]}, "onset_of_birth", "caesarean_before_labour"),
    "induced": ({"MSD301": [{**DELIVERY, "LabourOnsetMethod": "4"}]}, "onset_of_birth", "induced"),
    "onset not known": ({"MSD301": [{**DELIVERY, "LabourOnsetMethod": "9"}]}, "onset_of_birth", None),
    "1,500 ml on the day": (loss("1500"), "measured_blood_loss", 1500.0),
    "the next day": (loss("1600", on="2024-10-08"), "measured_blood_loss", 1600.0),
    "two days later is no primary loss": (loss("1600", on="2024-10-09"), "measured_blood_loss", None),
    "the code that reads like a slip": (loss("900", code="11452009"), "measured_blood_loss", 900.0),
    "EPDS on day 10 after birth is too early": ({"MSD104": [score("20", "2024-10-17")]}, "epds_total", None),
    "EPDS on day 14": ({"MSD104": [score("13", "2024-10-21")]}, "epds_total", 13),
    "EPDS on day 20 and day 42: the higher": (
        {"MSD104": [score("9", "2024-10-27"), score("15", "2024-11-18")]}, "epds_total", 15),
    "EPDS in pregnancy is no outcome": ({"MSD104": [score("18", "2024-07-01")]}, "epds_total", None),
    "EPDS of 31 is nobody's": ({"MSD104": [score("31", "2024-11-18")]}, "epds_total", None),
    "a baby admitted": (
        {"MSD402": [{"UniqPregID": "P1", "Person_ID_Baby": "B1"}]}, "neonatal_unit_admission", True),
    "a baby not admitted": ({}, "neonatal_unit_admission", False),
    "died on day 6": ({"MSD401": [{**BABY, "PersonDeathDateBaby": "2024-10-13"}]}, "death_within_7_days", True),
    "died on day 7": (
        {"MSD401": [{**BABY, "PersonDeathDateBaby": "2024-10-14"}],
         "MSD101": [{**BOOKING, "DischargeDateMatService": "2024-11-18"}]}, "death_within_7_days", False),
    "died on day 20": (
        {"MSD401": [{**BABY, "PersonDeathDateBaby": "2024-10-27"}],
         "MSD101": [{**BOOKING, "DischargeDateMatService": "2024-11-18"}]}, "death_within_28_days", True),
    "alive, and care ended on day 20": (
        {"MSD401": [{**BABY, "PersonDeathDateBaby": ""}],
         "MSD101": [{**BOOKING, "DischargeDateMatService": "2024-10-27"}]}, "death_within_28_days", None),
    "alive, and care ended on day 42": (
        {"MSD401": [{**BABY, "PersonDeathDateBaby": ""}],
         "MSD101": [{**BOOKING, "DischargeDateMatService": "2024-11-18"}]}, "death_within_28_days", False),
    "a pulmonary embolism, a finding of a critical incident": (
        {"MSD302": [{"UniqPregID": "P1", "LabourDeliveryID": "L1", "ClinInterDateMother": "2024-10-08",
                     "MasterSnomedCTFindingCode": "59282003"}]}, "maternal_critical_finding", True),
    "no such finding": (loss("400"), "maternal_critical_finding", False),
    "transfused": (
        {"MSD302": [{"UniqPregID": "P1", "LabourDeliveryID": "L1", "ClinInterDateMother": "2024-10-07",
                     "MasterSnomedCTProcedureCode": "116859006"}]}, "maternal_transfusion", True),
    "of twins the lower Apgar": (
        {"MSD405": [{"UniqPregID": "P1", "Person_ID_Baby": "B1", "CareActIDBaby": "1", "ApgarScore": "9"},
                    {"UniqPregID": "P1", "Person_ID_Baby": "B2", "CareActIDBaby": "2", "ApgarScore": "6"}]},
        "apgar_5_minutes", 6),
    "gestational diabetes diagnosed": (
        {"MSD106": [diagnosis("2024-06-20", MasterSnomedCTDiagCode="11687002")]}, "gestational_diabetes", True),
    "a fasting glucose alone is no test for diabetes": (
        contact({"MasterSnomedCTObsCode": "1003141000000105", "ObsValue": "4.6", "UCUMUnit": "mmol/L"},
                on="2024-07-01"),
        "diabetes_test_done", False),
    "a glucose tolerance test by its procedure": (
        contact({"MasterSnomedCTProcedureCode": "113076002"}, on="2024-07-01"), "diabetes_test_done", True),
    "one by its procedure, in the row of the glucose": (
        contact({"MasterSnomedCTProcedureCode": "113076002", "MasterSnomedCTObsCode": "1003141000000105",
                 "ObsValue": "4.6", "UCUMUnit": "mmol/L"}, on="2024-07-01"), "diabetes_test_done", True),
    "one after birth is no test of this pregnancy": (
        contact({"MasterSnomedCTProcedureCode": "113076002"}, on="2024-11-18"), "diabetes_test_done", False),
    "not diagnosed, and she gave birth here": ({}, "gestational_diabetes", False),
    "not diagnosed before she moved": (
        {"MSD301": [], "MSD401": [], "MSD101": [{**BOOKING, "DischargeDateMatService": "2024-06-29"}]},
        "gestational_diabetes", None),
}  # fmt: skip


@pytest.mark.parametrize("case", AFTERWARDS)
def test_what_came_of_it(tmp_path: Path, case: str) -> None:
    changed, name, expected = AFTERWARDS[case]
    assert afterwards(scan(tmp_path, tables(**changed)), name) == expected


def test_ethnicity_stated_before_is_not_taken_back(tmp_path: Path) -> None:
    stated = {**MOTHER, "UniqSubmissionID": "1", "RPStartDate": "2024-01-01"}
    later = {
        **MOTHER,
        "EthnicCategoryMother": "Z",
        "UniqSubmissionID": "2",
        "RPStartDate": "2024-06-01",
        "RecordNumber": "2",
    }
    for rows in ([stated, later], [later, stated]):
        assert clock(scan(tmp_path, tables(MSD001=rows)), "ethnic_category") == "N"


def test_the_last_stated_category_stands(tmp_path: Path) -> None:
    first = {**MOTHER, "UniqSubmissionID": "1", "RPStartDate": "2024-01-01"}
    later = {
        **MOTHER,
        "EthnicCategoryMother": "D",
        "UniqSubmissionID": "2",
        "RPStartDate": "2024-06-01",
        "RecordNumber": "2",
    }
    for rows in ([first, later], [later, first]):
        assert clock(scan(tmp_path, tables(MSD001=rows)), "ethnic_group") == "Mixed"


def test_a_second_pregnancy_knows_the_first(tmp_path: Path) -> None:
    """Born at 35 weeks on 2 September 2024; the next is due on 12 September 2025, so conceived on 20 December 2024."""
    preterm = {**BABY, "PersonBirthDateBaby": "2024-09-02", "GestationLengthBirth": "245"}
    second = {**BOOKING, "UniqPregID": "P2", "EDDAgreed": "2025-09-12", "AntenatalAppDate": "2025-02-14"}
    records = scan(tmp_path, tables(MSD101=[BOOKING, second], MSD401=[preterm]))
    assert records.histories is not None
    told = records.histories.known_by(point("booking"), ["previous_preterm_birth", "interpregnancy_interval"])
    assert told["previous_preterm_birth"].to_list() == [None, True]
    assert told["interpregnancy_interval"].to_list() == [None, pytest.approx(109 / (365.25 / 12))]


TWO_HOURS = """place,concept,code,value,term,provenance
pregnancy,glucose_two_hours,LOCAL,,2-hour glucose,laboratory of the trust
"""


def test_a_two_hour_glucose_is_a_test_though_no_code_says_that_one_was_done(tmp_path: Path) -> None:
    measured = contact({"MasterSnomedCTObsCode": "LOCAL", "ObsValue": "6.2", "UCUMUnit": "mmol/L"}, on="2024-07-01")
    tmp_path.joinpath("codes.csv").write_text(TWO_HOURS, encoding="utf-8")
    records = scan(tmp_path, tables(**measured))
    assert afterwards(records, "diabetes_test_done") is True
    assert known(records, "weeks_28", "diabetes_test_done") is True


def test_an_organisation_that_merged_is_its_successor(tmp_path: Path) -> None:
    (tmp_path / "organisations.csv").write_text("code,successor\nR01,R99\n", encoding="utf-8")
    assert clock(scan(tmp_path, tables()), "site") == "R99"
