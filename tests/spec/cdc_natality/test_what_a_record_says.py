"""Each fact of the natality record, on records made by hand: bytes and codes as the NCHS user guides list them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from records.clock import ADMISSION, BIRTH, BOOKING, WEEKS_16
from records.concepts import CONCEPTS
from records.records import IDENTITY_COLUMNS
from records.sources.cdc_natality import CDC_NATALITY
from tests.fixtures.natality.births import record, write_records

CASES = [
    ("maternal_age", {75: "29"}, 29.0),
    ("maternal_age", {75: "12"}, 12.0),
    ("maternal_age", {75: "99"}, None),
    ("age_band", {75: "19"}, "under 20"),
    ("age_band", {75: "50"}, "40 and over"),
    ("delivered_year", {9: "2014"}, 2014),
    ("delivered_month", {13: "12"}, 12),
    ("body_mass_index", {283: "26.6"}, 26.6),
    ("body_mass_index", {283: "30.0"}, 30.0),
    ("body_mass_index", {283: "99.9"}, None),
    # Readable, but nobody's: outside 10 to 70.
    ("body_mass_index", {283: "85.9"}, None),
    # 64 inches of 2.54 cm; 150 pounds of 0.45359237 kg.
    ("height", {280: "64"}, 162.56),
    ("height", {280: "99"}, None),
    ("weight", {292: "150"}, 68.0388555),
    ("weight", {292: "999"}, None),
    ("weight_gain", {304: "98"}, 44.45205226),
    ("weight_gain", {304: "00"}, 0.0),
    ("weight_gain", {304: "99"}, None),
    ("cigarettes_before_pregnancy", {253: "98"}, 98),
    ("cigarettes_before_pregnancy", {253: "99"}, None),
    ("cigarettes_first_trimester", {255: "20"}, 20),
    ("cigarettes_third_trimester", {259: "00"}, 0),
    ("education_level", {124: "8"}, 8),
    ("education_level", {124: "9"}, None),
    ("born_abroad", {84: "2"}, True),
    ("born_abroad", {84: "1"}, False),
    ("born_abroad", {84: "3"}, None),
    ("parity", {171: "02", 173: "01"}, 3),
    ("parity", {171: "00", 173: "00"}, 0),
    ("parity", {171: "99"}, None),
    ("parity", {173: "99"}, None),
    ("previous_pregnancy_losses", {175: "03"}, 3),
    ("previous_pregnancy_losses", {175: "99"}, None),
    ("previous_preterm_birth", {318: "Y"}, True),
    ("previous_preterm_birth", {318: "N"}, False),
    ("previous_preterm_birth", {318: "U"}, None),
    ("previous_caesareans", {331: "Y", 332: "02"}, 2),
    ("previous_caesareans", {331: "N", 332: "00"}, 0),
    ("previous_caesareans", {331: "U", 332: "99"}, None),
    ("previous_caesareans", {331: "Y", 332: "  "}, None),
    ("interval_to_this_birth", {198: "036"}, 36.0),
    ("interval_to_this_birth", {198: "888"}, None),
    ("interval_to_this_birth", {198: "999"}, None),
    # 39 weeks are 39 * 7 / (365.25 / 12) = 8.969 months.
    ("interpregnancy_interval", {198: "036"}, 36 - 39 * 7 / (365.25 / 12)),
    ("interpregnancy_interval", {198: "036", 490: "99", 499: "30"}, 36 - 30 * 7 / (365.25 / 12)),
    ("interpregnancy_interval", {198: "005"}, None),
    ("pre_existing_diabetes", {313: "Y"}, True),
    ("chronic_hypertension", {315: "Y"}, True),
    ("chronic_hypertension", {315: "U"}, None),
    ("infertility_treatment", {325: "Y"}, True),
    ("assisted_reproduction", {327: "Y"}, True),
    # Not applicable, because no infertility treatment was used.
    ("assisted_reproduction", {327: "X"}, False),
    ("assisted_reproduction", {327: "U"}, None),
    ("fetuses", {454: "3"}, 3),
    ("gestational_diabetes", {314: "Y"}, True),
    ("gestational_diabetes", {314: "U"}, None),
    ("gestational_hypertension", {316: "Y"}, True),
    ("eclampsia", {317: "Y"}, True),
    ("infection_in_pregnancy", {}, False),
    ("infection_in_pregnancy", {345: "Y", 346: "U"}, True),
    ("infection_in_pregnancy", {347: "U"}, None),
    ("antenatal_visits", {238: "98"}, 98),
    ("antenatal_visits", {238: "99"}, None),
    ("care_began_month", {224: "00"}, 0),
    ("care_began_month", {224: "99"}, None),
    ("gestation_at_birth_combined", {490: "36"}, 252.0),
    ("gestation_at_birth_combined", {490: "99"}, None),
    ("gestation_at_birth_obstetric", {499: "37"}, 259.0),
    ("live_birth", {}, True),
    ("maternal_transfusion", {415: "Y"}, True),
    ("maternal_transfusion", {415: "U"}, None),
    ("ruptured_uterus", {417: "Y"}, True),
    ("unplanned_hysterectomy", {418: "Y"}, True),
    ("intensive_care", {419: "Y"}, True),
    ("apgar_5_minutes", {444: "10"}, 10),
    ("apgar_5_minutes", {444: "99"}, None),
    ("assisted_ventilation_over_6_hours", {518: "Y"}, True),
    ("neonatal_unit_admission", {519: "Y"}, True),
    ("birth_weight", {504: "0500"}, 500.0),
    ("birth_weight", {504: "9999"}, None),
]

ONSETS = [
    ({}, "spontaneous"),
    ({383: "Y"}, "induced"),
    ({383: "Y", 402: "4", 403: "Y", 408: "2"}, "induced"),
    ({402: "4", 403: "N", 407: "4", 408: "2"}, "caesarean_before_labour"),
    ({402: "4", 403: "Y", 407: "3", 408: "2"}, "spontaneous"),
    ({402: "4", 403: "U", 408: "2"}, None),
    ({383: "U"}, None),
    ({402: "9", 403: "U", 407: "9", 408: "9"}, None),
    # The recode is unknown but the route is not.
    ({402: "4", 403: "N", 407: "9", 408: "9"}, "caesarean_before_labour"),
]


def first_birth(folder: Path, changes: dict[int, str]) -> dict[str, object]:
    """The changed birth, with an ordinary one after it so that no field is blank in every row."""
    path = write_records(folder / "births.txt", record(changes), record())
    births = CDC_NATALITY.scan([path])
    assert births.set_aside == ()
    return births.pregnancies.collect().row(0, named=True)


@pytest.mark.parametrize(("fact", "changes", "expected"), CASES)
def test_fact(tmp_path: Path, fact: str, changes: dict[int, str], expected: object) -> None:
    found = first_birth(tmp_path, changes)[fact]
    assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)
    assert found is None or type(found) is type(expected)


def test_thirty_is_thirty_exactly(tmp_path: Path) -> None:
    """Rules are cut at a BMI of 30.0, so the last digit of the binary fraction decides who is tested."""
    assert first_birth(tmp_path, {283: "30.0"})["body_mass_index"] == 30.0
    assert first_birth(tmp_path, {283: "29.9"})["body_mass_index"] == 29.9


@pytest.mark.parametrize(("changes", "expected"), ONSETS)
def test_onset_of_birth(tmp_path: Path, changes: dict[int, str], expected: str | None) -> None:
    assert first_birth(tmp_path, changes)["onset_of_birth"] == expected


@pytest.mark.parametrize("fact", ["previous_preterm_birth", "previous_caesareans", "interpregnancy_interval"])
def test_history_is_undefined_in_a_first_pregnancy(tmp_path: Path, fact: str) -> None:
    found = first_birth(tmp_path, {171: "00", 173: "00", 198: "888", 318: "N", 331: "N", 332: "00"})
    assert found["parity"] == 0
    assert found[fact] is None


def test_a_co_twin_is_not_a_previous_birth(tmp_path: Path) -> None:
    """The second twin's certificate counts the first twin among previous live births, at an interval of 000 to 003."""
    second_twin = {171: "01", 173: "00", 198: "003", 454: "2", 459: "2"}
    found = first_birth(tmp_path, second_twin)
    assert found["parity"] == 0
    assert found["interval_to_this_birth"] is None
    assert found["interpregnancy_interval"] is None


