"""What a Patient, an EpisodeOfCare and an Encounter say of themselves, as the values of their rows."""

from __future__ import annotations

from collections.abc import Mapping

from records.sources.fhir.dates import day_of
from records.sources.fhir.errors import UnreadableResource
from records.sources.fhir.meanings import codings_of, meaning_of
from records.sources.fhir.references import Json, id_of, target
from records.sources.fhir.systems import (
    ACT_REASON,
    EPISODE_EXTENSION,
    ETHNIC_CATEGORY_ENGLAND,
    ETHNIC_CATEGORY_EXTENSION,
    INTERPRETER_EXTENSION,
    LOCAL,
    NHS_NUMBER,
    SNOMED,
    TEST_DATA,
)

__all__ = [
    "BIRTH_ADMISSION",
    "BOOKING_TYPE",
    "PREGNANCY_TYPES",
    "encounter",
    "episode",
    "episode_of",
    "is_test_data",
    "patient",
]

# Antenatal care, and pregnancy (International Patient Summary, pregnancy status).
PREGNANCY_TYPES = ((SNOMED, "424525001"), (SNOMED, "77386006"))
#: Antenatal booking examination (SNOMED CT International Edition).
BOOKING_TYPE = (SNOMED, "169711001")
BIRTH_ADMISSION = (LOCAL, "admission_for_birth")
_INPATIENT = {"IMP", "ACUTE", "NONAC"}
# Within 28 days of birth: its own day is day 0.
_DIED_EARLY = range(28)
# An encounter that was not held has no day.
_NOT_HELD = {"planned", "cancelled"}
_NO_CARE = {"entered-in-error", "cancelled", "planned", "waitlist"}


def is_test_data(resource: Json) -> bool:
    """Whether ``meta.tag`` marks it as test health data. Raises where that cannot be told."""
    meta = resource.get("meta")
    tags = (meta.get("tag") if isinstance(meta, dict) else None) or []
    if not isinstance(tags, list) or not all(isinstance(tag, dict) for tag in tags):
        raise UnreadableResource(f"{resource['resourceType']}.meta.tag", "is no list of codings")
    return any(tag.get("system") == ACT_REASON and tag.get("code") == TEST_DATA for tag in tags)


def patient(resource: Json) -> tuple[object, ...]:
    """Her own id, ethnic category, day of birth, whether she needs an interpreter, and the day of an early death."""
    born = day_of(resource.get("birthDate"), "Patient.birthDate")
    died = day_of(resource.get("deceasedDateTime"), "Patient.deceased")
    return (
        id_of(resource),
        _ethnic_category(resource),
        born,
        _needs_interpreter(resource),
        died if born is not None and died is not None and died - born in _DIED_EARLY else None,
    )


def _extension(resource: Json, url: str) -> Json | None:
    return next(
        (one for one in resource.get("extension") or () if isinstance(one, dict) and one.get("url") == url), None
    )


def _ethnic_category(resource: Json) -> str | None:
    found = _extension(resource, ETHNIC_CATEGORY_EXTENSION) or {}
    for coding in codings_of(found.get("valueCodeableConcept")):
        if coding.get("system") == ETHNIC_CATEGORY_ENGLAND:
            return str(coding.get("code"))
    return None


def _needs_interpreter(resource: Json) -> bool | None:
    """As the extension of UK Core says; else whether the language preferred, or the only one, is not English."""
    found = _extension(resource, INTERPRETER_EXTENSION)
    if found is not None and isinstance(found.get("valueBoolean"), bool):
        return bool(found["valueBoolean"])
    spoken = [one for one in resource.get("communication") or () if isinstance(one, dict)]
    preferred = [one for one in spoken if one.get("preferred")] or (spoken if len(spoken) == 1 else [])
    codes = [str(coding["code"]) for one in preferred for coding in codings_of(one.get("language")) if "code" in coding]
    return not codes[0].lower().startswith("en") if codes else None


def episode(resource: Json, aliases: Mapping[str, str]) -> tuple[object, ...]:
    """Whose it is, its identifier, whether it is over and the days of its period, and who provides it."""
    period = resource.get("period") or {}
    status = resource.get("status")
    woman = target(resource.get("patient"), aliases)
    if woman is None:
        raise UnreadableResource("EpisodeOfCare.patient", "leads to no patient")
    return (
        woman,
        _own_identifier(resource),
        None if status in _NO_CARE else status == "finished",
        _is_of_pregnancy(resource),
        day_of(period.get("start"), "EpisodeOfCare.period.start"),
        day_of(period.get("end"), "EpisodeOfCare.period.end"),
        _provider(resource.get("managingOrganization")),
    )


def _own_identifier(resource: Json) -> str | None:
    for identifier in resource.get("identifier") or ():
        if identifier.get("value") and identifier.get("system") != NHS_NUMBER:
            return str(identifier["value"])
    return id_of(resource)


def _is_of_pregnancy(resource: Json) -> bool:
    kinds = [coding for kind in resource.get("type") or () for coding in codings_of(kind)]
    return not kinds or any((kind.get("system"), kind.get("code")) in PREGNANCY_TYPES for kind in kinds)


def _provider(reference: object) -> str | None:
    if not isinstance(reference, dict):
        return None
    identified = (reference.get("identifier") or {}).get("value")
    return str(identified) if identified else (target(reference, {}) or "").rpartition("/")[2] or None


def encounter(resource: Json, aliases: Mapping[str, str]) -> tuple[object, ...]:
    """Whose it is, of which episode and of which greater encounter, of which kind, the days of its period, and
    what its type says happened."""
    held = resource.get("status") not in _NOT_HELD
    period = (resource.get("period") or {}) if held else {}
    types = (resource.get("type") or ()) if held else ()
    kinds = [(coding.get("system"), coding.get("code")) for kind in types for coding in codings_of(kind)]
    episodes = [target(one, aliases) for one in resource.get("episodeOfCare") or ()]
    return (
        target(resource.get("subject"), aliases),
        episodes[0] if episodes else None,
        target(resource.get("partOf"), aliases),
        BOOKING_TYPE in kinds,
        BIRTH_ADMISSION in kinds,
        (resource.get("class") or {}).get("code") in _INPATIENT,
        day_of(period.get("start"), "Encounter.period.start"),
        day_of(period.get("end"), "Encounter.period.end"),
        next((found.number for kind in types if (found := meaning_of(kind)) is not None), None),
    )


def episode_of(resource: Json, aliases: Mapping[str, str]) -> str | None:
    """The episode that a resource names by the extension R4 has for it."""
    found = _extension(resource, EPISODE_EXTENSION)
    return target(found.get("valueReference"), aliases) if found is not None else None
