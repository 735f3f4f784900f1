"""Laws of reading: no byte pattern is misread, and a birth is the same birth in whatever form it came."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from records.sources.cdc_natality import CDC_NATALITY
from records.sources.cdc_natality.archive import inflated, members
from records.sources.cdc_natality.codes import codes_by_text, unreadable
from records.sources.cdc_natality.decode import decode_records
from records.sources.cdc_natality.encode import write_natality
from records.sources.cdc_natality.fields import FIELDS
from records.sources.cdc_natality.fixed_width import blocks_of_pieces
from tests.fixtures.natality.births import DEFLATE, DEFLATE64, STORED, random_births, record, write_zip

LIKELY_BYTES = st.sampled_from(list(b"0123456789 .NYUX9-A"))


@given(
    name=st.sampled_from(sorted(FIELDS)),
    rows=st.lists(st.lists(LIKELY_BYTES | st.integers(0, 255), min_size=4, max_size=4), min_size=1, max_size=30),
)
@settings(max_examples=300, deadline=None)
def test_a_field_is_read_as_its_code_list_says_or_not_at_all(name: str, rows: list[list[int]]) -> None:
    field = FIELDS[name]
    texts = [bytes(row[: field.width]).decode("latin-1") for row in rows]
    records = b"".join(record({field.first_byte: text}) for text in texts)
    decoded = decode_records(np.frombuffer(records, dtype=np.uint8).reshape(-1, 1345))
    known = codes_by_text(name)
    assert decoded.columns[name].tolist() == [known.get(text, unreadable(field)) for text in texts]
    bad = sorted(int(row) for problem in decoded.unreadable for row in problem.rows)
    assert bad == [row for row, text in enumerate(texts) if text not in known]


@given(births=st.integers(1, 60), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_text_zip_csv_and_parquet_give_the_same_births(births: int, seed: int) -> None:
    frame = random_births(births, seed)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / form / f"births.{form}" for form in ("txt", "zip", "csv", "parquet")]
        for path in paths:
            path.parent.mkdir()
        write_natality(frame, paths[0], is_simulated=False)
        write_natality(frame, paths[1], is_simulated=False)
        frame.write_csv(paths[2])
        frame.write_parquet(paths[3])
        read = [CDC_NATALITY.scan([path]) for path in paths]
        expected = read[0].pregnancies.collect()
        assert read[0].set_aside == ()
        assert expected.height == births
        for other in read[1:]:
            assert_frame_equal(other.pregnancies.collect(), expected)
            assert (other.lacking, other.notes) == (read[0].lacking, read[0].notes)


@given(births=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_written_births_are_read_back_code_by_code(births: int, seed: int) -> None:
    frame = random_births(births, seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "births.txt"
        write_natality(frame, path)
        records = np.frombuffer(path.read_bytes(), dtype=np.uint8).reshape(-1, 1347)
    decoded = decode_records(records)
    for name in FIELDS:
        assert decoded.columns[name].tolist() == [codes_by_text(name)[text] for text in frame[name]]


@given(
    births=st.integers(1, 12),
    line_end=st.sampled_from([b"\r\n", b"\n"]),
    cuts=st.lists(st.integers(0, 12 * 1347), max_size=20),
    last_end=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_records_do_not_depend_on_the_pieces_they_came_in(
    births: int, line_end: bytes, cuts: list[int], last_end: bool
) -> None:
    records = [record({75: f"{20 + number}"}) for number in range(births)]
    data = line_end.join(records) + (line_end if last_end else b"")
    at = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:stop] for start, stop in pairwise(at)]
    found = [bytes(row[:1345]) for block in blocks_of_pieces(iter(pieces), "births.txt") for row in block]
    assert found == records


@given(
    content=st.binary(max_size=100_000) | st.binary(min_size=1, max_size=50).map(lambda b: b * 4_000), data=st.data()
)
@settings(max_examples=40, deadline=None)
def test_an_archive_gives_back_what_was_put_in(content: bytes, data: st.DataObject) -> None:
    method = data.draw(st.sampled_from([STORED, DEFLATE, DEFLATE64]))
    with tempfile.TemporaryDirectory() as folder:
        path = write_zip(Path(folder) / "a.zip", content, method=method, zip64=data.draw(st.booleans()))
        (member,) = members(path)
        assert b"".join(inflated(path, member)) == content
