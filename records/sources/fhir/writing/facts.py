"""One observation of a history as one resource."""

from __future__ import annotations

from records.concepts import concept
from records.sources.fhir.references import Json
from records.sources.fhir.systems import CONDITION_CLINICAL, CONDITION_VERIFICATION, UCUM
from records.sources.fhir.writing.forms import Form, form_of

__all__ = ["fact"]


def fact(name: str, value: float, day: str) -> Json:
    """The resource that says it, of that day (YYYY-MM-DD), without its id, subject and encounter."""
    form = form_of(name, value)
    if form.kind == "Condition":
        return _condition(form, day, holds=value != 0)
    if form.kind == "Procedure":
        return {
            "resourceType": "Procedure", "status": "completed", "code": form.code, "performedDateTime": day,
        }  # fmt: skip
    return {
        "resourceType": "Observation", "status": "final", "code": form.code, "effectiveDateTime": day,
        **_value(name, form, value),
    }  # fmt: skip


def _condition(form: Form, day: str, *, holds: bool) -> Json:
    condition: Json = {
        "resourceType": "Condition",
        "verificationStatus": _status(CONDITION_VERIFICATION, "confirmed" if holds else "refuted"),
        "code": form.code,
        "recordedDate": day,
    }
    if holds:
        condition["clinicalStatus"] = _status(CONDITION_CLINICAL, "active")
    return condition


def _value(name: str, form: Form, value: float) -> Json:
    declared = concept(name)
    if form.answer is not None:
        return {"valueCodeableConcept": form.answer}
    if declared.kind == "quantity":
        return {"valueQuantity": {"value": value, "unit": declared.unit, "system": UCUM, "code": declared.unit}}
    if declared.kind == "count":
        return {"valueInteger": int(value)}
    return {"valueBoolean": bool(value)} if declared.kind == "flag" else {"valueBoolean": True}


def _status(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}
