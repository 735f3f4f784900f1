"""Resources of one ordinary pregnancy, to which a test adds what it is about.

Due 2022-10-08, so day 0 is 2022-01-01 and gestational days are days of that year; booked on day 60.
"""

from __future__ import annotations

import datetime
from typing import Any

from records.histories.histories import Histories
from records.sources.fhir import FhirHistories, read_resources
from records.sources.fhir.systems import LOINC, SNOMED, UCUM

__all__ = [
    "BORN",
    "Json",
    "condition",
    "due",
    "episode",
    "known",
    "observation",
    "on",
    "ordinary",
    "patient",
    "quantity",
    "read",
]

Json = dict[str, Any]
DAY_ZERO = datetime.date(2022, 1, 1)
#: The day of birth of a pregnancy that gave birth at 40+0.
BORN = 280


def on(day: int) -> str:
    """A gestational day as a date."""
    return (DAY_ZERO + datetime.timedelta(days=day)).isoformat()


def patient(identity: str = "w1", **more: object) -> Json:
    return {"resourceType": "Patient", "id": identity, **more}


def episode(identity: str = "p1", woman: str = "w1", booked: int | None = 60, **more: object) -> Json:
    return {
        "resourceType": "EpisodeOfCare", "id": identity, "status": "active",
        "patient": {"reference": f"Patient/{woman}"}, "period": {} if booked is None else {"start": on(booked)}, **more,
    }  # fmt: skip


def observation(identity: str, code: tuple[str, str], day: int | None, **more: object) -> Json:
    resource = {
        "resourceType": "Observation", "id": identity, "status": "final", "subject": {"reference": "Patient/w1"},
        "code": {"coding": [{"system": code[0], "code": code[1]}]}, **more,
    }  # fmt: skip
    return resource if day is None else {**resource, "effectiveDateTime": on(day)}


def quantity(value: float, unit: str) -> Json:
    return {"value": value, "system": UCUM, "code": unit}


def condition(identity: str, code: str, recorded: int | None, *, system: str = SNOMED, **more: object) -> Json:
    resource = {
        "resourceType": "Condition", "id": identity, "subject": {"reference": "Patient/w1"},
        "code": {"coding": [{"system": system, "code": code}]}, **more,
    }  # fmt: skip
    return resource if recorded is None else {**resource, "recordedDate": on(recorded)}


def due(day: str = "2022-10-08", identity: str = "due", **more: object) -> Json:
    return observation(identity, (LOINC, "11778-8"), 60, valueDateTime=day, **more)


def ordinary(*more: Json, born: int | None = BORN) -> list[Json]:
    """A woman, her episode, its due date and, unless None, her delivery and live birth."""
    resources = [patient(), episode(), due()]
    if born is not None:
        resources.append(observation("born", (LOINC, "93857-1"), born, valueDateTime=on(born)))
        resources.append(observation("alive", (SNOMED, "281050002"), born, valueBoolean=True))
    return [*resources, *more]


def read(*more: Json, born: int | None = BORN) -> FhirHistories:
    return read_resources(ordinary(*more, born=born))


def known(histories: Histories) -> list[tuple[str, int, float]]:
    """Concept, day and value of every observation, in order."""
    rows = histories.observations.collect().select("concept", "day", "value").rows()
    return sorted((str(name), day, value) for name, day, value in rows)
