"""A body read as far as it can be, for the two rules that must answer whatever else is wrong with the request.

Nothing is scored from what is read here: an object that says two things under one name says both.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Pairs", "as_text", "documents", "members", "objects"]


@dataclass(frozen=True)
class Pairs:
    """An object with every member that it was given, in order, a name given twice included."""

    given: tuple[tuple[str, Any], ...]


def as_text(body: bytes) -> str:
    """In whichever Unicode encoding it came; bytes that are none are replaced, so that the rest is not lost."""
    return body.decode(json.detect_encoding(body), errors="replace")


def documents(body: bytes) -> tuple[list[Any], bool]:
    """What can be read of a body, whole or line by line, with `Pairs` for objects; and whether all of it was read."""
    text = as_text(body)
    try:
        return [_read(text)], True
    except (ValueError, RecursionError):
        pass
    found: list[Any] = []
    is_whole = True
    for line in text.splitlines():
        if line.strip():
            try:
                found.append(_read(line))
            except (ValueError, RecursionError):
                is_whole = False
    return found, is_whole


def objects(document: Any) -> Iterator[list[tuple[str, Any]]]:
    """The members of every object in a document, at whatever depth, read strictly or with `documents`."""
    waiting = [document]
    while waiting:
        content = waiting.pop()
        if isinstance(content, list):
            waiting += content
        elif isinstance(content, dict | Pairs):
            pairs = members(content)
            yield pairs
            waiting += [value for _, value in pairs]


def members(content: dict[str, Any] | Pairs) -> list[tuple[str, Any]]:
    return list(content.given) if isinstance(content, Pairs) else list(content.items())


def _read(text: str) -> Any:
    return json.loads(text, object_pairs_hook=lambda pairs: Pairs(tuple(pairs)), parse_int=_whole)


def _whole(digits: str) -> float:
    """Python refuses whole numbers of too many digits; as a float they are infinite, and refused in their place."""
    return int(digits) if len(digits) <= sys.int_info.default_max_str_digits else float(digits)
