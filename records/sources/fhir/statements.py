"""What one resource states: readers of Observation, Condition, Procedure and FamilyMemberHistory.

A statement gives a meaning and the day on which care came to know it. `UnreadableResource` rises where a resource that
says something this reader knows cannot be read; a resource that says nothing it knows gives no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from records.sources.fhir.dates import day_of, last_possible_day
from records.sources.fhir.depression import under_way_until
from records.sources.fhir.errors import UnreadableResource
from records.sources.fhir.meanings import (
    ANSWERS,
    ONGOING_DEPRESSION,
    QUESTIONS,
    Meaning,
    codings_of,
    local_meaning,
    meaning_of,
)
from records.sources.fhir.references import Json
from records.sources.fhir.units import NO_DOUBT, TOLD_TOO_EARLY, UNCERTAIN_VALUE, in_canonical_unit

__all__ = ["NOTHING", "STATED_BY", "Statement", "refuse_withdrawn"]


class Statement(NamedTuple):
    """``known`` and ``began`` are days since 1970. ``number`` is what was measured, or a day for a dating meaning, or
    that by which what was ongoing had ended; ``holds`` whether it is so. ``doubt`` is one of those in `units`."""

    meaning: int | None
    known: int | None
    began: int | None
    number: float | None
    holds: bool | None
    doubt: int


#: What a resource states that has no code this reader knows.
NOTHING = Statement(None, None, None, None, None, NO_DOUBT)


_UNSEEN = {"cancelled", "registered"}
_NOT_ESTABLISHED = {"unconfirmed", "provisional", "differential"}
_NOT_DONE = {"preparation", "on-hold", "stopped", "unknown"}
# First-degree relatives in the v3 RoleCode system (HL7 terminology).
_FIRST_DEGREE = frozenset(
    {
        "PRN", "MTH", "NMTH", "GESTM", "FTH", "NFTH", "NFTHF", "NPRN", "SIB", "NSIB", "SIS", "NSIS", "BRO", "NBRO",
        "TWIN", "TWINSIS", "TWINBRO", "FTWIN", "FTWINSIS", "FTWINBRO", "ITWIN", "ITWINSIS", "ITWINBRO", "CHILD",
        "NCHILD", "DAU", "DAUC", "SON", "SONC",
    }
)  # fmt: skip


def refuse_withdrawn(resource: Json) -> None:
    """Raises where it was entered in error: it takes back what earlier versions of it said, and says nothing."""
    element, said = "status", {resource.get("status")}
    if "verificationStatus" in resource:
        element, said = "verificationStatus", {c.get("code") for c in codings_of(resource["verificationStatus"])}
    if "entered-in-error" in said:
        raise UnreadableResource(f"{resource['resourceType']}.{element}", "says that it was entered in error")


def _observation(resource: Json) -> Iterator[Statement]:
    parts = (resource, *resource["component"]) if "component" in resource else (resource,)
    stated = [(found, part) for part in parts if (found := _asked(part)) is not None]
    if not stated:
        return
    if resource.get("status") in _UNSEEN:
        raise UnreadableResource("Observation.status", "says that it was cancelled, or not made yet")
    if all("dataAbsentReason" in part for _, part in stated):
        raise UnreadableResource("Observation.dataAbsentReason", "says why nothing was observed")
    period = resource.get("effectivePeriod") or {}
    began = day_of(
        resource.get("effectiveDateTime")
        or resource.get("effectiveInstant")
        or period.get("end")
        or period.get("start"),
        "Observation.effective",
    )
    issued = day_of(resource.get("issued"), "Observation.issued")
    for meaning, part in stated:
        if "dataAbsentReason" not in part:
            number, holds, doubt = _value(meaning, part)
            known, early = _known_from(began, issued)
            yield Statement(meaning.number, known, began, number, holds, doubt or early)


def _known_from(began: int | None, told: int | None) -> tuple[int | None, int]:
    """The day on which care came to know it, and whether it is doubted: nobody knows a result before there is one."""
    if began is None or told is None:
        return (began if told is None else told), NO_DOUBT
    return max(began, told), TOLD_TOO_EARLY if told < began else NO_DOUBT


def _asked(part: Json) -> Meaning | None:
    """The meaning of the code; of a question that is answered in words, the meaning of the answer."""
    if "valueCodeableConcept" in part:
        codings = codings_of(part.get("code"))
        if any((coding.get("system"), coding.get("code")) in QUESTIONS for coding in codings):
            return meaning_of(part["valueCodeableConcept"])
    return meaning_of(part.get("code"))


def _value(meaning: Meaning, part: Json) -> tuple[float | None, bool | None, int]:
    if meaning.dating is not None:
        written = part.get("valueDateTime")
        day = day_of(written, "Observation.valueDateTime")
        return (None, None, UNCERTAIN_VALUE) if day is None and written is not None else (day, True, NO_DOUBT)
    if (name := meaning.measures) is not None and ("valueQuantity" in part or "valueInteger" in part):
        quantity = part.get("valueQuantity", {"value": part.get("valueInteger")})
        number, doubt = in_canonical_unit(name, quantity)
        return number, None, doubt
    if "valueBoolean" in part:
        return None, bool(part["valueBoolean"]), NO_DOUBT
    answer = part.get("valueCodeableConcept")
    if answer is None:
        # A finding that is recorded without a value is there; a measurement without one was not made.
        measured_only = all(value is None for _, value in meaning.facts.values())
        return (None, None, UNCERTAIN_VALUE) if measured_only else (None, True, NO_DOUBT)
    answered = _answered(meaning, answer)
    return None, answered, UNCERTAIN_VALUE if answered is None else NO_DOUBT


def _answered(meaning: Meaning, answer: object) -> bool | None:
    """Yes, no, or the answer that is the meaning; None of any other words."""
    for coding in codings_of(answer):
        said = ANSWERS.get((str(coding.get("system")), str(coding.get("code"))))
        if said is not None:
            return said
    found = meaning_of(answer)
    return True if found is not None and found.number == meaning.number else None


def _condition(resource: Json) -> Iterator[Statement]:
    meaning = meaning_of(resource.get("code"))
    if meaning is None:
        return
    verification = {str(coding.get("code")) for coding in codings_of(resource.get("verificationStatus"))}
    if verification & _NOT_ESTABLISHED:
        raise UnreadableResource("Condition.verificationStatus", "says that the condition is not established")
    onset = resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start")
    recorded = day_of(resource.get("recordedDate"), "Condition.recordedDate")
    began = last_possible_day(onset, "Condition.onset")
    # An onset of which no day is written may have been before the last day that it can mean.
    known, early = _known_from(began if day_of(onset, "Condition.onset") is not None else None, recorded)
    known = began if known is None else known
    holds = "refuted" not in verification
    day = None if meaning.dating is None else (known if began is None else began)
    yield Statement(meaning.number, known, began, day, holds, early)
    if holds and any(name == "depression" for name, _ in meaning.facts.values()):
        ongoing = local_meaning(ONGOING_DEPRESSION).number
        for until, certain in under_way_until(resource):
            yield Statement(ongoing, known, began, until, certain, NO_DOUBT)


def _procedure(resource: Json) -> Iterator[Statement]:
    meaning = meaning_of(resource.get("code"))
    if meaning is None:
        return
    if resource.get("status") in _NOT_DONE:
        raise UnreadableResource("Procedure.status", "does not say whether it was carried out")
    period = resource.get("performedPeriod") or {}
    began = day_of(resource.get("performedDateTime") or period.get("start"), "Procedure.performed")
    yield Statement(meaning.number, began, began, began, resource.get("status") != "not-done", NO_DOUBT)


def _family(resource: Json) -> Iterator[Statement]:
    relations = {str(coding.get("code")) for coding in codings_of(resource.get("relationship"))}
    conditions = [meaning_of(one.get("code")) for one in resource.get("condition") or () if isinstance(one, dict)]
    diabetes = any(
        name in ("pre_existing_diabetes", "family_history_of_diabetes") and value == 1.0
        for meaning in conditions
        if meaning is not None
        for name, value in meaning.facts.values()
    )
    if diabetes and relations & _FIRST_DEGREE:
        known = day_of(resource.get("date"), "FamilyMemberHistory.date")
        yield Statement(local_meaning("family_history_of_diabetes").number, known, known, None, True, NO_DOUBT)


STATED_BY: Mapping[str, Callable[[Json], Iterator[Statement]]] = MappingProxyType(
    {
        "Observation": _observation,
        "Condition": _condition,
        "Procedure": _procedure,
        "FamilyMemberHistory": _family,
    }
)
