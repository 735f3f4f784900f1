"""The codes of every fact, with where each was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType

from models.reference_pages.markdown import code, listed, table
from records.codelists import CODE_SYSTEMS, CodedFact, codes_for
from records.concept import Concept
from records.concepts import CONCEPTS

__all__ = ["codes_table"]

_TITLES: Mapping[str, str] = MappingProxyType({"snomed": "SNOMED CT", "icd10": "ICD-10", "loinc": "LOINC"})
#: Where the codes that stand with the concepts themselves, and in no list, were read.
_PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "snomed": "NHS England, maternity data set guidance",
        "icd10": "World Health Organization, ICD-10",
        "loinc": "loinc.org",
    }
)
# A longer row is a list to look up, not to read.
_MOST_SHOWN = 8


def codes_table() -> str:
    return table(
        ("fact", "read in", "system", "codes", "where they were read"),
        (row for fact in CONCEPTS.values() for system in CODE_SYSTEMS for row in _rows(fact, system)),
    )


def _rows(fact: Concept, system: str) -> Iterator[tuple[str, ...]]:
    listed_codes = codes_for(system, fact.name)
    in_order = sorted(listed_codes, key=lambda row: (row.place, row.provenance, row.value is None, row.value))
    for (place, provenance), found in groupby(in_order, key=lambda row: (row.place, row.provenance)):
        yield code(fact.name), place, _TITLES[system], _shown(list(found), system), provenance
    # ICD-10 is written with its point and without.
    there = {row.code.replace(".", "") for row in listed_codes}
    alone = [one for one in getattr(fact, system) if one.replace(".", "") not in there]
    if alone:
        yield code(fact.name), "", _TITLES[system], listed(alone), _PUBLISHED[system]


def _shown(found: list[CodedFact], system: str) -> str:
    if len(found) > _MOST_SHOWN:
        return f"{len(found)} codes, in `records/codelists/{system}.csv`"
    return ", ".join(code(one.code) + (f" ({said})" if (said := _says(one)) else "") for one in found)


def _says(one: CodedFact) -> str:
    """The level a code gives, or 'no' where it says that a flag does not hold."""
    fact = CONCEPTS[one.concept]
    if one.value is None:
        return ""
    if fact.kind == "category":
        return fact.categories[int(one.value)]
    if fact.kind == "flag":
        return "" if one.value else "no"
    return f"{one.value:g}"
