"""Files of every form that is read give the same; a damaged one is refused with file, row and element, no value."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from records.errors import EquipartumError
from records.sources.fhir import FHIR, read_resources
from records.sources.fhir.errors import (
    AnotherFhirVersion,
    MissingFile,
    NoPregnancies,
    NotAResource,
    NotFhir,
    NotJson,
    TruncatedFile,
)
from records.sources.fhir.systems import EPISODE_EXTENSION, LOINC
from records.sources.registry import source
from tests.integration.fhir.resources import (
    Json,
    condition,
    due,
    episode,
    known,
    observation,
    on,
    ordinary,
    patient,
    quantity,
)

PRESSURE = observation("bp", (LOINC, "8480-6"), 100, valueQuantity=quantity(120, "mm[Hg]"))
RESOURCES = ordinary(PRESSURE, condition("c", "11687002", 200))


def ndjson(resources: list[Json]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in resources)


def bundle(resources: list[Json]) -> bytes:
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
    ).encode()


def written(folder: Path, **files: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def test_every_form_of_file_says_the_same(tmp_path: Path) -> None:
    forms = {
        "lines": written(tmp_path / "a", all__ndjson=ndjson(RESOURCES)),
        "by kind, gzipped": written(
            tmp_path / "b", x__ndjson__gz=gzip.compress(ndjson(RESOURCES[:2])), y__ndjson=ndjson(RESOURCES[2:])
        ),
        "bundles": written(
            tmp_path / "c", one__json=bundle(RESOURCES[:3]), two__json__gz=gzip.compress(bundle(RESOURCES[3:]))
        ),
        "bundles in lines": written(
            tmp_path / "d", all__ndjson=bundle(RESOURCES[:4]) + b"\n\n" + bundle(RESOURCES[4:])
        ),
    }
    expected = known(read_resources(RESOURCES).histories)
    for form, folder in forms.items():
        records = FHIR.scan([folder])
        assert known(records.histories) == expected, form
        assert records.source == "fhir"
        assert not records.is_simulated


def test_entries_of_a_bundle_name_each_other_by_urn() -> None:
    woman, care = "urn:uuid:0b1c", "urn:uuid:0c2d"
    hers = {"subject": {"reference": woman}}
    resources = {
        woman: {"resourceType": "Patient"},
        care: {**episode(), "patient": {"reference": woman}},
        "urn:uuid:1": due(**hers),
        "urn:uuid:2": {**PRESSURE, **hers},
    }
    del resources[care]["id"]
    entries = [{"fullUrl": address, "resource": resource} for address, resource in resources.items()]
    found = read_resources([{"resourceType": "Bundle", "type": "collection", "entry": entries}])
    assert found.histories.pregnancies.select("pregnancy_id", "woman_id").rows() == [("0c2d", "0b1c")]
    assert ("systolic_blood_pressure", 100, 120.0) in known(found.histories)
    assert "id" not in resources[woman]  # what was given is not changed


@pytest.mark.parametrize(
    ("when", "url", "is_there"),
    [
        (None, "Observation/bp", False),
        ("2022-06-01T00:00:00Z", "https://server.example/fhir/Observation/bp", False),
        ("2022-04-01T00:00:00Z", "Observation/bp", True),  # it was made again since
    ],
)
def test_what_an_entry_deletes_is_taken_back_and_counted(when: str | None, url: str, is_there: bool) -> None:
    """As a history tells it, or the deletions of a bulk export, which have no time."""
    pressure = {**PRESSURE, "meta": {"lastUpdated": "2022-05-01T00:00:00Z"}}
    response = {} if when is None else {"response": {"status": "204", "lastModified": when}}
    deletion = {"request": {"method": "DELETE", "url": url}, **response}
    held = [pressure, {"resourceType": "Bundle", "type": "history", "entry": [deletion]}]
    for order in (held, held[::-1]):
        found = read_resources(ordinary(*order))
        assert (("systolic_blood_pressure", 100, 120.0) in known(found.histories)) is is_there
        assert "resources: Observation was deleted, by an entry of a Bundle" in [a.reason for a in found.set_aside]


def test_a_deletion_by_a_search_is_refused_as_what_it_is() -> None:
    entry = {"request": {"method": "DELETE", "url": "Observation?patient=w1"}}
    with pytest.raises(NotFhir, match="row 1: is a DELETE of what a search finds") as refusal:
        read_resources([{"resourceType": "Bundle", "type": "transaction", "entry": [entry]}])
    assert "w1" not in str(refusal.value)


@pytest.mark.parametrize("name", ["all__ndjson", "all__json"])
def test_a_byte_order_mark_is_read_over(tmp_path: Path, name: str) -> None:
    content = ndjson(RESOURCES) if name == "all__ndjson" else bundle(RESOURCES)
    records = FHIR.scan([written(tmp_path, **{name: b"\xef\xbb\xbf" + content})])
    assert known(records.histories) == known(read_resources(RESOURCES).histories)
    assert records.set_aside == ()


def test_absolute_and_versioned_references_lead_to_the_same() -> None:
    absolute = {**PRESSURE, "subject": {"reference": "https://server.example/fhir/Patient/w1/_history/3"}}
    assert known(read_resources(ordinary(absolute)).histories) == known(read_resources(ordinary(PRESSURE)).histories)


def test_the_digest_is_of_the_content_and_not_of_the_order_of_files(tmp_path: Path) -> None:
    one, two = ndjson(RESOURCES[:2]), ndjson(RESOURCES[2:])
    first = FHIR.scan([written(tmp_path / "a", x__ndjson=one, y__ndjson=two)])
    second = FHIR.scan([written(tmp_path / "b", x__ndjson=two, y__ndjson=one)])
    third = FHIR.scan([written(tmp_path / "c", x__ndjson=one + b"\n", y__ndjson=two)])
    assert first.data_digest == second.data_digest != third.data_digest


def test_what_is_not_read_is_counted() -> None:
    other = [{"resourceType": "Medication", "id": f"m{n}"} for n in range(3)]
    found = read_resources(ordinary(*other, observation("o", (LOINC, "9999-9"), 100, valueInteger=3)))
    assert {one.reason: one.rows for one in found.set_aside} == {
        "all files: Medication: a kind of resource that is not read": 3,
        "all files: Observation: nothing of it has a code that is read here": 1,
    }


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (ndjson(RESOURCES)[:-20], TruncatedFile, "export.ndjson, row 7: breaks off"),
        (b"Patient,w1\n", NotJson, "export.ndjson, row 1: is not JSON"),
        (b'{"resourceType": "Patient"}\n{"id": "w1"}\n', NotAResource, "export.ndjson, row 2: has no resourceType"),
        (b'{"resourceType": "Patient"}\n[1, 2]\n', NotAResource, "row 2"),
        (b'{"resourceType": "Observation", "valueQuantity": {"value": NaN}}\n', NotJson, "row 1"),
        (ndjson([{"resourceType": "Encounter", "class": [{}]}]), AnotherFhirVersion, "Encounter.class is as FHIR R5"),
        (ndjson([{"resourceType": "Condition", "clinicalStatus": "active"}]), AnotherFhirVersion, "FHIR STU3"),
        (ndjson([{"resourceType": "Procedure", "occurrenceDateTime": "2022"}]), AnotherFhirVersion, "R5"),
        (
            ndjson(
                [
                    {
                        "resourceType": "Patient",
                        "meta": {"profile": ["https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Patient-1"]},
                    }
                ]
            ),
            AnotherFhirVersion,
            "Patient.meta.profile",
        ),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes, error: type[EquipartumError], message: str) -> None:
    with pytest.raises(error, match=message):
        FHIR.scan([written(tmp_path / "x", export__ndjson=content)])


def test_a_gzip_that_breaks_off_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(ndjson(RESOURCES * 50))
    with pytest.raises(TruncatedFile, match="compressed data stops"):
        FHIR.scan([written(tmp_path / "x", x__ndjson__gz=whole[: len(whole) // 2])])
    with pytest.raises(NotFhir, match="is not gzip"):
        FHIR.scan([written(tmp_path / "y", x__ndjson__gz=ndjson(RESOURCES))])


def test_files_that_are_missing_or_of_one_name_or_of_no_form_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        FHIR.scan([tmp_path / "none.ndjson"])
    with pytest.raises(MissingFile):
        FHIR.scan([tmp_path])
    one, two = (
        written(tmp_path / "a", x__ndjson=ndjson(RESOURCES)),
        written(tmp_path / "b", x__ndjson=ndjson(RESOURCES)),
    )
    with pytest.raises(NotFhir, match="two files are called x"):
        FHIR.scan([one, two])
    with pytest.raises(NotFhir, match="neither"):
        FHIR.scan([written(tmp_path / "c", x__csv=b"a,b\n") / "x.csv"])
    with pytest.raises(NotFhir, match="column mapping"):
        FHIR.scan([one], column_mapping=tmp_path / "mapping.toml")


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({**PRESSURE, "effectiveDateTime": "2022-02-30"}, "Observation.effective is a day that no calendar has"),
        ({**PRESSURE, "effectiveDateTime": "0022-02-20"}, "Observation.effective is of an impossible year"),
        ({**PRESSURE, "effectiveDateTime": "20/02/2022"}, "Observation.effective is not a FHIR date"),
        ({**PRESSURE, "meta": {"lastUpdated": "yesterday"}}, "Observation.meta.lastUpdated is not a FHIR date"),
        ({k: v for k, v in PRESSURE.items() if k != "subject"}, "Observation.subject leads to no patient"),
        ({**PRESSURE, "component": "x"}, "Observation has an element in another form than R4's"),
        ({**PRESSURE, "effectivePeriod": [], "effectiveDateTime": 3}, "Observation.effective is not a FHIR date"),
        (
            condition("c", "398254007", 200, verificationStatus={"coding": [{"code": "provisional"}]}),
            "Condition.verificationStatus says that the condition is not established",
        ),
    ],
)
def test_a_resource_that_cannot_be_read_is_set_aside(tmp_path: Path, resource: Json, reason: str) -> None:
    records = FHIR.scan([written(tmp_path / "x", export__ndjson=ndjson([*ordinary(), resource]))])
    (aside,) = records.set_aside
    assert aside.reason.startswith(f"export.ndjson: {reason}")
    assert (aside.rows, aside.example_rows) == (1, (6,))


def test_an_end_that_the_due_date_makes_impossible() -> None:
    of_first = {"url": EPISODE_EXTENSION, "valueReference": {"reference": "EpisodeOfCare/p1"}}
    found = read_resources(
        [
            *ordinary(born=None),
            observation("b", (LOINC, "93857-1"), 500, valueDateTime=on(500), extension=[of_first]),
            patient("w2"),
            episode("p2", "w2"),
            due(identity="d2", subject={"reference": "Patient/w2"}),
        ]
    )
    assert found.histories.pregnancies["pregnancy_id"].to_list() == ["p2"]
    assert "resources: a pregnancy whose end its due date makes impossible" in [one.reason for one in found.set_aside]
    alone = [
        *ordinary(born=None),
        observation("b", (LOINC, "93857-1"), 500, valueDateTime=on(500), extension=[of_first]),
    ]
    with pytest.raises(NoPregnancies):
        read_resources(alone)


def test_progress_is_told_and_the_source_is_named(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    source("fhir").scan(
        [written(tmp_path / "x", all__ndjson=ndjson(RESOURCES))], progress=lambda *step: told.append(step)
    )
    assert told == [("reading all.ndjson", len(RESOURCES))]
