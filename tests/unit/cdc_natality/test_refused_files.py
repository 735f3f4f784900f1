"""Files that are not whole, not births, or not this layout: each refused under its own name, naming file and place."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.errors import EquipartumError
from records.sources.cdc_natality import CDC_NATALITY
from records.sources.cdc_natality.errors import (
    AnotherLayout,
    DamagedArchive,
    InvalidColumnMapping,
    MisplacedRecordEnd,
    MissingColumn,
    MissingFile,
    NotANatalityFile,
    RepeatedFile,
    ShortRecord,
    TruncatedArchive,
    UnknownField,
    UnsupportedArchive,
    WrongChecksum,
)
from tests.fixtures.natality.births import DEFLATE, DEFLATE64, STORED, record, write_records, write_zip

METHODS = (STORED, DEFLATE, DEFLATE64)


def refused(path: Path, error: type[EquipartumError], *, mapping: Path | None = None) -> str:
    """The message, which names the file and never its folder."""
    with pytest.raises(error) as caught:
        CDC_NATALITY.scan([path], column_mapping=mapping)
    message = str(caught.value)
    assert type(caught.value) is error
    assert str(path.parent) not in message
    return message


def content(births: int) -> bytes:
    return (record() + b"\r\n") * births


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_zip_cut_off(tmp_path: Path, method: int, kept: float) -> None:
    path = write_zip(tmp_path / "births.zip", content(50), method=method)
    data = path.read_bytes()
    path.write_bytes(data[: max(4, int(len(data) * kept))])
    assert "births.zip" in refused(path, TruncatedArchive)


@pytest.mark.parametrize("method", METHODS)
def test_a_zip_whose_content_is_shorter_than_it_says(tmp_path: Path, method: int) -> None:
    path = write_zip(tmp_path / "births.zip", content(5), method=method)
    data = path.read_bytes()
    announced = (5 * 1347).to_bytes(4, "little")
    central = data.index(b"PK\x01\x02")
    size = data.index(announced, central + 24)
    path.write_bytes(data[:size] + (6 * 1347).to_bytes(4, "little") + data[size + 4 :])
    assert "8,082" in refused(path, TruncatedArchive)


@pytest.mark.parametrize("method", METHODS)
def test_a_zip_of_wrong_checksum(tmp_path: Path, method: int) -> None:
    path = write_zip(tmp_path / "births.zip", content(50), method=method, checksum=0xBAD)
    assert "00000bad" in refused(path, WrongChecksum)


@pytest.mark.parametrize("method", [DEFLATE, DEFLATE64])
def test_a_zip_damaged_within(tmp_path: Path, method: int) -> None:
    path = write_zip(tmp_path / "births.zip", content(50), method=method)
    data = bytearray(path.read_bytes())
    start = 30 + len("births.txt")
    data[start : start + 20] = b"\xff" * 20
    path.write_bytes(data)
    assert "births.zip" in refused(path, DamagedArchive)


def test_a_zip_that_is_encrypted(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "births.zip", content(1), method=STORED, flags=1)
    assert "encrypted" in refused(path, UnsupportedArchive)


def test_a_zip_of_another_method(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "births.zip", content(1), method=14)
    assert "method 14" in refused(path, UnsupportedArchive)


def test_text_that_is_not_births(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague,\nplease find attached the births of 2021.\n" * 200)
    message = refused(path, NotANatalityFile)
    assert "15 characters" in message
    assert "1,345" in message


def test_text_of_the_right_length_that_is_not_births(tmp_path: Path) -> None:
    path = tmp_path / "prose.txt"
    path.write_bytes((b"lorem ipsum " * 113)[:1345] + b"\r\n")
    assert "bytes 9 to 12" in refused(path, NotANatalityFile)


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n"])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(data)
    assert "no record" in refused(path, NotANatalityFile)


def test_bytes_without_a_line_end(tmp_path: Path) -> None:
    path = tmp_path / "image.txt"
    path.write_bytes(b"\x89" * 10_000)
    assert "4,096" in refused(path, NotANatalityFile)


@pytest.mark.parametrize("length", [775, 1350])
def test_a_file_of_the_2003_layout(tmp_path: Path, length: int) -> None:
    """Until 2013 the year stands at bytes 15 to 18 of a record of another length."""
    path = tmp_path / "natl2006.txt"
    path.write_bytes((b" " * 14 + b"2006").ljust(length) + b"\r\n")
    message = refused(path, AnotherLayout)
    assert f"{length:,} characters" in message
    assert "2014 to 2024" in message


def test_a_year_this_layout_was_not_verified_for(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record({9: "2031"}))
    assert "2031" in refused(path, AnotherLayout)


@pytest.mark.parametrize("kept", [1, 700, 1344])
def test_a_short_last_record(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "births.txt"
    path.write_bytes(content(3) + record()[:kept])
    message = refused(path, ShortRecord)
    assert f"record, 4, has {kept:,} of 1,345" in message


def test_a_short_last_record_inside_a_zip(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "births.zip", content(3) + record()[:100], method=DEFLATE64)
    assert "record, 4, has 100" in refused(path, ShortRecord)


def test_a_record_that_lost_a_character(tmp_path: Path) -> None:
    path = tmp_path / "births.txt"
    path.write_bytes(content(2) + record()[:-1] + b"\r\n" + content(5))
    assert "record 3 does not end" in refused(path, MisplacedRecordEnd)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("tail", [b"", b"\r\n", b"\x1a", b"\r\n\x1a"])
def test_line_ends_that_are_tolerated(tmp_path: Path, end: bytes, tail: bytes) -> None:
    path = tmp_path / "births.txt"
    path.write_bytes(end.join([record()] * 3) + (end + tail if tail != b"" else b""))
    assert CDC_NATALITY.scan([path]).pregnancies.collect().height == 3


def test_a_single_record_without_line_end(tmp_path: Path) -> None:
    path = tmp_path / "births.txt"
    path.write_bytes(record())
    assert CDC_NATALITY.scan([path]).pregnancies.collect().height == 1


def test_no_file(tmp_path: Path) -> None:
    refused(tmp_path / "births.txt", MissingFile)


def test_two_files_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    paths = [write_records(tmp_path / "births.txt", record()), write_records(tmp_path / "a" / "births.dat", record())]
    with pytest.raises(RepeatedFile, match="births"):
        CDC_NATALITY.scan(paths)


def test_a_csv_without_any_field(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    path.write_text("mother,weeks\n29,39\n")
    assert "column mapping" in refused(path, NotANatalityFile)


def test_a_csv_with_a_ragged_row(tmp_path: Path) -> None:
    path = tmp_path / "births.csv"
    path.write_text("MAGER,COMBGEST\n29,39\n29\n")
    refused(path, NotANatalityFile)


def test_a_parquet_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "births.parquet"
    path.write_bytes(b"PAR1" + b"\0" * 100)
    refused(path, NotANatalityFile)


def mapping_file(folder: Path, text: str) -> Path:
    path = folder / "columns.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("columns = 3", InvalidColumnMapping),
        ("[columns]\nage = 7", InvalidColumnMapping),
        ("[columns", InvalidColumnMapping),
        ('[columns]\nage = "MAGER"\nmother = "mager"', InvalidColumnMapping),
        ('[columns]\nage = "AGE_OF_MOTHER"', UnknownField),
        ('[columns]\nyears = "MAGER"', MissingColumn),
    ],
)
def test_a_column_mapping_that_does_not_map(tmp_path: Path, text: str, error: type[EquipartumError]) -> None:
    path = tmp_path / "births.csv"
    path.write_text("age\n29\n")
    refused(path, error, mapping=mapping_file(tmp_path, text))


def test_a_column_mapping_that_cannot_be_read(tmp_path: Path) -> None:
    path = write_records(tmp_path / "births.txt", record())
    with pytest.raises(InvalidColumnMapping):
        CDC_NATALITY.scan([path], column_mapping=tmp_path / "columns.toml")
