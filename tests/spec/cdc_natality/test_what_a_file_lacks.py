"""A column blank in every row is 'not published', never 'no'; unreadable rows are set aside and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.records import LackingConcept, SetAside
from records.sources.cdc_natality import CDC_NATALITY
from tests.fixtures.natality.births import ORDINARY, record, write_records


def without(*first_bytes: int) -> bytes:
    return record(base={byte: text for byte, text in ORDINARY.items() if byte not in first_bytes})


def test_a_blank_column_is_not_published(tmp_path: Path) -> None:
    births = CDC_NATALITY.scan([write_records(tmp_path / "births.txt", without(415), without(415))])
    assert births.lacking == {"maternal_transfusion": "not published in this file (no MM_MTR in any row)"}
    assert births.pregnancies.collect()["maternal_transfusion"].to_list() == [None, None]
    with pytest.raises(LackingConcept, match="MM_MTR"):
        births.facts("maternal_transfusion")


def test_a_column_filled_once_is_published(tmp_path: Path) -> None:
    births = CDC_NATALITY.scan([write_records(tmp_path / "births.txt", without(415), record())])
    assert births.lacking == {}
    assert births.pregnancies.collect()["maternal_transfusion"].to_list() == [None, False]


def test_a_column_of_unknowns_is_published(tmp_path: Path) -> None:
    births = CDC_NATALITY.scan([write_records(tmp_path / "births.txt", record({415: "U"}))])
    assert "maternal_transfusion" not in births.lacking


def test_ethnicity_not_published_is_said(tmp_path: Path) -> None:
    births = CDC_NATALITY.scan([write_records(tmp_path / "births.txt", without(117))])
    assert births.lacking == {"ethnic_group": "not published in this file (no MRACEHISP in any row)"}
    assert any("no disparity can be shown" in note for note in births.notes)
    assert births.pregnancies.collect()["ethnic_group"].to_list() == ["Not known"]


def test_onset_is_lacking_where_caesareans_before_labour_cannot_be_told(tmp_path: Path) -> None:
    """Without ME_TRIAL only inductions and vaginal births could be told, and their share would be wrong."""
    births = CDC_NATALITY.scan([write_records(tmp_path / "births.txt", without(403))])
    assert "ME_TRIAL" in births.lacking["onset_of_birth"]
    assert births.pregnancies.collect()["onset_of_birth"].to_list() == [None]


def test_previous_caesareans_need_only_one_of_their_two_fields(tmp_path: Path) -> None:
    births = CDC_NATALITY.scan([write_records(tmp_path / "births.txt", without(332))])
    assert births.lacking == {}
    assert births.pregnancies.collect()["previous_caesareans"].to_list() == [0]


def test_of_two_files_one_lacks_a_field(tmp_path: Path) -> None:
    first = write_records(tmp_path / "first.txt", without(314, 117), without(314, 117))
    second = write_records(tmp_path / "second.txt", record({314: "Y"}))
    births = CDC_NATALITY.scan([first, second])
    frame = births.pregnancies.collect()
    assert births.lacking == {}
    assert frame["pregnancy_id"].to_list() == ["first:1", "first:2", "second:1"]
    assert frame["gestational_diabetes"].to_list() == [None, None, True]
    note = next(note for note in births.notes if note.startswith("first.txt does not publish"))
    assert "RF_GDIAB" in note
    assert "MRACEHISP" in note
    assert not any(note.startswith("second.txt") for note in births.notes)


def test_a_file_without_order_in_the_set_says_what_its_parity_counts(tmp_path: Path) -> None:
    births = CDC_NATALITY.scan([write_records(tmp_path / "births.txt", without(198, 459))])
    assert any("parity counts the first-born" in note for note in births.notes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({490: "12"}, "COMBGEST is outside its code list (17 to 47, 99 unknown)"),
        ({490: "3x"}, "COMBGEST is not a number"),
        ({75: "7A"}, "MAGER is not a number"),
        ({75: "65"}, "MAGER is outside its code list (12 to 50, 99 unknown)"),
        ({283: "2O.1"}, "BMI is not a number with one decimal"),
        ({283: "09.9"}, "BMI is outside its code list (10 to 99.8, 99.9 unknown)"),
        ({198: "887"}, "ILLB_R is outside its code list (0 to 480, 999 unknown)"),
        ({415: "y"}, "MM_MTR is not one of N, Y, U"),
        ({504: " 340"}, "DBWT is outside its code list (227 to 8165, 9999 unknown)"),
        ({117: "\x07"}, "MRACEHISP is not a printable character"),
    ],
)
def test_an_unreadable_row_is_set_aside_and_named_by_its_number(
    tmp_path: Path, changes: dict[int, str], reason: str
) -> None:
    path = write_records(tmp_path / "births.txt", record(), record(changes), record(), record(changes))
    births = CDC_NATALITY.scan([path])
    assert births.set_aside == (SetAside(reason=f"births.txt: {reason}", rows=2, example_rows=(2, 4)),)
    assert births.pregnancies.collect()["pregnancy_id"].to_list() == ["births:1", "births:3"]


def test_a_row_with_two_unreadable_fields_counts_once(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record({75: "xx", 490: "12"}), record({490: "12"}), record())
    births = CDC_NATALITY.scan([path])
    assert {aside.reason: aside.rows for aside in births.set_aside} == {
        "births.txt: MAGER is not a number": 1,
        "births.txt: COMBGEST is outside its code list (17 to 47, 99 unknown)": 1,
    }
    assert births.pregnancies.collect().height == 1


def test_set_aside_keeps_five_examples_and_no_value(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", *[record({490: "12"})] * 9, record())
    (aside,) = CDC_NATALITY.scan([path]).set_aside
    assert (aside.rows, aside.example_rows) == (9, (1, 2, 3, 4, 5))


def test_numbers_nobody_has_are_taken_as_not_recorded_and_counted(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record({283: "85.9"}), record())
    births = CDC_NATALITY.scan([path])
    assert births.pregnancies.collect()["body_mass_index"].to_list() == [None, 24.9]
    assert births.doubts == {"body mass index outside 10 to 70 kg/m2, taken as not recorded": 1}
    assert births.doubts_told(lambda _: 5) == (
        "body mass index outside 10 to 70 kg/m2, taken as not recorded (5 births)",
    )


def test_inspection_says_the_same_without_reading_all(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", without(415), without(415))
    inspection = CDC_NATALITY.inspect([path])
    assert inspection.births_read == 2
    assert inspection.lacking == CDC_NATALITY.scan([path]).lacking