def test_a_third_triplet_has_two_births_before_hers_in_the_set(tmp_path: Path) -> None:
    assert first_birth(tmp_path, {171: "04", 198: "000", 454: "3", 459: "3"})["parity"] == 2


def test_a_triplet_of_unknown_order_has_an_unknown_parity(tmp_path: Path) -> None:
    assert first_birth(tmp_path, {171: "04", 198: "000", 454: "3", 459: "9"})["parity"] is None


def test_a_first_twin_keeps_her_mothers_earlier_births(tmp_path: Path) -> None:
    assert first_birth(tmp_path, {171: "02", 198: "030", 454: "2", 459: "1"})["parity"] == 2


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("1", "White"),
        ("2", "Black"),
        ("3", "American Indian or Alaska Native"),
        ("4", "Asian"),
        ("5", "Native Hawaiian or other Pacific Islander"),
        ("6", "More than one race"),
        ("7", "Hispanic"),
        ("8", "Not known"),
    ],
)
def test_ethnic_codes(tmp_path: Path, code: str, group: str) -> None:
    found = first_birth(tmp_path, {117: code})
    assert (found["group_scheme"], found["ethnic_category"], found["ethnic_group"]) == ("us_omb", code, group)


def test_an_unknown_ethnic_code_is_kept_counted_and_named(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record({117: "9"}), record({117: "9"}), record())
    births = CDC_NATALITY.scan([path])
    frame = births.pregnancies.collect()
    assert frame["ethnic_category"].to_list() == ["9", "9", "1"]
    assert frame["ethnic_group"].to_list() == ["Not known", "Not known", "White"]
    assert births.doubts == {"MRACEHISP holds the unknown code '9'; kept as recorded, group 'Not known'": 2}


