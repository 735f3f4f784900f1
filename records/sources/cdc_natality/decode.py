"""Fixed-width records to codes, a block at a time, by table look-up.

A field of one or two bytes indexes one table with all it can hold. A wider one is read as two halves, each first
reduced to a token of one byte, and the two tokens index the table. So the code list is checked by the reading itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from records.sources.cdc_natality.codes import CodeArray, code_type, codes_by_text, unreadable, why_unreadable
from records.sources.cdc_natality.fields import FIELDS, SIMULATED_MARK, Field

__all__ = ["Decoded", "Unreadable", "decode_records"]

Bytes = npt.NDArray[np.uint8]

_NO_TOKEN = 255


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Rows of a block (from 0) at which a field holds nothing its code list has."""

    field: str
    reason: str
    rows: npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """CodeArray of a block of births by field, each array one number a birth."""

    columns: Mapping[str, CodeArray]
    unreadable: tuple[Unreadable, ...]
    births: int
    is_simulated: bool = False


def decode_records(records: Bytes) -> Decoded:
    """``records`` is one row a birth, one column a byte, line end included or not."""
    columns: dict[str, CodeArray] = {}
    bad: list[Unreadable] = []
    for field in FIELDS.values():
        # Copied once to lie side by side: a byte a record is a cache line a record.
        held = np.ascontiguousarray(records[:, field.first_byte - 1 : field.last_byte].T)
        columns[field.name] = codes = _look_up(field, held)
        if codes.max() == unreadable(field):
            bad += _unreadable(field, held, codes)
    return Decoded(columns=columns, unreadable=tuple(bad), births=len(records), is_simulated=_holds_simulated(records))


def _holds_simulated(records: Bytes) -> bool:
    marked = records[records[:, 0] == SIMULATED_MARK[0], : len(SIMULATED_MARK)]
    return bool((marked == np.frombuffer(SIMULATED_MARK, dtype=np.uint8)).all(axis=1).any())


def _look_up(field: Field, held: Bytes) -> CodeArray:
    codes: CodeArray = _table(field.name)[_places(field.width, held)]
    return codes


def _places(width: int, held: Bytes) -> Bytes | npt.NDArray[np.uint16]:
    if width == 1:
        only: Bytes = held[0]
        return only
    if width == 2:
        return _pair(held[0], held[1])
    leading = _byte_tokens()[held[0]] if width == 3 else _pair_tokens()[_pair(held[0], held[1])]
    return _pair(leading, _pair_tokens()[_pair(held[-2], held[-1])])


def _unreadable(field: Field, held: Bytes, codes: CodeArray) -> list[Unreadable]:
    rows = np.nonzero(codes == unreadable(field))[0]
    texts = np.ascontiguousarray(held[:, rows].T).view(f"V{field.width}")[:, 0]
    distinct, which = np.unique(texts, return_inverse=True)
    reasons = [why_unreadable(field, bytes(text).decode("latin-1")) for text in distinct]
    return [
        Unreadable(field=field.name, reason=reason, rows=rows[np.isin(which, _positions(reasons, reason))])
        for reason in dict.fromkeys(reasons)
    ]


def _positions(reasons: list[str], reason: str) -> list[int]:
    return [position for position, other in enumerate(reasons) if other == reason]


def _pair(high: Bytes, low: Bytes) -> npt.NDArray[np.uint16]:
    pair = high.astype(np.uint16)
    pair <<= 8
    pair |= low
    return pair


@cache
def _table(name: str) -> CodeArray:
    field = FIELDS[name]
    size = 256 if field.width == 1 else 65_536
    table: CodeArray = np.full(size, unreadable(field), dtype=code_type(field))
    for text, code in codes_by_text(name).items():
        table[_index(text.encode("latin-1"))] = code
    return table


def _index(text: bytes) -> int:
    if len(text) == 1:
        return text[0]
    if len(text) == 2:
        return text[0] << 8 | text[1]
    leading = _byte_tokens()[text[0]] if len(text) == 3 else _pair_tokens()[text[0] << 8 | text[1]]
    return int(leading) << 8 | int(_pair_tokens()[text[-2] << 8 | text[-1]])


@cache
def _byte_tokens() -> Bytes:
    """A digit is itself, a space 100."""
    tokens = np.full(256, _NO_TOKEN, dtype=np.uint8)
    tokens[ord("0") : ord("9") + 1] = np.arange(10)
    tokens[ord(" ")] = 100
    return tokens


@cache
def _pair_tokens() -> Bytes:
    """Two digits are 0 to 99, two spaces 100, a point and a digit 110 to 119."""
    tokens = np.full(65_536, _NO_TOKEN, dtype=np.uint8)
    for number in range(100):
        tokens[_index(b"%02d" % number)] = number
    for digit in range(10):
        tokens[_index(b".%d" % digit)] = 110 + digit
    tokens[_index(b"  ")] = 100
    return tokens
