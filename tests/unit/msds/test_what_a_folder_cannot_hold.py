"""A table or a code list that is not there denies nothing: the concept is lacking, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.records import LackingConcept
from records.sources.msds import MSDS
from tests.spec.msds.msds_tables import BABY, BOOKING, known, scan, tables, write

LACKING = {
    "pre_eclampsia": "the folder has no MSD106DiagnosisPreg",
    "days_since_pre_eclampsia": "the folder has no MSD106DiagnosisPreg",
    "neonatal_unit_admission": "the folder has no MSD402NeonatalAdmission",
    "maternal_transfusion": "the folder has no MSD302CareActivityLabDel",
    "previous_preterm_birth": "the folder has no MSD107MedHistory",
    "epds_total": "the folder has no MSD104CodedScoreAssPreg or MSD203CodedScoreAssContact",
    "fetuses": "the folder has no MSD103DatingScan or MSD301LabourDelivery",
    "death_within_7_days": "the folder has no MSD401BabyDemographics.PersonDeathDateBaby",
    "estimated_blood_loss": "no code for it is verified nationally",
    "assisted_ventilation_over_6_hours": "for how long a baby was ventilated",
    "depression_within_a_year": "for some weeks after birth",
}


@pytest.mark.parametrize("name", LACKING)
def test_what_has_no_table_field_or_code_is_lacking(tmp_path: Path, name: str) -> None:
    few = {short: rows for short, rows in tables().items() if short in ("MSD001", "MSD101")}
    baby = {field: value for field, value in BABY.items() if field != "PersonDeathDateBaby"}
    records = scan(tmp_path, {**few, "MSD401": [baby]})
    with pytest.raises(LackingConcept, match=LACKING[name]):
        records.facts(name)


def test_with_its_table_empty_a_diagnosis_is_denied(tmp_path: Path) -> None:
    assert known(scan(tmp_path, tables(MSD106=[])), "weeks_28", "pre_eclampsia") is False


def test_activities_without_contacts_hold_no_height(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD202=[]))
    assert not records.has("height")
    assert scan(tmp_path / "both", tables(MSD201=[], MSD202=[])).has("height")


def test_a_history_without_a_code_is_not_denied_by_who_was_asked(tmp_path: Path) -> None:
    asked = tables(MSD107=[{"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": "160243008"}])
    records = scan(tmp_path, asked)
    assert not records.has("previous_baby_4500g_or_more")
    assert known(records, "booking", "previous_baby_4500g_or_more") is None
    assert known(records, "booking", "previous_preterm_birth") is False


def test_a_sites_own_code_makes_it_held(tmp_path: Path) -> None:
    folder = write(tmp_path, tables(MSD107=[{"UniqPregID": "P1", "PrevDiag": "BIG"}]))
    heading = "place,concept,code,value,term,provenance\n"
    row = "history,previous_baby_4500g_or_more,BIG,,large baby before,the site's own list\n"
    before = MSDS.scan([folder])
    (folder / "codes.csv").write_text(heading + row, encoding="utf-8")
    after = MSDS.scan([folder])
    assert known(after, "booking", "previous_baby_4500g_or_more") is True
    assert before.data_digest != after.data_digest


def test_a_renamed_field_is_missed_and_the_column_that_it_may_be_is_named(tmp_path: Path) -> None:
    booking = {("EDD_Agreed" if field == "EDDAgreed" else field): value for field, value in BOOKING.items()}
    notes = scan(tmp_path, tables(MSD101=[booking])).notes
    assert any("has no field" in note and "EDDAgreed (is it EDD_Agreed?)" in note for note in notes)
    assert any("not in the folder: " in note and "MSD109FindingObsMother" in note for note in notes)
    assert not any("EDDAgreed" in note for note in scan(tmp_path / "whole", tables()).notes)


def test_codes_that_can_say_the_same_are_missed_only_where_none_is_there(tmp_path: Path) -> None:
    by_one = scan(tmp_path / "one", tables(MSD107=[{"UniqPregID": "P1", "PrevDiag": "161765003"}]))
    assert not any("PrevDiagCode" in note for note in by_one.notes)
    assert known(by_one, "booking", "previous_preterm_birth") is True


def test_a_history_whose_codes_stand_under_another_name_is_lacking_and_denied_of_nobody(tmp_path: Path) -> None:
    renamed = {"UniqPregID": "P1", "MasterSnomedCTPreviousDiagCode": "161765003"}
    records = scan(tmp_path, tables(MSD107=[renamed]))
    with pytest.raises(LackingConcept, match=r"MSD107MedHistory\.MasterSnomedCTPrevDiagCode or another of its codes"):
        records.facts("previous_preterm_birth")
    assert any("(is it MasterSnomedCTPreviousDiagCode?)" in note for note in records.notes)
