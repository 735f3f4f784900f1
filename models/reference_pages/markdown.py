"""Paragraphs, lists and tables as the pages of the docs are written: lines of at most 120 characters, but a table's
row on one line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

__all__ = ["code", "listed", "numbered", "page", "paragraph", "table", "without_empty_columns"]

WIDTH = 120


def page(*parts: str) -> str:
    """Parts, with an empty line between them."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def paragraph(text: str) -> str:
    return _wrapped(text)


def numbered(items: Sequence[str]) -> str:
    return "\n".join(_wrapped(item, first=f"{number}. ", then="   ") for number, item in enumerate(items, start=1))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A vertical bar within a cell would end it, so it is written as what it is."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def without_empty_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """`table`, but for the columns in which no row says anything."""
    kept = [place for place in range(len(header)) if any(row[place] for row in rows)]
    return table([header[place] for place in kept], ([row[place] for place in kept] for row in rows))


def code(name: str) -> str:
    return f"`{name}`"


def listed(names: Iterable[str]) -> str:
    """'`a`, `b`'."""
    return ", ".join(map(code, names))


def _wrapped(text: str, first: str = "", then: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
