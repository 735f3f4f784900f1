"""An entry of a diagnosis whose date cannot be read is not the same as no entry."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.spec.msds.msds_tables import BABY, afterwards, known, scan, tables


def diagnosed(on: str, code: str = "398254007") -> dict[str, Any]:
    return {"UniqPregID": "P1", "MasterSnomedCTDiagCode": code, "DiagDate": on}


@pytest.mark.parametrize("on", ["", "2024-02-30", "2019-03-01"])
def test_a_diagnosis_without_a_date_that_can_be_is_not_denied_afterwards(tmp_path: Path, on: str) -> None:
    records = scan(tmp_path, tables(MSD106=[diagnosed(on)]))
    assert afterwards(records, "pre_eclampsia") is None
    assert afterwards(records, "placenta_praevia") is False
    assert sum(records.doubts.values()) > 0
    # When care came to know it cannot be told, so that no point may know of it, not even as a gap.
    assert known(records, "weeks_28", "pre_eclampsia") is False


def test_another_entry_that_can_be_read_says_so(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD106=[diagnosed("2024-02-30"), diagnosed("2024-08-01")]))
    assert afterwards(records, "pre_eclampsia") is True


@pytest.mark.parametrize("on", ["2024-01-01", "2024-02-30"])
def test_a_death_on_no_day_that_can_be_is_no_survival(tmp_path: Path, on: str) -> None:
    records = scan(tmp_path, tables(MSD401=[{**BABY, "PersonDeathDateBaby": on}]))
    assert afterwards(records, "death_within_28_days") is None
    assert afterwards(records, "death_within_7_days") is None


def test_a_diabetes_diagnosed_after_birth_was_not_there_before_pregnancy(tmp_path: Path) -> None:
    later = scan(tmp_path, tables(MSD106=[diagnosed("2024-12-05", code="44054006")]))
    assert afterwards(later, "pre_existing_diabetes") is not True
    before = scan(tmp_path / "before", tables(MSD106=[diagnosed("2024-03-11", code="44054006")]))
    assert afterwards(before, "pre_existing_diabetes") is True
