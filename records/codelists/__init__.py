"""Code lists: which codes of SNOMED CT, ICD-10 and LOINC say which fact, each row with where that was read.

`snomed.csv`, `icd10.csv` and `loinc.csv` have the columns ``place, concept, code, value, term, provenance``. ``place``
is the part of the record a code is read in: a haemorrhage in her history and one at this birth are different facts.
``value`` is empty where the code is a flag that holds or a quantity that was measured, ``false`` where it says that the
flag does not hold, and the level where the concept is a category.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from records.concepts import concept
from records.errors import EquipartumError

__all__ = ["CODE_SYSTEMS", "PLACES", "CodedFact", "WrongCodelist", "coded_facts", "codes_for", "read_codelist"]

CODE_SYSTEMS = ("snomed", "icd10", "loinc")
#: Her history before this pregnancy, her family's, this pregnancy, labour and birth, the baby, and the year after.
PLACES = ("history", "family", "pregnancy", "labour", "baby", "after")
_COLUMNS = ["place", "concept", "code", "value", "term", "provenance"]


class WrongCodelist(EquipartumError):
    """A code list that contradicts itself, or a row of one without its provenance."""


@dataclass(frozen=True, kw_only=True)
class CodedFact:
    """What a code says: the concept, and the value it gives by itself (None: the measured value is beside it)."""

    place: str
    concept: str
    code: str
    value: float | None
    term: str
    provenance: str


@cache
def coded_facts(system: str, place: str) -> Mapping[str, CodedFact]:
    """By code. Raises `WrongCodelist`, naming the row."""
    return MappingProxyType({fact.code: fact for fact in _rows(system) if fact.place == place})


def codes_for(system: str, name: str) -> tuple[CodedFact, ...]:
    """The codes of a concept, in the order of the list."""
    return tuple(fact for fact in _rows(system) if fact.concept == name)


@cache
def _rows(system: str) -> tuple[CodedFact, ...]:
    name = f"{system}.csv"
    return read_codelist(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"), name)


def read_codelist(text: str, name: str) -> tuple[CodedFact, ...]:
    """A code list's rows. Raises `WrongCodelist` with the line, `UnknownConcept`, ValueError for an unknown level."""
    reader = csv.DictReader(text.splitlines())
    if reader.fieldnames != _COLUMNS:
        raise WrongCodelist(f"{name} has the columns {reader.fieldnames}; it should have {_COLUMNS}")
    found: dict[tuple[str, str], CodedFact] = {}
    for number, row in enumerate(reader, start=2):
        key = (row["place"], row["code"])
        if row["place"] not in PLACES or not row["code"] or not row["provenance"] or key in found:
            raise WrongCodelist(
                f"{name}, line {number}: needs a place of {', '.join(PLACES)}, a code that the place does not "
                "have yet, and where it was read"
            )
        written = row.pop("value")
        found[key] = CodedFact(**row, value=_value(row["concept"], written))
    return tuple(found.values())


def _value(name: str, written: str) -> float | None:
    declared = concept(name)
    if declared.kind == "category":
        return float(declared.categories.index(written))
    if declared.kind == "flag":
        return 0.0 if written == "false" else 1.0
    return float(written) if written else None
