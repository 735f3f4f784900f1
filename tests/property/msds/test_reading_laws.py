"""Laws of reading tables: a whole CSV file is taken and a cut one refused; a date is the same in every form."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.sources.msds.csv_check import refuse_misshapen
from records.sources.msds.dates import with_dates
from records.sources.msds.errors import UnreadableTable
from records.sources.msds.reading import ROW
from records.sources.msds.tables import TABLES

VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6)
ROWS = st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=5)
FORMS = ("%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%Y-%m-%d 00:00:00", "%Y-%m-%dT09:30:00Z", "%d/%m/%Y 09:30")


def refused(content: bytes) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "table.csv"
        file.write_bytes(content)
        try:
            refuse_misshapen(file)
        except UnreadableTable as error:
            return str(error)
    return None


def written(rows: list[list[str]]) -> bytes:
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows([["first", "second", "third"], *rows])
    return lines.getvalue().encode()


@given(rows=ROWS)
def test_what_a_csv_writer_wrote_is_whole(rows: list[list[str]]) -> None:
    assert refused(written(rows)) is None


@given(rows=ROWS, number=st.integers(0, 4), more=st.booleans())
def test_a_row_of_another_length_is_named(rows: list[list[str]], number: int, more: bool) -> None:
    place = number % len(rows)
    changed = [*rows[place], "more"] if more else ["less", "still less"]
    message = refused(written([*rows[:place], changed, *rows[place + 1 :]]))
    assert message is not None
    assert message.startswith(f"table.csv, row {place + 2}: holds {len(changed)} fields, and the heading 3")


@given(rows=ROWS, at=st.integers(0, 200))
def test_a_byte_of_another_encoding_is_found_in_its_row(rows: list[list[str]], at: int) -> None:
    lines = written(rows).split(b"\n")[:-1]
    row = at % len(lines)
    lines[row] += b"\xe9"
    message = refused(b"\n".join(lines) + b"\n")
    assert message == f"table.csv, row {row + 1}: is not in UTF-8; save it as UTF-8"


@given(
    days=st.lists(st.dates(datetime.date(2000, 1, 1), datetime.date(2099, 12, 31)), min_size=1, max_size=6),
    form=st.sampled_from(FORMS),
)
def test_a_date_is_the_same_in_every_form(days: list[datetime.date], form: str) -> None:
    """Beside a day that shows which part it is."""
    told = [*days, datetime.date(2024, 3, 31)]
    empty = dict.fromkeys(TABLES["MSD201"].fields, pl.lit(None, dtype=pl.String))
    rows = pl.LazyFrame({ROW: range(2, 2 + len(told)), "CContactDate": [day.strftime(form) for day in told]})
    rows = rows.with_columns(**{name: null for name, null in empty.items() if name != "CContactDate"})
    read = with_dates({"MSD201": rows})
    assert read.tables["MSD201"].collect()["CContactDate"].to_list() == told
    assert read.doubts == {}


@pytest.mark.parametrize("cut", range(1, 4))
def test_a_letter_cut_in_two_between_parts_of_a_file_is_whole(cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.sources.msds.csv_check._BYTES", cut)
    assert refused("a,b\né,€\n".encode()) is None
    message = refused("a,b\né,€\n".encode() + b"\xe9,1\n")
    assert message == "table.csv, row 3: is not in UTF-8; save it as UTF-8"
