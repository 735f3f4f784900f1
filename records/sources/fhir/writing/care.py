"""The people of a history and their care as resources: patients, episodes, encounters, and the dates of a pregnancy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from records.groups import AGE_BAND_EDGES, AGE_BAND_LABELS
from records.sources.fhir.people import BIRTH_ADMISSION, BOOKING_TYPE, PREGNANCY_TYPES
from records.sources.fhir.references import Json
from records.sources.fhir.systems import (
    ACT_CODE,
    EPISODE_EXTENSION,
    ETHNIC_CATEGORY_ENGLAND,
    ETHNIC_CATEGORY_EXTENSION,
    LOINC,
    ODS,
    PREGNANCY_IDENTIFIER,
    SNOMED,
)
from records.sources.fhir.writing.facts import fact

__all__ = ["Row", "dates_of", "encounter_of", "episode_of_care", "patient_of", "unbooked_facts"]

#: A row of the pregnancies, with its days as dates in ``*_on`` and its place as ``row``.
Row = dict[str, Any]


def patient_of(identity: str, ethnic_category: str | None = None) -> Json:
    resource: Json = {"resourceType": "Patient", "id": identity}
    if ethnic_category is not None:
        coding = {"system": ETHNIC_CATEGORY_ENGLAND, "code": ethnic_category}
        resource["extension"] = [
            {"url": ETHNIC_CATEGORY_EXTENSION, "valueCodeableConcept": {"coding": [coding]}},
        ]
    return resource


def episode_of_care(row: Row) -> Json:
    end = row["followed_to"] if row["ended_by"] == "birth" else row["ended_on"]
    period = {"start": row["booked_on"], "end": end}
    resource: Json = {
        "resourceType": "EpisodeOfCare",
        "id": f"e{row['row']}",
        "identifier": [{"system": PREGNANCY_IDENTIFIER, "value": row["pregnancy_id"]}],
        "status": "active" if row["ended_by"] is None else "finished",
        "type": [
            {"coding": [{"system": PREGNANCY_TYPES[0][0], "code": PREGNANCY_TYPES[0][1], "display": "Antenatal care"}]}
        ],
        "patient": {"reference": f"Patient/{row['woman_id']}"},
        "period": {name: day for name, day in period.items() if day is not None},
    }
    if row["site"] is not None:
        resource["managingOrganization"] = {"identifier": {"system": ODS, "value": row["site"]}}
    return resource


def encounter_of(row: Row, identity: str, day: str, *, booking: bool) -> Json:
    """A contact of one day."""
    resource = _encounter(row, identity, day, day, "AMB")
    if booking:
        system, code = BOOKING_TYPE
        kind = {"system": system, "code": code, "display": "Antenatal booking examination"}
        resource["type"] = [{"coding": [kind]}]
    return resource


def _encounter(row: Row, identity: str, start: str, end: str | None, kind: str) -> Json:
    return {
        "resourceType": "Encounter",
        "id": identity,
        "status": "in-progress" if end is None else "finished",
        "class": {"system": ACT_CODE, "code": kind},
        "subject": {"reference": f"Patient/{row['woman_id']}"},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/e{row['row']}"}],
        "period": {"start": start} if end is None else {"start": start, "end": end},
    }


def dates_of(row: Row) -> Iterator[Json]:
    """Due date, admission for birth, and how the pregnancy ended."""
    yield _dated(row, "due", "11778-8", "Delivery date Estimated", row["due_on"])
    if row["admitted_on"] is not None:
        admission = _encounter(row, f"e{row['row']}-birth", row["admitted_on"], row["born_on"], "IMP")
        system, code = BIRTH_ADMISSION
        yield {**admission, "type": [{"coding": [{"system": system, "code": code}]}]}
    if row["ended_by"] == "birth":
        yield _dated(row, "born", "93857-1", "Date and time of obstetric delivery", row["ended_on"])
    if row["ended_by"] == "loss":
        miscarriage = {"system": SNOMED, "code": "17369002", "display": "Miscarriage"}
        yield _of_episode(
            row,
            {
                "resourceType": "Condition", "id": f"e{row['row']}-lost", "code": {"coding": [miscarriage]},
                "onsetDateTime": row["ended_on"], "recordedDate": row["ended_on"],
            },
        )  # fmt: skip


def _dated(row: Row, name: str, code: str, term: str, day: str) -> Json:
    resource: Json = {
        "resourceType": "Observation", "id": f"e{row['row']}-{name}", "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code, "display": term}]}, "valueDateTime": day,
    }  # fmt: skip
    return _of_episode(row, resource)


def _of_episode(row: Row, resource: Json) -> Json:
    return {
        **resource,
        "subject": {"reference": f"Patient/{row['woman_id']}"},
        "extension": [{"url": EPISODE_EXTENSION, "valueReference": {"reference": f"EpisodeOfCare/e{row['row']}"}}],
    }


def unbooked_facts(row: Row) -> Iterator[Json]:
    """What the identity of an unbooked woman says of her, as recorded on day 0; her age as the first of its band."""
    band = row["age_band"]
    known = {
        "maternal_age": None if band is None else (AGE_BAND_EDGES[0] - 1, *AGE_BAND_EDGES)[AGE_BAND_LABELS.index(band)],
        "deprivation_quintile": row["deprivation_quintile"],
        "interpreter_needed": row["interpreter_needed"],
    }
    for name, value in known.items():
        if value is not None:
            yield _of_episode(
                row, {**fact(name, float(value), row["began_on"]), "id": f"e{row['row']}-{name.split('_')[0]}"}
            )
