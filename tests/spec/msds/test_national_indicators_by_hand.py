"""The national indicators on a handful of births, counted by hand, beside what is an outcome here."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from records.sources.msds.national_indicators import (
    Indicator,
    cqim_haemorrhage,
    cqim_haemorrhage_or_incident,
    cqim_preterm,
)
from records.sources.msds.reading import table_files
from records.sources.msds.standing import standing_tables
from tests.spec.msds.msds_tables import BABY, BOOKING, DELIVERY, Row, scan, write

OCTOBER = (datetime.date(2024, 10, 1), datetime.date(2024, 10, 31))
BIRTHS: dict[str, tuple[Row, Row]] = {
    "at 36 weeks and 6 days": ({}, {"GestationLengthBirth": "258"}),
    "at 37 weeks": ({}, {"GestationLengthBirth": "259"}),
    "at 22 weeks": ({}, {"GestationLengthBirth": "154"}),
    "a day before 22 weeks: not valid": ({}, {"GestationLengthBirth": "153"}),
    "a day after 45 weeks: not valid": ({}, {"GestationLengthBirth": "316"}),
    "stillborn at 30 weeks: not live": ({}, {"GestationLengthBirth": "210", "PregOutcome": "02"}),
    "a twin at 34 weeks: no singleton": ({"BirthsPerLabandDel": "2"}, {"GestationLengthBirth": "238"}),
    "in September: another month": ({}, {"GestationLengthBirth": "230", "PersonBirthDateBaby": "2024-09-30"}),
    "gestation not recorded": ({}, {"GestationLengthBirth": ""}),
}
#: Preterm: the first and the third. Over them: these and the birth at 37 weeks.
PRETERM = Indicator(numerator=2, denominator=3)

LOSS = {"MasterSnomedCTObsCode": "719051004", "UCUMUnit": "mL", "ClinInterDateMother": "2024-10-07"}
ACTIVITIES: dict[str, Row] = {
    "1,500 ml": {**LOSS, "ObsValue": "1500"},
    "1,499 ml": {**LOSS, "ObsValue": "1499"},
    "500 ml": {**LOSS, "ObsValue": "500"},
    "499 ml": {**LOSS, "ObsValue": "499"},
    "1,600 ml, measured in November": {**LOSS, "ObsValue": "1600", "ClinInterDateMother": "2024-11-01"},
    "2,000 of a code that is not counted": {**LOSS, "ObsValue": "2000", "MasterSnomedCTObsCode": "75367002"},
    "a caesarean hysterectomy": {**LOSS, "MasterSnomedCTObsCode": "", "MasterSnomedCTProcedureCode": "236886002"},
    "an incident found": {**LOSS, "MasterSnomedCTObsCode": "", "MasterSnomedCTFindingCode": "59282003"},
    "a transfusion, which is none": {**LOSS, "MasterSnomedCTObsCode": "", "MasterSnomedCTProcedureCode": "116859006"},
}


def standing(folder: Path, given: Mapping[str, list[Row]]) -> Mapping[str, pl.LazyFrame]:
    return standing_tables(table_files([write(folder, given)])).tables


def births(changed: Mapping[str, tuple[Row, Row]]) -> dict[str, list[Row]]:
    """One woman and delivery for each."""
    return {
        "MSD101": [
            {**BOOKING, "UniqPregID": f"P{n}", "Person_ID_Mother": f"W{n}", "EDDAgreed": ""}
            for n in range(len(changed))
        ],
        "MSD301": [
            {**DELIVERY, "UniqPregID": f"P{n}", "LabourDeliveryID": f"L{n}", **delivery}
            for n, (delivery, _) in enumerate(changed.values())
        ],
        "MSD401": [
            {
                **BABY, "UniqPregID": f"P{n}", "LabourDeliveryID": f"L{n}", "Person_ID_Baby": f"B{n}",
                "Person_ID_Mother": f"W{n}", **baby,
            }
            for n, (_, baby) in enumerate(changed.values())
        ],
    }  # fmt: skip


def labours() -> dict[str, list[Row]]:
    given = births({name: ({}, {}) for name in ACTIVITIES})
    keys = [{"UniqPregID": f"P{n}", "LabourDeliveryID": f"L{n}"} for n in range(len(ACTIVITIES))]
    return {**given, "MSD302": [{**key, **row} for key, row in zip(keys, ACTIVITIES.values(), strict=True)]}


def test_preterm_births_of_the_month(tmp_path: Path) -> None:
    assert cqim_preterm(standing(tmp_path, births(BIRTHS)), *OCTOBER) == PRETERM


@pytest.mark.parametrize(("at_least", "women"), [(1500, 1), (500, 3)])
def test_haemorrhage_of_the_month(tmp_path: Path, at_least: float, women: int) -> None:
    counted = cqim_haemorrhage(standing(tmp_path, labours()), *OCTOBER, at_least=at_least)
    assert counted == Indicator(numerator=women, denominator=len(ACTIVITIES))


@pytest.mark.parametrize(("at_least", "women"), [(1500, 1 + 2), (500, 3 + 2)])
def test_with_critical_incidents_for_the_quality_of_the_data(tmp_path: Path, at_least: float, women: int) -> None:
    counted = cqim_haemorrhage_or_incident(standing(tmp_path, labours()), *OCTOBER, at_least=at_least)
    assert counted == Indicator(numerator=women, denominator=len(ACTIVITIES))


def test_a_woman_counts_once_however_often_she_was_sent(tmp_path: Path) -> None:
    given = labours()
    again = [{**row, "UniqSubmissionID": "2", "RPStartDate": "2024-11-01"} for row in given["MSD302"]]
    counted = cqim_haemorrhage(standing(tmp_path, {**given, "MSD302": [*given["MSD302"], *again]}), *OCTOBER)
    assert counted == Indicator(numerator=1, denominator=len(ACTIVITIES))


def test_the_outcome_here_is_the_loss_of_the_indicator_within_a_day_of_birth(tmp_path: Path) -> None:
    """1,600 ml of November is 25 days after the birth: no primary haemorrhage, and no part of the indicator."""
    lost = scan(tmp_path, labours()).facts("measured_blood_loss").collect()["measured_blood_loss"]
    assert lost.drop_nulls().to_list() == [1500.0, 1499.0, 500.0, 499.0]
