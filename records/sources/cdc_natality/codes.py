"""What is written in a field, as one small number: a value, or one of three ways of not being one.

Fields of one or two bytes become uint8, wider ones uint16; the top three numbers of the type are kept for 'blank',
'unknown' and 'unreadable', so that a birth costs about 60 bytes and no separate null mask.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from records.sources.cdc_natality.fields import FIELDS, Field

__all__ = [
    "Cell",
    "CodeArray",
    "blank",
    "code_type",
    "codes_by_text",
    "first_mark",
    "text_of_cell",
    "unknown",
    "unreadable",
    "why_unreadable",
]

Cell = str | int | float | bool | None
CodeArray = npt.NDArray[np.unsignedinteger[Any]]


def code_type(field: Field) -> type[np.uint8] | type[np.uint16]:
    return np.uint8 if field.width <= 2 else np.uint16


def first_mark(field: Field) -> int:
    """Numbers below this are values."""
    return 253 if field.width <= 2 else 65_533


def blank(field: Field) -> int:
    return first_mark(field)


def unknown(field: Field) -> int:
    return first_mark(field) + 1


def unreadable(field: Field) -> int:
    return first_mark(field) + 2


@cache
def codes_by_text(name: str) -> Mapping[str, int]:
    """Every text the field can hold, at its full width, and the number it becomes."""
    field = FIELDS[name]
    codes = field.codes
    found: dict[str, int] = {" " * field.width: blank(field)}
    if codes.any_character:
        found |= {chr(byte): byte for byte in range(33, 127)}
    numbers = (*range(codes.low, codes.high + 1), *codes.special)
    found |= {_text_of_number(field, number): number for number in numbers}
    found |= {letter: place for place, letter in enumerate(codes.letters)}
    if codes.unknown is not None:
        found[codes.unknown] = unknown(field)
    return MappingProxyType(found)


def text_of_cell(field: Field, cell: Cell) -> str:
    """A cell of a CSV, Parquet or Polars column as the field would hold it, blank for an empty one.

    Delimited copies of the file drop leading zeros and turn counts into decimals ('7', 7 and 7.0 are '07'); what is
    no number is returned as it stands, to be judged by the code list.
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return " " * field.width
    if isinstance(cell, bool):
        return "Y" if cell else "N"
    text = str(cell).strip()
    if not text:
        return " " * field.width
    if field.codes.letters:
        return text.upper()
    if field.codes.any_character:
        return text.removesuffix(".0")
    try:
        number = float(text) * 10**field.codes.decimals
    except ValueError:
        return text
    if not math.isfinite(number) or abs(number - round(number)) > 1e-6:
        return text
    return _text_of_number(field, round(number))


def why_unreadable(field: Field, text: str) -> str:
    """The reason, without the value."""
    codes = field.codes
    if codes.any_character:
        return "is not a printable character"
    if codes.letters:
        return f"is not one of {', '.join((*codes.letters, *filter(None, [codes.unknown])))}"
    if not text.strip().replace(".", "", codes.decimals).isdigit():
        return "is not a number" if codes.decimals == 0 else "is not a number with one decimal"
    scale = 10**codes.decimals
    unknown_code = f", {codes.unknown} unknown" if codes.unknown else ""
    return f"is outside its code list ({codes.low / scale:g} to {codes.high / scale:g}{unknown_code})"


def _text_of_number(field: Field, number: int) -> str:
    if field.codes.decimals == 0:
        return f"{number:0{field.width}d}"
    return f"{number / 10:0{field.width}.1f}"
