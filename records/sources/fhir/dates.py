"""FHIR dates as days since 1970, and instants as microseconds.

A time with an offset is of the day it was in England, by whose clock maternity records are kept: many servers send
every time in UTC, which is another day for an hour of each summer night. Without an offset the day is the one written.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from records.sources.fhir.errors import UnreadableResource

__all__ = ["day_of", "first_possible_day", "instant_of", "last_possible_day"]

_EPOCH = date(1970, 1, 1).toordinal()
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T.*)?)?)?", re.ASCII)
_DAY_LENGTH = len("2020-01-31")
_MINUTE_LENGTH = len("2020-01-31T23:30")
# Seconds are left out, a leap second among them: no clock is put forward or back within a minute.
_TIMED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(?P<offset>Z|[+-]\d{2}:\d{2})", re.ASCII)
_ENGLAND = ZoneInfo("Europe/London")
_YEARS = range(1900, 2200)


def day_of(written: object, element: str) -> int | None:
    """None where nothing is written, or a month or year without its day. Raises `UnreadableResource`."""
    if written is None:
        return None
    text = _checked(written, element)
    return _civil_day(text, element) if len(text) >= _DAY_LENGTH else None


def last_possible_day(written: object, element: str) -> int | None:
    """Of a month or a year its last day: what came before then did so whatever the day was."""
    if written is None:
        return None
    text = _checked(written, element)
    if len(text) >= _DAY_LENGTH:
        return _civil_day(text, element)
    first = _day(f"{text}-01" if "-" in text else f"{text}-12-01", element)
    # The first of the next month is within 31 days of the first of this one.
    next_month = date.fromordinal(first + _EPOCH + 31).replace(day=1)
    return next_month.toordinal() - _EPOCH - 1


def first_possible_day(written: object, element: str) -> int | None:
    """Of a month or a year its first day."""
    if written is None:
        return None
    text = _checked(written, element)
    if len(text) >= _DAY_LENGTH:
        return _civil_day(text, element)
    return _day(f"{text}-01" if "-" in text else f"{text}-01-01", element)


def _civil_day(text: str, element: str) -> int:
    timed = _TIMED.fullmatch(text)
    written = _day(text[:_DAY_LENGTH], element)
    return written if timed is None else _day_in_england(text[:_MINUTE_LENGTH] + timed["offset"], element)


@lru_cache(maxsize=1 << 16)
def _day_in_england(minute: str, element: str) -> int:
    try:
        moment = datetime.fromisoformat(minute)
    except ValueError:
        raise UnreadableResource(element, "is a time that no clock shows") from None
    return moment.astimezone(_ENGLAND).toordinal() - _EPOCH


@lru_cache(maxsize=1 << 16)
def _day(text: str, element: str) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnreadableResource(element, "is a day that no calendar has") from None
    if day.year not in _YEARS:
        raise UnreadableResource(element, "is of an impossible year")
    return day.toordinal() - _EPOCH


def _checked(written: object, element: str) -> str:
    if not isinstance(written, str) or _DATE.fullmatch(written) is None:
        raise UnreadableResource(element, "is not a FHIR date (YYYY, YYYY-MM or YYYY-MM-DD, with or without a time)")
    return written


def instant_of(written: object, element: str) -> int | None:
    """Microseconds since 1970, UTC where no offset is written."""
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(_checked(written, element))
    except ValueError:
        raise UnreadableResource(element, "is not an instant") from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
