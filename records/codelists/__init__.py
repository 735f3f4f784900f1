"""Code lists: which codes of SNOMED CT, ICD-10 and LOINC say which fact, each row with where that was read.

`snomed.csv`, `icd10.csv` and `loinc.csv` have the columns ``concept, code, value, term, provenance``. ``value`` is empty
where the code is a flag that holds or a quantity that was measured, ``false`` where it says that the flag does not hold,
and the level where the concept is a category.
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

__all__ = ["CODE_SYSTEMS", "CodedFact", "WrongCodelist", "coded_facts", "codes_for"]

CODE_SYSTEMS = ("snomed", "icd10", "loinc")
_COLUMNS = ["concept", "code", "value", "term", "provenance"]


class WrongCodelist(EquipartumError):
    """A code list that contradicts itself, or a row of one without its provenance."""


@dataclass(frozen=True, kw_only=True)
class CodedFact:
    """What a code says: the concept, and the value it gives by itself (None: the measured value is beside it)."""

    concept: str
    code: str
    value: float | None
    term: str
    provenance: str


@cache
def coded_facts(system: str) -> Mapping[str, CodedFact]:
    """By code. Raises `WrongCodelist`, naming the row."""
    file = resources.files(__package__).joinpath(f"{system}.csv")
    found: dict[str, CodedFact] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if reader.fieldnames != _COLUMNS:
            raise WrongCodelist(f"{system}.csv has the columns {reader.fieldnames}; it should have {_COLUMNS}")
        for number, row in enumerate(reader, start=2):
            if not row["code"] or not row["provenance"]:
                raise WrongCodelist(f"{system}.csv, line {number}: a code and its provenance are needed")
            if row["code"] in found:
                raise WrongCodelist(f"{system}.csv, line {number}: code {row['code']} is there already")
            found[row["code"]] = CodedFact(
                concept=row["concept"],
                code=row["code"],
                value=_value(row["concept"], row["value"]),
                term=row["term"],
                provenance=row["provenance"],
            )
    return MappingProxyType(found)


def codes_for(system: str, name: str) -> tuple[CodedFact, ...]:
    """The codes of a concept, in the order of the list."""
    return tuple(fact for fact in coded_facts(system).values() if fact.concept == name)


def _value(name: str, written: str) -> float | None:
    declared = concept(name)
    if declared.kind == "category":
        return float(declared.categories.index(written))
    if declared.kind == "flag":
        return 0.0 if written == "false" else 1.0
    return float(written) if written else None
