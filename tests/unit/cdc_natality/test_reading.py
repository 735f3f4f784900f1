"""What a scan reports of itself: progress, digest, and the same births whether held or spilled."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from records.sources.cdc_natality import CDC_NATALITY
from records.sources.cdc_natality.births import Births
from records.sources.cdc_natality.decode import decode_records
from records.sources.cdc_natality.encode import write_natality
from records.sources.cdc_natality.errors import UnencodableValue, UnknownField
from records.sources.cdc_natality.fixed_width import blocks_of_text
from tests.fixtures.natality.births import random_births, record, write_records


def test_the_digest_of_one_file_is_its_sha256(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record())
    assert CDC_NATALITY.scan([path]).data_digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_digest_of_two_files_knows_both(tmp_path: Path) -> None:
    first = write_records(tmp_path / "first.txt", record())
    second = write_records(tmp_path / "second.txt", record())
    third = write_records(tmp_path / "third.txt", record({75: "30"}))
    digests = {CDC_NATALITY.scan(paths).data_digest for paths in ([first], [first, second], [first, third])}
    assert len(digests) == 3


def test_progress_names_the_file_and_counts_rows(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", *[record()] * 7)
    told: list[tuple[str, int]] = []
    CDC_NATALITY.scan([path], progress=lambda stage, rows: told.append((stage, rows)))
    assert told[-1] == ("reading births.txt", 7)
    assert [rows for _, rows in told] == sorted(rows for _, rows in told)


def test_births_spilled_to_disk_are_the_births_held(tmp_path: Path) -> None:
    path = tmp_path / "births.txt"
    write_natality(random_births(500, seed=1), path)
    frames: list[pl.DataFrame] = []
    for births_held in (10, 10_000):
        births = Births(births_held=births_held)
        for name in ("first.txt", "second.txt"):
            births.begin_file(name)
            for block in blocks_of_text(path):
                births.add(decode_records(block))
        frames.append(births.frame().collect())
    assert frames[0].height == 1000
    assert_frame_equal(frames[0], frames[1])


def test_a_field_that_is_not_of_the_record_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownField, match="AGE"):
        write_natality(pl.DataFrame({"AGE": [29]}), tmp_path / "births.txt")


def test_a_value_outside_the_code_list_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "births.txt"
    with pytest.raises(UnencodableValue, match=r"COMBGEST .* row 2") as caught:
        write_natality(pl.DataFrame({"COMBGEST": [39, 12]}), path)
    assert "12 " not in str(caught.value)
    assert not path.exists()


def test_a_null_is_written_as_unknown_and_an_absent_column_as_blank(tmp_path: Path) -> None:
    path = tmp_path / "births.txt"
    write_natality(pl.DataFrame({"DOB_YY": [2021, 2021], "MAGER": [29, None], "MM_MTR": [None, None]}), path)
    births = CDC_NATALITY.scan([path])
    frame = births.pregnancies.collect()
    assert frame["maternal_age"].to_list() == [29.0, None]
    assert frame["maternal_transfusion"].to_list() == [None, None]
    assert "maternal_transfusion" not in births.lacking
    assert "gestational_diabetes" in births.lacking


def test_the_record_written_is_1345_characters_and_cr_lf(tmp_path: Path) -> None:
    path = tmp_path / "births.txt"
    write_natality(
        pl.DataFrame({"DOB_YY": [2021], "MAGER": [29], "BMI": [24.9], "DBWT": [940], "MM_MTR": [True]}), path
    )
    data = path.read_bytes()
    assert (len(data), data[-2:]) == (1347, b"\r\n")
    assert (data[8:12], data[74:76], data[282:286], data[503:507], data[414:415]) == (
        b"2021",
        b"29",
        b"24.9",
        b"0940",
        b"Y",
    )


@pytest.mark.parametrize("form", ["txt", "zip"])
@pytest.mark.parametrize("is_simulated", [True, False])
def test_simulated_births_are_read_back_as_simulated(tmp_path: Path, form: str, is_simulated: bool) -> None:
    path = tmp_path / f"births.{form}"
    write_natality(random_births(20, seed=5), path, is_simulated=is_simulated)
    assert CDC_NATALITY.scan([path]).is_simulated is is_simulated


def test_one_simulated_file_makes_all_simulated(tmp_path: Path) -> None:
    """Real and made-up births in one set are fit for no care at all."""
    real = write_records(tmp_path / "real.txt", record())
    made_up = tmp_path / "made_up.txt"
    write_natality(random_births(5, seed=5), made_up)
    assert CDC_NATALITY.scan([real, made_up]).is_simulated
    assert not CDC_NATALITY.scan([real]).is_simulated


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["N", "Y"])])
def test_text_columns_of_any_type_are_written(tmp_path: Path, dtype: pl.DataType) -> None:
    path = tmp_path / "births.txt"
    flags = pl.Series(["Y", None, "N"], dtype=dtype)
    write_natality(pl.DataFrame({"DOB_YY": [2021] * 3, "RF_GDIAB": flags}), path)
    assert [line[313:314] for line in path.read_bytes().splitlines()] == [b"Y", b"U", b"N"]


def test_the_same_births_make_the_same_archive(tmp_path: Path) -> None:
    births = random_births(50, seed=3)
    write_natality(births, tmp_path / "births.zip")
    first = (tmp_path / "births.zip").read_bytes()
    write_natality(births, tmp_path / "births.zip")
    assert (tmp_path / "births.zip").read_bytes() == first
