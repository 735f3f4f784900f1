"""Rows that were sent again: what was corrected replaces what was sent first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.spec.msds.msds_tables import BABY, afterwards, clock, known, scan, tables

FIRST = {"UniqSubmissionID": "1", "RPStartDate": "2024-09-01", "RecordNumber": "1"}
SECOND = {"UniqSubmissionID": "2", "RPStartDate": "2024-10-01", "RecordNumber": "2"}
LOSS = {
    "UniqPregID": "P1", "LabourDeliveryID": "L1", "ClinInterDateMother": "2024-10-07", "UCUMUnit": "mL",
    "MasterSnomedCTObsCode": "719051004",
}  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
def test_a_corrected_loss_is_the_later_one_whatever_the_order_of_rows(tmp_path: Path, turned: bool) -> None:
    rows = [{**LOSS, **FIRST, "ObsValue": "1600"}, {**LOSS, **SECOND, "ObsValue": "600"}]
    records = scan(tmp_path, tables(MSD302=rows[::-1] if turned else rows))
    assert afterwards(records, "measured_blood_loss") == 600.0


def test_the_same_identifier_in_two_reporting_periods_is_of_two_submissions(tmp_path: Path) -> None:
    rows = [{**LOSS, **FIRST, "ObsValue": "1600"}, {**LOSS, **SECOND, "UniqSubmissionID": "1", "ObsValue": "600"}]
    assert afterwards(scan(tmp_path, tables(MSD302=rows)), "measured_blood_loss") == 600.0


def test_two_losses_of_one_submission_both_stand(tmp_path: Path) -> None:
    rows = [{**LOSS, **FIRST, "ObsValue": "600"}, {**LOSS, **FIRST, "ObsValue": "1600"}]
    assert afterwards(scan(tmp_path, tables(MSD302=rows)), "measured_blood_loss") == 1600.0


@pytest.mark.parametrize(
    "periods", [("01/09/2023", "01/02/2024"), ("20230901", "20240201"), ("09/01/2023", "02/01/2024")]
)
def test_reporting_periods_are_ordered_as_dates_in_any_form(tmp_path: Path, periods: tuple[str, str]) -> None:
    rows = [
        {**BABY, **FIRST, "RPStartDate": periods[0], "PregOutcome": "02"},
        {**BABY, **SECOND, "RPStartDate": periods[1], "RecordNumber": "1"},
    ]
    assert afterwards(scan(tmp_path, tables(MSD401=rows)), "live_birth") is True


def test_an_activity_that_was_recoded_is_read_once(tmp_path: Path) -> None:
    activity: dict[str, Any] = {"UniqPregID": "P1", "CareConID": "C1", "CareActIDMother": "A1"}
    rows = [
        {**activity, **FIRST, "MasterSnomedCTFindingCode": "77176002"},
        {**activity, **SECOND, "MasterSnomedCTFindingCode": "266919005"},
    ]
    contacts = [{"UniqPregID": "P1", "CareConID": "C1", "CContactDate": "2024-03-11"}]
    assert known(scan(tmp_path, tables(MSD201=contacts, MSD202=rows)), "booking", "smoking_status") == "never"


def test_without_submissions_every_row_stands(tmp_path: Path) -> None:
    second = {**BABY, "Person_ID_Baby": "B2"}
    assert clock(scan(tmp_path, tables(MSD401=[BABY, second])), "ended_by") == "birth"
