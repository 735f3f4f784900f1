"""What a code says: the code lists of this project, the dates of a pregnancy, and this project's own codes.

A code can say different things in different parts of a record: gestational diabetes that began before this pregnancy
is a history of it. So a meaning holds a fact for each part, and `placing` chooses once the pregnancy is dated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from records.clock import BOOKING
from records.codelists import CODE_SYSTEMS, PLACES, coded_facts
from records.concepts import concept
from records.sources.fhir.systems import CODE_SYSTEMS_BY_ADDRESS, LOINC, SNOMED
from records.sources.nhs_facts import ASKED_TOGETHER, NHS_KNOWN_FROM

__all__ = [
    "AT_BOOKING",
    "DATINGS",
    "LOCAL_CONCEPTS",
    "MEANINGS",
    "ONGOING_DEPRESSION",
    "Meaning",
    "codings_of",
    "fact_code",
    "local_meaning",
    "meaning_of",
]

#: Concept, and the value the code gives by itself (None: a number is measured beside it).
Fact = tuple[str, float | None]

#: Dates by which a pregnancy is placed in time, the due dates in the order in which they are believed.
DATINGS = ("due", "due_by_ovulation", "due_by_period", "last_period", "born", "lost", "last_live_birth")
# Expected delivery date: HL7 International Patient Summary, Observation-pregnancy-edd; last period and date of
# delivery: LOINC, as HL7's C-CDA on FHIR pregnancy mapping and its postpartum guide (ASTP) use them; last live birth:
# HL7/fhir-bfdr. Losses: International Patient Summary, pregnancy outcome value set; ICD-10 blocks O00 to O06.
_DATING_CODES: Mapping[tuple[str, str], str] = {
    ("loinc", "11778-8"): "due",
    ("loinc", "11780-4"): "due_by_ovulation",
    ("loinc", "11779-6"): "due_by_period",
    ("loinc", "8665-2"): "last_period",
    ("loinc", "93857-1"): "born",
    ("loinc", "68499-3"): "last_live_birth",
    **{("snomed", code): "lost" for code in ("17369002", "57797005", "34801009")},
    **{("icd10", code): "lost" for code in ("O00", "O01", "O02", "O03", "O04", "O05", "O06")},
}

#: Concepts that are observed in their own right and read under one name or several.
LOCAL_CONCEPTS: tuple[str, ...] = tuple(dict.fromkeys(concept(name).read_by.of for name in NHS_KNOWN_FROM))
_HISTORY = tuple(name for block in ASKED_TOGETHER for name in block)
_MEASURED_ANY_DAY = {
    "height", "weight", "body_mass_index", "haemoglobin", "epds_total", "epds_item_10", "gestation_at_booking",
}  # fmt: skip
#: What care asks at booking: recorded before it, it is known from booking on.
AT_BOOKING: frozenset[str] = frozenset(
    concept(name).read_by.of for name, since in NHS_KNOWN_FROM.items() if since == BOOKING
) - frozenset(_MEASURED_ANY_DAY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """``number`` is its row in `MEANINGS`. ``facts`` by part of the record. ``measures`` names the concept of a number.

    ``dating`` is one of `DATINGS`. ``of_booking``: it says something of booking if it had begun and not ended by then.
    """

    number: int
    facts: Mapping[str, Fact]
    dating: str | None = None
    of_booking: bool = False

    @property
    def measures(self) -> str | None:
        return next((name for name, value in self.facts.values() if value is None), None)


#: The code in this project's own system of a depression that is under way, as a Condition tells it.
ONGOING_DEPRESSION = "depression_ongoing_at_booking.active"


def fact_code(name: str, value: float) -> str:
    """The code in this project's own system that says the fact: the concept's name, and of a category its level."""
    declared = concept(name)
    return f"{name}.{declared.categories[int(value)]}" if declared.kind == "category" else name


def _local_facts(name: str) -> Iterator[tuple[str, dict[str, Fact]]]:
    declared, part = concept(name), "history" if name in _HISTORY else "pregnancy"
    if declared.kind == "category":
        for level in range(len(declared.categories)):
            yield fact_code(name, level), {part: (name, float(level))}
    else:
        yield name, {part: (name, 1.0 if declared.kind == "flag" else None)}


def _by_code() -> Mapping[tuple[str, str], Meaning]:
    found: dict[tuple[str, str], Meaning] = {}

    def add(
        key: tuple[str, str], facts: Mapping[str, Fact], *, dating: str | None = None, of_booking: bool = False
    ) -> None:
        already = found.get(key, Meaning(number=len(found), facts={}))
        found[key] = replace(already, facts={**already.facts, **facts}, dating=dating, of_booking=of_booking)

    for system in CODE_SYSTEMS:
        listed: dict[str, dict[str, Fact]] = {}
        for place in PLACES:
            for code, fact in coded_facts(system, place).items():
                listed.setdefault(code, {})[place] = (fact.concept, fact.value)
        for code, facts in listed.items():
            add((system, code), facts)
    for key, dating in _DATING_CODES.items():
        add(key, {}, dating=dating)
    for name in LOCAL_CONCEPTS:
        for code, facts in _local_facts(name):
            add(("local", code), facts)
    ongoing: Fact = ("depression_ongoing_at_booking", 1.0)
    add(("local", ONGOING_DEPRESSION), {"history": ongoing, "pregnancy": ongoing}, of_booking=True)
    return MappingProxyType(found)


_BY_CODE = _by_code()
MEANINGS: tuple[Meaning, ...] = tuple(_BY_CODE.values())
# The question is no fact, its answer is: HL7 International Patient Summary, tobacco use.
QUESTIONS: frozenset[tuple[str, str]] = frozenset({(LOINC, "72166-2")})
# Yes and no as SNOMED CT qualifier values, as answers to a question that a flag's code asks.
ANSWERS: Mapping[tuple[str, str], bool] = MappingProxyType({(SNOMED, "373066001"): True, (SNOMED, "373067005"): False})


def local_meaning(code: str) -> Meaning:
    return _BY_CODE[("local", code)]


def codings_of(concept_element: object) -> Iterable[Mapping[str, object]]:
    """The codings of a CodeableConcept, none where it has no form of one."""
    codings = concept_element.get("coding") if isinstance(concept_element, dict) else None
    return [coding for coding in codings if isinstance(coding, dict)] if isinstance(codings, list) else ()


def meaning_of(concept_element: object) -> Meaning | None:
    """Of several codings the first that is listed."""
    for coding in codings_of(concept_element):
        system = CODE_SYSTEMS_BY_ADDRESS.get(str(coding.get("system")))
        if system is not None:
            found = _listed(system, str(coding.get("code")))
            if found is not None:
                return found
    return None


def _listed(system: str, code: str) -> Meaning | None:
    if system != "icd10":
        return _BY_CODE.get((system, code))
    # Listed without their dot, a category also for the codes below it.
    plain = code.replace(".", "").upper()
    return next((m for size in (4, 3) if (m := _BY_CODE.get((system, plain[:size]))) is not None), None)
