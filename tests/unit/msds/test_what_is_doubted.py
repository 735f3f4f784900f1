"""Values and dates that cannot be: taken as not recorded, and counted by why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.spec.msds.msds_tables import BABY, BOOKING, DELIVERY, MOTHER, afterwards, clock, known, scan, tables


def finding(value: str, unit: str, code: str = "1022431000000105", on: str = "2024-03-11") -> dict[str, Any]:
    row = {"UniqPregID": "P1", "MasterSnomedCTObsCode": code, "ObsDate": on, "ObsValue": value, "UCUMUnit": unit}
    return {"MSD109": [row]}


HAEMOGLOBIN, HEIGHT, WEIGHT = "1022431000000105", "50373000", "27113001"
UNITS: dict[str, tuple[str, str, str, float | None]] = {
    "haemoglobin in its own unit": (HAEMOGLOBIN, "119", "g/L", 119.0),
    "in small letters": (HAEMOGLOBIN, "11.9", "g/dl", 119.0),
    "in the unit of another system": (HAEMOGLOBIN, "7.4", "mmol/L", None),
    "height in metres, said so": (HEIGHT, "1.64", "m", 164.0),
    "height in centimetres, said to be metres": (HEIGHT, "164", "m", 164.0),
    "height in metres, said to be centimetres": (HEIGHT, "1.64", "cm", 164.0),
    "weight in grams, said so": (WEIGHT, "72500", "g", 72.5),
    "weight in grams, said to be kilograms": (WEIGHT, "72500", "kg", 72.5),
    "weight in kilograms, said to be grams": (WEIGHT, "72.5", "g", 72.5),
    "weight in stones": (WEIGHT, "11", "[stone_av]", None),
}


@pytest.mark.parametrize("case", UNITS)
def test_units_are_converted_once_and_sizes_repaired(tmp_path: Path, case: str) -> None:
    code, value, unit, expected = UNITS[case]
    name = {HAEMOGLOBIN: "haemoglobin", HEIGHT: "height", WEIGHT: "weight"}[code]
    records = scan(tmp_path, tables(**finding(value, unit, code)))
    assert known(records, "booking", name) == (None if expected is None else pytest.approx(expected, abs=1e-12))
    assert sum(records.doubts.values()) == (expected is None)


DOUBTED: dict[str, tuple[dict[str, Any], str]] = {
    "a value in words": (finding("normal", "g/L"), "haemoglobin at booking: without a value that can be read"),
    "no value beside the code": (finding("", "g/L"), "haemoglobin at booking: without a value that can be read"),
    "no unit": (finding("119", ""), "haemoglobin at booking: without a unit, or in one it is not recorded in"),
    "ten times too much": (finding("1190", "g/L"), "haemoglobin at booking: outside its plausible range"),
    "no date": (finding("119", "g/L", on=""), "haemoglobin at booking: without a date"),
    "of ten years ago": (finding("119", "g/L", on="2014-03-11"), "haemoglobin at booking: dated before the pregnancy"),
    "half a score": (
        {"MSD104": [{"UniqPregID": "P1", "ToolTypeSNOMED": "450320001", "CompDate": "2024-11-18", "Score": "9.5"}]},
        "Edinburgh Postnatal Depression Scale after birth, highest total: not a whole number",
    ),
    "pre-eclampsia of an earlier pregnancy": (
        {"MSD106": [{"UniqPregID": "P1", "MasterSnomedCTDiagCode": "398254007", "DiagDate": "2021-07-15"}]},
        "pre-eclampsia: dated before the pregnancy",
    ),
    "an onset of no code": (
        {"MSD301": [{**DELIVERY, "LabourOnsetMethod": "7"}]},
        "how birth began: without a value that can be read",
    ),
    "a yes of no code": (
        {"MSD101": [{**BOOKING, "ComplexSocialFactorsInd": "maybe"}]},
        "complex social factors recorded at booking: without a value that can be read",
    ),
    "a decile of 12": (
        {"MSD001": [{**MOTHER, "Rank_IMD_Decile_2015": "12"}]},
        "area deprivation quintile (1 is most deprived): without a value that can be read",
    ),
    "an ethnic category of no scheme": (
        {"MSD001": [{**MOTHER, "EthnicCategoryMother": "Q"}]},
        "the mother's ethnic category under a code that the scheme does not have",
    ),
    "died before birth": (
        {"MSD401": [{**BABY, "PersonDeathDateBaby": "2024-10-01"}]},
        "baby died within 28 days: without a value that can be read",
    ),
    "admitted after the birth": (
        {"MSD301": [{**DELIVERY, "StartDateMotherDeliveryHospProvSpell": "2024-10-09"}]},
        "admitted for birth after it",
    ),
    "discharged before the birth": (
        {"MSD101": [{**BOOKING, "DischargeDateMatService": "2024-10-01"}]},
        "discharged before the birth",
    ),
    "due a year late": ({"MSD101": [{**BOOKING, "EDDAgreed": "2025-10-07"}]}, "the agreed due date cannot be"),
    "due three weeks after the scan said": (
        {
            "MSD103": [
                {
                    "UniqPregID": "P1",
                    "ProcedureDateDatingUltrasound": "2024-03-25",
                    "GestationDatingUltrasound": "105",
                }
            ]
        },
        "the agreed due date and the dating scan differ by more than two weeks",
    ),
    "ten weeks at booking, and 13 recorded": (
        {"MSD101": [{**BOOKING, "GestAgeBooking": "91"}]},
        "the agreed due date and the gestation recorded at booking differ by more than two weeks",
    ),
    "born at term, and 36 weeks recorded": (
        {"MSD401": [{**BABY, "GestationLengthBirth": "252"}]},
        "the agreed due date and the gestation recorded at birth differ by more than two weeks",
    ),
    "a miscarriage years ago": (
        {"MSD106": [{"UniqPregID": "P1", "MasterSnomedCTDiagCode": "17369002", "DiagDate": "2021-03-25"}]},
        "a loss dated outside the pregnancy",
    ),
    "this birth's haemorrhage among her histories": (
        {"MSD107": [{"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": "47821001", "DiagDate": "2024-10-07"}]},
        "MSD107MedHistory holds an event dated in this pregnancy",
    ),
    "a miscarriage without a date": (
        {"MSD106": [{"UniqPregID": "P1", "MasterSnomedCTDiagCode": "17369002"}], "MSD301": [], "MSD401": []},
        "a loss without a date",
    ),
    "a reporting period in words": (
        {"MSD101": [{**BOOKING, "RPStartDate": "March 2024"}]},
        "MSD101PregnancyBooking.RPStartDate holds no date",
    ),
    "social factors that a later month adds": (
        {
            "MSD101": [
                {
                    **BOOKING,
                    "ComplexSocialFactorsInd": said,
                    "UniqSubmissionID": month,
                    "RPStartDate": f"2024-0{month}-01",
                }
                for month, said in (("3", "N"), ("9", "Y"))
            ]
        },
        "what she told at booking is otherwise in a later reporting period",
    ),
    "an illness of no list among her histories": (
        {"MSD107": [{"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": "195967001"}]},
        "MSD107MedHistory holds codes that are in no list",
    ),
    "diagnoses of no list, of one pregnancy": (
        {
            "MSD106": [
                {"UniqPregID": "P1", "MasterICD10Code": code, "DiagDate": "2024-06-01"} for code in ("J45", "N39")
            ]
        },
        "MSD106DiagnosisPreg holds codes that are in no list",
    ),
    "an outcome of no code": (
        {"MSD401": [{**BABY, "PregOutcome": "77"}]},
        "MSD401BabyDemographics.PregOutcome holds a code that the data set does not have",
    ),
    "booked without due date, scan or gestation": (
        {"MSD101": [{**BOOKING, "EDDAgreed": "", "GestAgeBooking": ""}]},
        "booked, and dated by nothing but the birth",
    ),
    "a history first sent after the birth": (
        {
            "MSD107": [
                {"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": "161765003", "RPStartDate": "2024-11-01"},
            ]
        },
        "MSD107MedHistory holds rows first sent in a later reporting period than the booking",
    ),
    "nobody's": ({"MSD101": [{**BOOKING, "Person_ID_Mother": ""}], "MSD001": [], "MSD401": []}, "without Person_ID"),
}


@pytest.mark.parametrize("case", DOUBTED)
def test_what_cannot_be_is_counted_once(tmp_path: Path, case: str) -> None:
    changed, sentence = DOUBTED[case]
    records = scan(tmp_path, tables(**changed))
    assert [(count, doubt.find(sentence) >= 0) for doubt, count in records.doubts.items()] == [(1, True)]


def test_a_due_date_that_cannot_be_gives_way_to_the_gestation_at_booking(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD101=[{**BOOKING, "EDDAgreed": "2025-10-07", "GestAgeBooking": "72"}]))
    assert (clock(records, "booked_day"), clock(records, "ended_day")) == (72, 282)


def test_dates_of_which_none_can_be_leave_the_pregnancy_undated(tmp_path: Path) -> None:
    booking = {**BOOKING, "EDDAgreed": "2025-10-07", "GestAgeBooking": "900"}
    records = scan(tmp_path, tables(MSD101=[booking], MSD401=[{**BABY, "GestationLengthBirth": "2"}]))
    assert clock(records, "day_zero") is None
    assert any("nothing is known of it at any point" in doubt for doubt in records.doubts)


def test_a_birth_without_a_date_ends_nothing(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD401=[{**BABY, "PersonBirthDateBaby": ""}]))
    assert clock(records, "ended_by") is None
    assert records.doubts["a birth without a date; the pregnancy is taken as not ended"] == 1
    assert records.doubts["born alive: without a date, or of a pregnancy without one; taken as not recorded"] == 1


def test_an_earlier_loss_does_not_end_this_pregnancy(tmp_path: Path) -> None:
    lost = {"UniqPregID": "P1", "MasterSnomedCTDiagCode": "17369002", "DiagDate": "2021-03-25"}
    records = scan(tmp_path, tables(MSD106=[lost], MSD301=[], MSD401=[]))
    assert clock(records, "ended_by") is None


def test_leading_zeros_lost_in_a_spreadsheet_change_no_outcome(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD401=[{**BABY, "PregOutcome": "1"}]))
    assert clock(records, "ended_by") == "birth"
    assert afterwards(records, "live_birth") is True


def test_an_outcome_not_known_is_no_loss(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD401=[{**BABY, "PregOutcome": "99"}]))
    assert clock(records, "ended_by") == "birth"
    assert afterwards(records, "live_birth") is None


@pytest.mark.parametrize("code", ["XX", "77", "live", "07", "001"])
def test_an_outcome_of_no_code_is_no_loss_and_no_birth_of_a_living_child(tmp_path: Path, code: str) -> None:
    rows = [{**BABY, "PregOutcome": code, "UniqSubmissionID": n, "RPStartDate": f"2024-1{n}-01"} for n in "12"]
    records = scan(tmp_path, tables(MSD401=rows))
    assert clock(records, "ended_by") == "birth"
    assert afterwards(records, "live_birth") is None
    doubts = {doubt: count for doubt, count in records.doubts.items() if "PregOutcome" in doubt}
    assert list(doubts.values()) == [1]
    assert code not in " ".join(doubts)


def test_an_outcome_of_a_code_that_a_later_submission_corrects_is_not_counted(tmp_path: Path) -> None:
    rows = [
        {**BABY, "PregOutcome": code, "UniqSubmissionID": n, "RPStartDate": f"2024-1{n}-01"}
        for n, code in (("1", "XX"), ("2", "01"))
    ]
    records = scan(tmp_path, tables(MSD401=rows))
    assert afterwards(records, "live_birth") is True
    assert records.doubts == {}


@pytest.mark.parametrize("code", ["05", "5"])
def test_a_termination_is_a_loss_and_no_doubt(tmp_path: Path, code: str) -> None:
    records = scan(tmp_path, tables(MSD401=[{**BABY, "PregOutcome": code}]))
    assert clock(records, "ended_by") == "loss"
    assert records.doubts == {}


def test_who_was_not_booked_is_dated_by_her_birth_and_that_is_no_doubt(tmp_path: Path) -> None:
    unbooked = [{**BOOKING, "UniqPregID": "P2", "Person_ID_Mother": "W2"}]
    assert not any("nothing but the birth" in doubt for doubt in scan(tmp_path, tables(MSD101=unbooked)).doubts)


@pytest.mark.parametrize(
    "told", [{"EDDAgreed": "2024-10-07"}, {"GestAgeBooking": "70"}, {"LastMenstrualPeriodDate": "2024-01-01"}]
)
def test_who_is_dated_by_anything_else_is_not_dated_by_her_birth_alone(tmp_path: Path, told: dict[str, str]) -> None:
    booking = {**BOOKING, "EDDAgreed": "", "GestAgeBooking": "", **told}
    assert scan(tmp_path, tables(MSD101=[booking])).doubts == {}


def test_that_there_is_nothing_to_tell_is_no_code_of_no_list(tmp_path: Path) -> None:
    history = [{"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": "160243008"}]
    assert scan(tmp_path, tables(MSD107=history)).doubts == {}


@pytest.mark.parametrize("code", ["9", "99", "X"])
def test_not_known_is_recorded_as_such_and_no_doubt(tmp_path: Path, code: str) -> None:
    records = scan(tmp_path, tables(MSD101=[{**BOOKING, "ComplexSocialFactorsInd": code, "LangCode": code}]))
    assert known(records, "booking", "complex_social_factors") is None
    assert records.doubts == {}
