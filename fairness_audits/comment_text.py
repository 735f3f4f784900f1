"""What a name, a role or a comment beside an audit may be: text that shows as it is, and that names no woman.

It goes where the audit goes, to pages and to other sites. What looks like an identifier is refused; a woman's name
cannot be told from any other word and is not found.
"""

from __future__ import annotations

import re
from datetime import date

from records.errors import EquipartumError

__all__ = ["IncompleteSignature", "is_shown_as_it_is", "line", "said"]

LONGEST_NAME = 200
LONGEST_COMMENT = 4_000
# Line ends, tabs, spaces that do not break, and the joiners that Persian and Indic scripts are written with.
UNPRINTED_AND_NEEDED = frozenset("\n\t\u00a0\u202f\u200c\u200d")
AUDIT_ID = re.compile(r"\b\d{8}T\d{0,12}(?:-[0-9a-f]{1,8})?\b")
# NHS numbers are written 3-3-4; hospital numbers and dates without separators have six digits or more in a row.
IDENTIFIER = re.compile(
    r"(?<!\d)\d{3}[\s.\-\u2010-\u2015]{1,3}\d{3}[\s.\-\u2010-\u2015]{1,3}\d{4}(?!\d)|\d{6}"
    # ten digits however they are parted: 943 476 591 9
    r"|(?<!\d)\d(?:[\s.\-\u2010-\u2015]{0,3}\d){9}(?!\d)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = re.compile(
    rf"(?<!\d)(?:\d{{1,2}}[/.\-]\d{{1,2}}[/.\-](\d{{4}}|\d{{2}})|(\d{{4}})[/.\-]\d{{1,2}}[/.\-]\d{{1,2}}"
    rf"|{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(\d{{4}})|{_MONTH}\s+{_DAY},?\s+(\d{{4}}))(?!\d)",
    re.IGNORECASE,
)
BIRTH = re.compile(r"\b(?:born|birth\s*date|birthday|date\s+of\s+birth|d\.?o\.?b)\b", re.IGNORECASE)
# A meeting's date is recent; a woman who gives birth was born longer ago.
YOUNGEST = 10


class IncompleteSignature(EquipartumError):
    """A signature or comment that does not say who, in which role, or what; or says what must not be kept."""


def line(what: str, text: str, on: date) -> str:
    """A name or role, its spaces made single. `IncompleteSignature` where it is none."""
    told = " ".join(text.split())
    if not told or not any(letter.isalpha() for letter in told) or len(told) > LONGEST_NAME or not told.isprintable():
        raise IncompleteSignature(
            f"a {what} is needed, of at most {LONGEST_NAME} letters; it is asked for, never filled in"
        )
    _refuse_identifiers(what, told, on)
    return told


def said(text: str, on: date, *, needed: bool) -> str:
    """A comment. `IncompleteSignature` where it is blank and ``needed``, too long, or not to be kept or shown."""
    told = text.replace("\r\n", "\n").strip()
    if (needed and not told) or len(told) > LONGEST_COMMENT:
        raise IncompleteSignature(f"a comment is text of 1 to {LONGEST_COMMENT:,} letters; this has {len(told):,}")
    if not is_shown_as_it_is(told):
        raise IncompleteSignature(
            "the comment holds characters that are not shown or that turn the text around them (control characters, "
            "direction marks): type it again as plain text"
        )
    _refuse_identifiers("comment", told, on)
    return told


def is_shown_as_it_is(text: str) -> bool:
    """Without what moves a cursor, hides or reverses text, or is no character at all."""
    return all(letter.isprintable() or letter in UNPRINTED_AND_NEEDED for letter in text)


def _refuse_identifiers(what: str, text: str, on: date) -> None:
    """Never repeats what it found: messages go to terminals and logs."""
    plain = AUDIT_ID.sub(" ", text)
    if IDENTIFIER.search(plain):
        raise IncompleteSignature(
            f"the {what} holds a number that looks like an NHS or hospital number; what is said of an audit goes "
            "where the audit goes: leave it out, and keep it in the woman's notes"
        )
    dates = [next(filter(None, found)) for found in DATE.findall(plain)]
    if dates and (BIRTH.search(plain) or any(_year(told, on) <= on.year - YOUNGEST for told in dates)):
        raise IncompleteSignature(
            f"the {what} holds what looks like a date of birth; what is said of an audit goes where the audit goes: "
            "leave it out, and keep it in the woman's notes"
        )


def _year(told: str, on: date) -> int:
    """Two digits are of this century unless that is yet to come."""
    year = int(told)
    if len(told) > 2:
        return year
    return 2000 + year if 2000 + year <= on.year else 1900 + year
