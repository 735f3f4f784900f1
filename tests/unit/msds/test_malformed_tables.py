"""Tables that are not what they should be: refused with table, row and field, or read with what was lost counted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from records.errors import EquipartumError
from records.records import Records
from records.sources.msds import MSDS
from records.sources.msds.errors import (
    AmbiguousDates,
    MissingField,
    MissingTable,
    NoPregnancies,
    UnreadableTable,
    WrongDate,
    WrongVersion,
)
from tests.spec.msds.msds_tables import BABY, BOOKING, DELIVERY, MOTHER, clock, scan, tables, write

BOOKINGS = "MSD101PregnancyBooking.csv"


def counted(records: Records) -> dict[str, tuple[int, tuple[int, ...]]]:
    return {aside.reason: (aside.rows, aside.example_rows) for aside in records.set_aside}


def edited(folder: Path, change: Callable[[bytes], bytes], name: str = BOOKINGS) -> Path:
    """Her tables, with the bytes of one of them changed."""
    file = write(folder, tables()) / name
    file.write_bytes(change(file.read_bytes()))
    return folder


def without_table(folder: Path) -> Path:
    (write(folder, tables()) / BOOKINGS).unlink()
    return folder


def beside(name: str, content: bytes = b"") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (write(folder, tables()) / name).write_bytes(content)
        return folder

    return make


def emptied(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def cut_parquet(folder: Path) -> Path:
    file = write(folder, tables()) / BOOKINGS
    whole = file.with_suffix(".parquet")
    pl.read_csv(file, infer_schema=False).write_parquet(whole)
    file.unlink()
    whole.write_bytes(whole.read_bytes()[:-20])
    return folder


def floating_codes(folder: Path) -> Path:
    file = write(folder, tables()) / "MSD106DiagnosisPreg.parquet"
    file.with_suffix(".csv").unlink()
    pl.DataFrame({"UniqPregID": ["P1"], "MasterSnomedCTDiagCode": [398254007.0]}).write_parquet(file)
    return folder


def parquet_of(folder: Path, table: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Path:
    """Her table as Parquet in place of CSV; where the file is."""
    file = write(folder, tables()) / f"{table}.csv"
    whole = file.with_suffix(".parquet")
    change(pl.read_csv(file, infer_schema=False)).write_parquet(whole)
    file.unlink()
    return whole


def outcomes_in_lists(folder: Path) -> Path:
    return parquet_of(folder, "MSD401BabyDemographics", lambda t: t.with_columns(pl.concat_list("PregOutcome"))).parent


def codes_as_bytes(folder: Path) -> Path:
    cast = pl.col("LabourOnsetMethod").cast(pl.Binary)
    return parquet_of(folder, "MSD301LabourDelivery", lambda table: table.with_columns(cast)).parent


def damaged_in_its_rows(folder: Path) -> Path:
    many = parquet_of(folder, "MSD401BabyDemographics", lambda table: pl.concat([table] * 5_000))
    content = bytearray(many.read_bytes())
    for place in range(4, 400):
        content[place] ^= 0x55
    many.write_bytes(content)
    return folder


def pipe(folder: Path) -> Path:
    os.mkfifo(write(folder, tables()) / "zz.csv")
    return folder


REFUSED: dict[str, tuple[Callable[[Path], Path], type[EquipartumError], str]] = {
    "an empty folder": (emptied, MissingTable, "a folder with MSD101PregnancyBooking"),
    "no folder": (lambda folder: folder / "nowhere", MissingTable, "no file or folder nowhere"),
    "no bookings": (without_table, MissingTable, "it has MSD001, MSD106, MSD301, MSD302, MSD401, MSD402"),
    "a table of version 1": (
        beside("MAT101BookingAppointmentDetails.csv", b"UniquePregID\n1\n"),
        WrongVersion,
        "MAT101BookingAppointmentDetails.csv is a table of the data set's version 1",
    ),
    "a table twice": (
        beside("MSD101PregnancyBooking_2.csv", b"UniqPregID\nP1\n"),
        UnreadableTable,
        "MSD101PregnancyBooking is there twice",
    ),
    "a packed table": (beside("MSD109FindingObsMother.csv.gz"), UnreadableTable, "MSD109FindingObsMother.csv.gz"),
    "no key": (
        lambda folder: edited(folder, lambda text: text.replace(b"UniqPregID", b"PregID")),
        MissingField,
        f"{BOOKINGS} has no field UniqPregID",
    ),
    "a field twice": (
        lambda folder: edited(folder, lambda text: text.replace(b"GestAgeBooking", b"uniqpregid")),
        UnreadableTable,
        "has the field uniqpregid twice",
    ),
    "a field twice, by the same name": (
        lambda folder: edited(folder, lambda text: text.replace(b"PreviousStillBirths", b"PreviousLiveBirths")),
        UnreadableTable,
        f"{BOOKINGS} has the field PreviousLiveBirths twice",
    ),
    "a field twice, in small letters, in quotation marks": (
        lambda folder: edited(folder, lambda text: text.replace(b"PreviousStillBirths", b'" previouslivebirths"')),
        UnreadableTable,
        f"{BOOKINGS} has the field previouslivebirths twice",
    ),
    "a field twice, the first behind a byte order mark": (
        lambda folder: edited(folder, lambda text: b"\xef\xbb\xbf" + text.replace(b"GestAgeBooking", b"UniqPregID")),
        UnreadableTable,
        f"{BOOKINGS} has the field UniqPregID twice",
    ),
    "a heading that is no heading": (
        lambda folder: edited(folder, lambda text: b"x" * 200_000 + b"," + text),
        UnreadableTable,
        f"{BOOKINGS}: its heading cannot be read",
    ),
    "an empty file": (lambda folder: edited(folder, lambda _: b""), UnreadableTable, f"{BOOKINGS} is empty"),
    "Latin-1": (
        lambda folder: edited(folder, lambda text: text.replace(b",R01,", b",R\xe9,")),
        UnreadableTable,
        f"{BOOKINGS}, row 2: is not in UTF-8",
    ),
    "UTF-16": (
        lambda folder: edited(folder, lambda text: text.decode().encode("utf-16-le")),
        UnreadableTable,
        f"{BOOKINGS}, row 1: is not in UTF-8",
    ),
    "semicolons": (
        lambda folder: edited(folder, lambda text: text.replace(b",", b";")),
        UnreadableTable,
        "its fields are parted by semicolons",
    ),
    "cut off in a row": (
        lambda folder: edited(folder, lambda text: text.rstrip().rpartition(b",")[0]),
        UnreadableTable,
        f"{BOOKINGS}, row 2: holds 11 fields, and the heading 12; is it cut off?",
    ),
    "a field too many": (
        lambda folder: edited(folder, lambda text: text.rstrip() + b",1\n"),
        UnreadableTable,
        f"{BOOKINGS}, row 2: holds 13 fields",
    ),
    "a quotation mark that is not closed": (
        lambda folder: edited(folder, lambda text: text.replace(b",R01,", b',"R01,')),
        UnreadableTable,
        f"{BOOKINGS}, row 2: a quotation mark is opened",
    ),
    "Parquet cut off": (cut_parquet, UnreadableTable, "MSD101PregnancyBooking.parquet cannot be read"),
    "a list in a field of Parquet": (
        outcomes_in_lists,
        UnreadableTable,
        "MSD401BabyDemographics.parquet: PregOutcome holds lists or bytes",
    ),
    "bytes in a field of Parquet": (
        codes_as_bytes,
        UnreadableTable,
        "MSD301LabourDelivery.parquet: LabourOnsetMethod holds lists or bytes",
    ),
    "Parquet damaged in its rows": (damaged_in_its_rows, UnreadableTable, "MSD401BabyDemographics.parquet is damaged"),
    "a pipe, for which one would wait without end": (pipe, UnreadableTable, "zz.csv is a pipe"),
    "rows that end in carriage returns alone": (
        lambda folder: edited(folder, lambda text: text.replace(b"\r\n", b"\r"), "MSD401BabyDemographics.csv"),
        UnreadableTable,
        "MSD401BabyDemographics.csv: its rows end in carriage returns alone",
    ),
    "codes as floating-point numbers": (floating_codes, UnreadableTable, "MasterSnomedCTDiagCode is kept as floating"),
    "no rows": (
        lambda folder: write(folder, {"MSD101": []}),
        NoPregnancies,
        f"{BOOKINGS} holds no pregnancy",
    ),
    "months before days": (
        lambda folder: write(folder, tables(MSD101=[{**BOOKING, "AntenatalAppDate": "03/25/2024"}])),
        WrongDate,
        "MSD101PregnancyBooking.AntenatalAppDate has the month before the day",
    ),
    "which is the day of 03/04/2024": (
        lambda folder: write(folder, tables(MSD101=[{**BOOKING, "AntenatalAppDate": "03/04/2024"}])),
        AmbiguousDates,
        "MSD101PregnancyBooking.AntenatalAppDate: in no date can day and month be told apart",
    ),
    "dates in words": (
        lambda folder: write(
            folder,
            tables(MSD101=[{**BOOKING, "UniqPregID": f"P{n}", "EDDAgreed": "7 October 2024"} for n in range(3)]),
        ),
        WrongDate,
        "MSD101PregnancyBooking.EDDAgreed holds no date in 3 of 3 rows, such as row 2, 3, 4",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_what_is_wrong_and_where(tmp_path: Path, case: str) -> None:
    make, error, message = REFUSED[case]
    with pytest.raises(error) as raised:
        MSDS.scan([make(tmp_path / "extract")])
    assert message in str(raised.value)
    assert not any(value in str(raised.value) for value in ("W1", "2024-10-07", "7 October"))


def test_a_byte_order_mark_is_no_part_of_a_field(tmp_path: Path) -> None:
    assert MSDS.scan([edited(tmp_path, lambda text: b"\xef\xbb\xbf" + text)]).set_aside == ()


def test_columns_without_a_name_are_no_field_that_stands_twice(tmp_path: Path) -> None:
    records = MSDS.scan([edited(tmp_path, lambda text: text.replace(b"\r\n", b",,\r\n"))])
    assert clock(records, "booked_day") == 70


def test_a_value_with_a_comma_in_quotation_marks_is_one_field(tmp_path: Path) -> None:
    records = MSDS.scan([edited(tmp_path, lambda text: text.replace(b",R01,", b',"R01, north",'))])
    assert clock(records, "site") == "R01, north"


def test_slashes_are_read_where_another_field_shows_the_day_first(tmp_path: Path) -> None:
    booking = {**BOOKING, "AntenatalAppDate": "11/03/2024", "EDDAgreed": "07/10/2024"}
    baby = {**BABY, "PersonBirthDateBaby": "16/10/2024 04:10"}
    assert clock(scan(tmp_path, tables(MSD101=[booking], MSD401=[baby])), "booked_day") == 70


def test_one_date_that_is_none_is_counted_and_the_row_kept(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD101=[{**BOOKING, "LastMenstrualPeriodDate": "2024-02-31"}]))
    sentence = "MSD101PregnancyBooking.LastMenstrualPeriodDate holds no date, as in row 2; taken as not recorded"
    assert records.doubts == {sentence: 1}
    assert clock(records, "booked_day") == 70


ORPHANS: dict[str, tuple[dict[str, list[dict[str, str]]], str]] = {
    "a diagnosis of nobody": (
        {"MSD106": [{"UniqPregID": "P7", "MasterSnomedCTDiagCode": "398254007", "DiagDate": "2024-07-15"}]},
        "MSD106DiagnosisPreg of a pregnancy with neither a booking nor a birth here",
    ),
    "a diagnosis without a pregnancy": (
        {"MSD106": [{"UniqPregID": "", "MasterSnomedCTDiagCode": "398254007", "DiagDate": "2024-07-15"}]},
        "MSD106DiagnosisPreg without UniqPregID",
    ),
    "a delivery of nobody": (
        {"MSD301": [{**DELIVERY, "UniqPregID": "P7"}]},
        "MSD301LabourDelivery of a pregnancy with neither a booking nor a birth here",
    ),
    "an activity of a delivery that is not there": (
        {"MSD302": [{"UniqPregID": "P1", "LabourDeliveryID": "L7", "ClinInterDateMother": "2024-10-07"}]},
        "MSD302CareActivityLabDel of a LabourDeliveryID that MSD301LabourDelivery does not hold",
    ),
    "an activity at a contact that is not there": (
        {
            "MSD201": [{"UniqPregID": "P1", "CareConID": "C1", "CContactDate": "2024-03-11"}],
            "MSD202": [{"UniqPregID": "P1", "CareConID": "C7", "CareActIDMother": "A1", "PersonWeight": "70"}],
        },
        "MSD202CareActivityPreg of a CareConID that MSD201CareContactPreg does not hold",
    ),
    "activities without contacts": (
        {"MSD202": [{"UniqPregID": "P1", "CareConID": "C1", "CareActIDMother": "A1", "PersonWeight": "70"}]},
        "MSD202CareActivityPreg without MSD201CareContactPreg, which dates it",
    ),
    "a woman without a pregnancy": (
        {"MSD001": [{**MOTHER, "Person_ID_Mother": "W7"}]},
        "MSD001MotherDemog of a woman with neither a booking nor a birth here",
    ),
}


@pytest.mark.parametrize("case", ORPHANS)
def test_what_belongs_to_nothing_is_set_aside_and_counted(tmp_path: Path, case: str) -> None:
    changed, reason = ORPHANS[case]
    assert counted(scan(tmp_path, tables(**changed))) == {reason: (1, (2,))}


def test_a_baby_without_its_delivery_is_a_birth_and_counted(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD301=[{**DELIVERY, "LabourDeliveryID": "L7"}]))
    assert clock(records, "ended_by") == "birth"
    assert records.doubts == {"a baby of a delivery that MSD301LabourDelivery does not hold; the birth stands": 1}


def test_a_booking_that_stands_twice_in_one_submission_is_counted(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD101=[{**BOOKING, "EDDAgreed": "2024-10-14"}, BOOKING]))
    reason = "MSD101PregnancyBooking holds the pregnancy again, and otherwise, in one submission: the last row stands"
    assert counted(records) == {reason: (1, (2,))}
    assert clock(records, "booked_day") == 70


def test_the_same_row_twice_loses_nothing_and_counts_nothing(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD101=[BOOKING, BOOKING]))
    assert records.set_aside == ()
    assert records.doubts == {}


def test_a_pregnancy_of_two_women_is_doubted(tmp_path: Path) -> None:
    second = {**BOOKING, "Person_ID_Mother": "W2", "UniqSubmissionID": "2", "RPStartDate": "2024-04-01"}
    records = scan(tmp_path, tables(MSD101=[BOOKING, second], MSD001=[]))
    assert clock(records, "woman_id") == "W2"
    assert [count for doubt, count in records.doubts.items() if "different women" in doubt] == [1]


def test_a_file_of_no_table_is_counted_and_a_table_of_no_use_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "extract", tables())
    (folder / "MSD999Unheard.csv").write_text("UniqPregID\nP1\nP2\n", encoding="utf-8")
    (folder / "MSD102MatCarePlan.csv").write_text("UniqPregID\nP1\n", encoding="utf-8")
    records = MSDS.scan([folder])
    assert counted(records) == {"MSD999Unheard.csv is named as no table of MSDS version 2": (2, ())}
    assert records.notes[-1] == "Tables that hold nothing which is read: MSD102MatCarePlan.csv."
