"""One woman's facts as a request gives them: checked against the concepts, all refusals at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from models.encoding import Fact
from models.outcomes import OUTCOMES
from models.predictors import PREDICTORS
from records.concept import Concept
from records.concepts import CONCEPTS
from records.errors import EquipartumError
from serving.problems import Refusal

__all__ = [
    "ACCEPTED_FACTS",
    "EPDS_FACTS",
    "RefusedFact",
    "accepted_units",
    "accepted_value",
    "checked_value",
    "escaped",
    "read_facts",
    "undefined_facts",
]

EPDS_FACTS = ("epds_item_10", "epds_total", "epds_total_in_pregnancy")
# Known only once the baby is born: it cannot be a fact about a pregnancy whose risk is asked for.
_KNOWN_AFTER = ("live_birth",)
# Beyond it a 64-bit float no longer tells whole numbers apart.
LARGEST_EXACT = 2**53
LONGEST_NAME = 80


def _accepted() -> tuple[str, ...]:
    definitions = itertools.chain.from_iterable(outcome.definitions for outcome in OUTCOMES.values())
    population = (condition.concept for definition in definitions for condition in definition.population)
    names = dict.fromkeys((*PREDICTORS, *population, *EPDS_FACTS))
    return tuple(name for name in names if name in CONCEPTS and name not in _KNOWN_AFTER)


ACCEPTED_FACTS = _accepted()


def read_facts(given: Any) -> tuple[dict[str, Fact], list[Refusal]]:
    """Facts in canonical units, null where not recorded or refused, and every refusal."""
    if not isinstance(given, dict):
        return {}, [Refusal(pointer="#/facts", detail="facts is an object of concepts", value=given)]
    facts: dict[str, Fact] = {}
    refusals: list[Refusal] = []
    for name, content in given.items():
        pointer = f"#/facts/{escaped(name)}"
        if name not in ACCEPTED_FACTS:
            refusals.append(Refusal(pointer=pointer, detail="no fact of this name is asked for: see /openapi.json"))
            continue
        facts[name] = None
        try:
            facts[name] = _fact(CONCEPTS[name], content, pointer)
        except RefusedFact as refused:
            refusals.append(refused.refusal)
    return facts, refusals or list(_contradictions(facts))


def undefined_facts(facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Accepted facts that have no meaning for this woman: the history of births where there was none before, the days
    since a diagnosis that was not made."""
    return tuple(
        name
        for name in ACCEPTED_FACTS
        if (condition := CONCEPTS[name].defined_if) is not None and facts.get(condition) == 0
    )


def accepted_value(concept: Concept) -> dict[str, Any]:
    """What is accepted, as a client can read it: range and units, levels, or true and false."""
    if concept.kind == "category":
        return {"one_of": [*concept.categories, None]}
    if concept.kind == "flag":
        return {"one_of": [True, False, None]}
    low, high = concept.plausible or (None, None)
    units = list(accepted_units(concept)) if concept.unit else None
    stated = {"minimum": low, "maximum": high, "of_unit": concept.unit, "units": units}
    return {name: value for name, value in stated.items() if value is not None}


def accepted_units(concept: Concept) -> tuple[str, ...]:
    if concept.unit is not None:
        return (concept.unit, *concept.other_units)
    return ("1",) if concept.kind == "count" else ()


class RefusedFact(Exception):
    """One place refused; caught where all of them are gathered."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.pointer)
        self.refusal = refusal


def _fact(concept: Concept, content: Any, pointer: str) -> Fact:
    if content is None:
        return None
    if not isinstance(content, dict):
        detail = 'a fact is an object, as in {"value": 31, "unit": "a"}, or null where it is not recorded'
        raise RefusedFact(Refusal(pointer=pointer, detail=detail, accepted={"type": "object"}, value=content))
    for name in content:
        if name not in ("value", "unit"):
            raise RefusedFact(
                Refusal(pointer=f"{pointer}/{escaped(name)}", detail="a fact has a value and a unit, nothing else")
            )
    if "value" not in content:
        raise RefusedFact(Refusal(pointer=f"{pointer}/value", detail="give a value; null where it is not recorded"))
    return checked_value(concept, content["value"], content.get("unit"), pointer)


def checked_value(concept: Concept, value: Any, unit: Any, pointer: str) -> Fact:
    """The value in the concept's own unit, null where not recorded. `RefusedFact` names a member below ``pointer``."""

    def refused(where: str, detail: str, value: Any = None) -> RefusedFact:
        refusal = Refusal(pointer=f"{pointer}/{where}", detail=detail, accepted=accepted_value(concept), value=value)
        return RefusedFact(refusal)

    units = accepted_units(concept)
    if unit is not None and unit not in units:
        raise refused("unit", f"{concept.name} has {'another' if units else 'no'} unit")
    if value is None:
        return None
    if concept.unit is not None and unit is None:
        raise refused("unit", f"{concept.name} needs its unit")
    if isinstance(value, list | dict) or (isinstance(value, int) and abs(value) > LARGEST_EXACT):
        raise refused("value", f"{concept.name} cannot be such a value", value)
    try:
        return concept.check(value, unit)
    except EquipartumError as error:
        raise refused("value", str(error), value) from None


def _contradictions(facts: Mapping[str, Fact]) -> Iterator[Refusal]:
    for name in undefined_facts(facts):
        if facts.get(name):
            condition = CONCEPTS[name].defined_if
            yield Refusal(
                pointer=f"#/facts/{name}/value",
                detail=f"{name} contradicts {_nothing_of(condition)}",
                accepted={"one_of": [None], "or": f"{condition} {_some_of(condition)}"},
                value=facts[name],
            )


def escaped(name: str) -> str:
    """A name as one step of a JSON pointer, cut where it is longer than any name of the contract."""
    return quote(name[:LONGEST_NAME].replace("~", "~0").replace("/", "~1"), safe="~", errors="replace")


def _nothing_of(condition: str | None) -> str:
    if condition == "parity":
        return "parity = 0: a first birth has no such history"
    return f"{condition} = false: without it there is no such fact"


def _some_of(condition: str | None) -> str:
    return "above 0" if condition == "parity" else "true"