def test_a_blank_ethnic_code_is_no_code(tmp_path: Path) -> None:
    found = first_birth(tmp_path, {117: " "})
    assert (found["ethnic_category"], found["ethnic_group"]) == (None, "Not known")


def test_a_birth_is_named_by_file_and_row(tmp_path: Path) -> None:
    path = write_records(tmp_path / "Nat2021us.txt", record(), record())
    frame = CDC_NATALITY.scan([path]).pregnancies.collect()
    assert frame["pregnancy_id"].to_list() == ["Nat2021us:1", "Nat2021us:2"]
    assert frame["woman_id"].null_count() == 2


def test_columns_are_the_identity_columns_and_the_facts_in_their_types(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record())
    schema = CDC_NATALITY.scan([path]).pregnancies.collect_schema()
    assert list(schema) == [*IDENTITY_COLUMNS, *CDC_NATALITY.known_from]
    assert {name: schema[name] for name in IDENTITY_COLUMNS} == dict(IDENTITY_COLUMNS)
    types = {"quantity": pl.Float64(), "count": pl.Int16(), "flag": pl.Boolean(), "category": pl.String()}
    assert {n: schema[n] for n in CDC_NATALITY.known_from} == {
        n: types[CONCEPTS[n].kind] for n in CDC_NATALITY.known_from
    }


def test_nothing_of_labour_or_birth_is_known_before_it() -> None:
    """Never at booking: visits, weight gain, third-trimester smoking, the month care began, undated diagnoses."""
    known = CDC_NATALITY.known_from
    assert {n for n, since in known.items() if since <= BOOKING} == {
        "maternal_age",
        "body_mass_index",
        "height",
        "weight",
        "cigarettes_before_pregnancy",
        "cigarettes_first_trimester",
        "education_level",
        "parity",
        "previous_pregnancy_losses",
        "previous_preterm_birth",
        "previous_caesareans",
        "interpregnancy_interval",
        "pre_existing_diabetes",
        "chronic_hypertension",
        "infertility_treatment",
        "assisted_reproduction",
        "born_abroad",
    }
    assert known["fetuses"] == WEEKS_16
    assert {n for n, since in known.items() if since == ADMISSION} == {
        "gestational_diabetes",
        "gestational_hypertension",
        "eclampsia",
        "infection_in_pregnancy",
    }
    assert all(known[n] == BIRTH for n in ("antenatal_visits", "weight_gain", "care_began_month", "onset_of_birth"))


def test_known_by_booking_gives_no_column_of_the_birth(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record())
    columns = CDC_NATALITY.scan([path]).known_by(BOOKING).collect_schema().names()
    assert "maternal_age" in columns
    assert not {"gestation_at_birth_combined", "weight_gain", "fetuses", "gestational_diabetes"} & set(columns)
