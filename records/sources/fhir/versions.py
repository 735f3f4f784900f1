"""Signs of another FHIR version: elements that R4 (4.0.1) does not have, or has in another form."""

from __future__ import annotations

from collections.abc import Mapping

from records.sources.fhir.references import Json

__all__ = ["another_version"]

_STU3, _R5 = "STU3", "R5"
# HL7's own lists of changes between releases: hl7.org/fhir/R4/diff.html and hl7.org/fhir/R5/diff.html.
_ELEMENTS: Mapping[str, Mapping[str, str]] = {
    "Patient": {"animal": _STU3},
    "Observation": {"context": _STU3, "comment": _STU3},
    "Condition": {"context": _STU3, "assertedDate": _STU3, "participant": _R5},
    "Procedure": {"context": _STU3, "notDone": _STU3, "occurrenceDateTime": _R5, "occurrencePeriod": _R5},
    "FamilyMemberHistory": {"notDone": _STU3},
    "Encounter": {"actualPeriod": _R5, "admission": _R5},
    "EpisodeOfCare": {"reason": _R5},
}
_PROFILES = {"/STU3/": _STU3, "/CareConnect-": _STU3, "/fhir/3.0/": _STU3, "/fhir/5.0/": _R5, "/R5/": _R5}


def another_version(resource: Json) -> tuple[str, str] | None:
    """The version and the element that shows it; None of what may be R4."""
    kind = resource["resourceType"]
    telling = _ELEMENTS.get(kind)
    if telling is not None and not resource.keys().isdisjoint(telling):
        element = min(resource.keys() & telling.keys())
        return telling[element], f"{kind}.{element}"
    if kind == "Condition" and isinstance(resource.get("clinicalStatus"), str):
        return _STU3, "Condition.clinicalStatus"
    if kind == "Encounter" and isinstance(resource.get("class"), list):
        return _R5, "Encounter.class"
    return _by_profile(resource, kind)


def _by_profile(resource: Json, kind: str) -> tuple[str, str] | None:
    meta = resource.get("meta")
    if not isinstance(meta, dict) or "profile" not in meta:
        return None
    for profile in meta["profile"] or ():
        for part, version in _PROFILES.items():
            if part in str(profile):
                return version, f"{kind}.meta.profile"
    return None
