"""How a fact is read from dated entries, and what it means where there is none, in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models.reference_pages.markdown import code
from records.concept import Concept
from records.concepts import CONCEPTS
from records.histories.tables import ClosedFrom
from records.reading import How
from records.sources.nhs_facts import NHS_CLOSED
from records.sources.registry import SOURCES

__all__ = ["how_read", "no_entry_means"]

_WORDS: Mapping[How, str] = MappingProxyType(
    {
        "first": "first",
        "last": "last",
        "maximum": "highest",
        "minimum": "lowest",
        "count": "how many",
        "slope": "rise a week of",
        "days_since_first": "days since the first",
    }
)
_CLOSED: Mapping[ClosedFrom, str] = MappingProxyType({"booked": "no, once booked", "birth": "no, once she gave birth"})


def how_read(fact: Concept) -> str:
    """'highest `epds_total`, day 14 to 365 after birth'; '' where it is read as facts of its kind are.

    Of entries that are read as other facts only, as which.
    """
    reading = fact.reading
    if reading is None:
        others = [one.name for one in CONCEPTS.values() if one.read_by.of == fact.name != one.name]
        is_read = any(fact.name in source.known_from for source in SOURCES.values())
        return f"as {', '.join(map(code, others))}" if others and not is_read else ""
    how = "any" if fact.kind == "flag" and reading.how == "maximum" else _WORDS[reading.how]
    of = "" if reading.of == fact.name else f" {code(reading.of)}"
    if reading.days_after_birth is not None:
        return f"{how}{of}, day {reading.days_after_birth[0]} to {reading.days_after_birth[1]} after birth"
    until = ", before birth" if reading.before_birth else ", by the day of birth" if reading.by_birth else ""
    return f"{how}{of}{until}"


def no_entry_means(name: str) -> str:
    """'' where it means that the fact is not known."""
    return _CLOSED[NHS_CLOSED[name]] if name in NHS_CLOSED else ""
