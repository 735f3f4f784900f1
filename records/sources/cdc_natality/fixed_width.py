"""Births as fixed-width records: where each record ends, and blocks of whole records out of a stream of bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from records.sources.cdc_natality.archive import inflated, members
from records.sources.cdc_natality.errors import AnotherLayout, MisplacedRecordEnd, NotANatalityFile, ShortRecord
from records.sources.cdc_natality.fields import FIELDS, FIRST_YEAR, LAST_YEAR, RECORD_LENGTH

__all__ = ["Framing", "blocks_of_archive", "blocks_of_pieces", "blocks_of_text", "framing_of"]

Bytes = npt.NDArray[np.uint8]

# Small enough that several blocks and their copies stay far below a gigabyte, large enough to keep numpy busy.
_BLOCK_BYTES = 8 * 1024 * 1024
# Longer than any record with its line end, of this layout or an earlier one.
FIRST_BYTES = 4096
_END_OF_TEXT = b"\x1a\r\n"


@dataclass(frozen=True, kw_only=True)
class Framing:
    """How records follow each other in one file: the bytes after each record (CR LF, or LF alone)."""

    line_end: bytes

    @property
    def stride(self) -> int:
        return RECORD_LENGTH + len(self.line_end)


def framing_of(first: bytes, name: str) -> Framing:
    """From the first bytes of a file. Raises `NotANatalityFile`, or `AnotherLayout` for another year's record."""
    end = first.find(b"\n")
    record = first.rstrip(b"\r\n") if end < 0 else first[:end].rstrip(b"\r")
    if not record.strip():
        raise NotANatalityFile(f"{name} holds no record: it is empty, or its first line is")
    if len(record) != RECORD_LENGTH:
        _refuse_length(record, end, name)
    _refuse_year(record, name)
    return Framing(line_end=first[RECORD_LENGTH : end + 1] if end >= 0 else b"\r\n")


def blocks_of_text(path: Path) -> Iterator[Bytes]:
    """Whole records of a text file, some thousands at a time, one row a record.

    A block is good until the next is asked for, which takes its place in memory: to find new memory for each, and to
    copy it there once more, took as long as the reading itself.
    """
    with path.open("rb", buffering=0) as file:
        framing = framing_of(file.read(FIRST_BYTES), path.name)
        file.seek(0)
        held = bytearray(framing.stride * (_BLOCK_BYTES // framing.stride))
        births = 0
        size = len(held)
        while size == len(held):
            size = _fill(held, file)
            whole = size - size % framing.stride
            if whole:
                yield _records(held, whole, framing, births, path.name)
                births += whole // framing.stride
    rest = _complete(bytes(held[whole:size]), framing, births, path.name)
    if rest:
        yield _records(rest, len(rest), framing, births, path.name)


def blocks_of_archive(path: Path) -> Iterator[Bytes]:
    """Whole records of the births inside a ZIP."""
    for member in members(path):
        yield from blocks_of_pieces(inflated(path, member), path.name)


def _fill(held: bytearray, file: io.FileIO) -> int:
    """As many bytes as there are, up to all that ``held`` holds: one read may give fewer."""
    size, place = 0, memoryview(held)
    while size < len(held) and (read := file.readinto(place[size:])):
        size += read
    return size


def blocks_of_pieces(pieces: Iterator[bytes], name: str) -> Iterator[Bytes]:
    """Whole records out of bytes that come in pieces of any size; ``name`` is the file's, for messages.

    Raises `NotANatalityFile`, `AnotherLayout`, `MisplacedRecordEnd` or `ShortRecord`.
    """
    framing: Framing | None = None
    held: list[bytes] = []
    size, births = 0, 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size < (_BLOCK_BYTES if framing else FIRST_BYTES):
            continue
        data = b"".join(held)
        framing = framing or framing_of(data[:FIRST_BYTES], name)
        whole = len(data) - len(data) % framing.stride
        held, size = [data[whole:]], len(data) - whole
        if whole:
            yield _records(data, whole, framing, births, name)
            births += whole // framing.stride
    data = b"".join(held)
    framing = framing or framing_of(data[:FIRST_BYTES], name)
    data = _complete(data, framing, births, name)
    if data:
        yield _records(data, len(data), framing, births, name)


def _records(data: bytes | bytearray, size: int, framing: Framing, births_before: int, name: str) -> Bytes:
    records = np.frombuffer(data, dtype=np.uint8, count=size).reshape(-1, framing.stride)
    ends = records[:, RECORD_LENGTH:] == np.frombuffer(framing.line_end, dtype=np.uint8)
    if not ends.all():
        row = births_before + int(np.argmin(ends.all(axis=1))) + 1
        raise MisplacedRecordEnd(
            f"{name}: record {row:,} does not end after byte {RECORD_LENGTH:,} as the records before it do; "
            "a record was shortened, lengthened or lost"
        )
    return records


def _complete(data: bytes, framing: Framing, births_before: int, name: str) -> bytes:
    """The last records, whose final line end may be missing, and after which only an end-of-text mark may stand."""
    whole = len(data) - len(data) % framing.stride
    rest = data[whole:]
    if not rest.strip(_END_OF_TEXT) and len(rest) < RECORD_LENGTH:
        return data[:whole]
    if len(rest.rstrip(b"\r\n")) < RECORD_LENGTH:
        raise ShortRecord(
            f"{name}: the last record, {births_before + whole // framing.stride + 1:,}, has {len(rest):,} of "
            f"{RECORD_LENGTH:,} characters: the file was cut off; fetch it again"
        )
    return data[:whole] + rest[:RECORD_LENGTH] + framing.line_end


def _refuse_length(record: bytes, end: int, name: str) -> None:
    year = record[14:18]
    if year.isdigit() and 2003 <= int(year) < FIRST_YEAR:
        # The records of 2003 to 2013 hold the year of birth at bytes 15 to 18.
        raise AnotherLayout(
            f"{name}: its first record has {len(record):,} characters and says {int(year)}. Files of 2003 to 2013 "
            f"place their fields elsewhere; this source reads {FIRST_YEAR} to {LAST_YEAR}: {RECORD_LENGTH:,} a birth"
        )
    length = f"has {len(record):,} characters" if end >= 0 else f"does not end within {FIRST_BYTES:,} bytes"
    raise NotANatalityFile(
        f"{name}: its first record {length}; a birth of {FIRST_YEAR} to {LAST_YEAR} has {RECORD_LENGTH:,}"
    )


def _refuse_year(record: bytes, name: str) -> None:
    year = record[FIELDS["DOB_YY"].first_byte - 1 : FIELDS["DOB_YY"].last_byte]
    age = record[FIELDS["MAGER"].first_byte - 1 : FIELDS["MAGER"].last_byte]
    if year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR:
        return
    if not year.strip() and age.isdigit():
        return
    if year.isdigit() and 1968 <= int(year) <= 2100:
        raise AnotherLayout(
            f"{name}: its first record says {int(year)} at bytes 9 to 12; this source reads {FIRST_YEAR} to {LAST_YEAR}"
        )
    raise NotANatalityFile(
        f"{name}: its first record has no year of birth at bytes 9 to 12, where a natality record of {FIRST_YEAR} to "
        f"{LAST_YEAR} has it"
    )
