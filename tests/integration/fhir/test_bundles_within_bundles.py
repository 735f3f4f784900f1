"""Bundles within Bundles, entries that hold no resource, and resources that a rule not known here may turn around."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from records.sources.fhir import FHIR, FhirHistories, read_resources
from records.sources.fhir.errors import NotAResource, NotFhir
from records.sources.fhir.systems import ACT_REASON, LOINC
from tests.integration.fhir.resources import Json, due, episode, known, observation, ordinary, patient, quantity, read

PRESSURE = observation("bp", (LOINC, "8480-6"), 100, valueQuantity=quantity(120, "mm[Hg]"))
RULES = "may turn what it says into something else, by rules that are not known here"
MODIFIER = [{"url": "https://site.example/negated", "valueBoolean": True}]
ANSWER = {"response": {"status": "201 Created"}}


def bundle(*resources: Json, kind: str = "searchset", **more: object) -> Json:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources], **more}


def answers(*resources: Json) -> Json:
    entries = [{"resource": one, "response": {"status": "200 OK"}} for one in resources]
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entries}


def reasons(found: FhirHistories) -> list[tuple[str, int]]:
    return [(one.reason.partition(": ")[2], one.rows) for one in found.set_aside]


def test_the_searchsets_of_a_batch_response_are_read() -> None:
    resources = ordinary(PRESSURE)
    nested = answers(bundle(*resources[:2]), bundle(*resources[2:4]), *resources[4:])
    found = read_resources([nested])
    assert known(found.histories) == known(read(PRESSURE).histories)
    assert found.set_aside == ()


def test_what_is_set_aside_in_inner_bundles_is_counted_each() -> None:
    unknown = [{**PRESSURE, "id": f"bp{n}", "effectiveDateTime": "2022-02-30"} for n in range(5)]
    found = read_resources([answers(bundle(*ordinary()), bundle(*unknown[:3]), bundle(*unknown[3:]))])
    (aside,) = found.set_aside
    assert (aside.rows, aside.example_rows) == (5, (6, 7, 8))


def nested_in(depth: int, *resources: Json) -> Json:
    return bundle(*resources) if depth == 1 else bundle(nested_in(depth - 1, *resources))


def test_they_are_read_four_deep_and_refused_deeper_with_file_and_line(tmp_path: Path) -> None:
    assert known(read_resources([nested_in(4, *ordinary())]).histories) == known(read().histories)
    lines = [*ordinary(), nested_in(5, PRESSURE)]
    file = tmp_path / "export.ndjson"
    file.write_text("".join(json.dumps(one) + "\n" for one in lines))
    with pytest.raises(NotFhir, match=r"^export\.ndjson, row 6: holds Bundles within Bundles, more than 4 deep"):
        FHIR.scan([file])


def test_entries_of_an_inner_bundle_name_each_other_and_those_around_them_by_urn() -> None:
    woman, care = "urn:uuid:0b1c", "urn:uuid:0c2d"
    hers = {"subject": {"reference": woman}}
    hers_without_id = {key: value for key, value in episode().items() if key != "id"}
    inner = {
        "resourceType": "Bundle", "type": "searchset",
        "entry": [
            {"fullUrl": care, "resource": {**hers_without_id, "patient": {"reference": woman}}},
            {"fullUrl": "urn:uuid:1", "resource": due(**hers)},
            {"fullUrl": "urn:uuid:2", "resource": {**PRESSURE, **hers}},
        ],
    }  # fmt: skip
    outer = {
        "resourceType": "Bundle", "type": "batch-response",
        "entry": [
            {"fullUrl": "urn:uuid:9", "resource": inner},
            {"fullUrl": woman, "resource": {"resourceType": "Patient"}},
        ],
    }  # fmt: skip
    found = read_resources([outer])
    assert found.histories.pregnancies.select("pregnancy_id", "woman_id").rows() == [("0c2d", "0b1c")]
    assert ("systolic_blood_pressure", 100, 120.0) in known(found.histories)


def test_two_bundles_that_hold_the_same_in_the_same_entries_say_it_once() -> None:
    one = bundle(*ordinary(PRESSURE))
    found = read_resources([one, one])
    assert known(found.histories) == known(read(PRESSURE).histories)
    assert reasons(found) == [("the same resource again", 6)]
    differs = bundle(*ordinary({**PRESSURE, "valueQuantity": quantity(130, "mm[Hg]")}))
    assert known(read_resources([one, differs]).histories) == known(read().histories)


def test_an_entry_that_only_answers_is_passed_over_and_counted(tmp_path: Path) -> None:
    held = bundle(*ordinary(), kind="transaction-response")
    held["entry"][1:1] = [ANSWER, ANSWER]
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(held))
    records = FHIR.scan([file])
    assert known(records.histories) == known(read().histories)
    (aside,) = records.set_aside
    assert aside.reason == "answer.json: Bundle.entry has a response and no resource"
    assert (aside.rows, aside.example_rows) == (2, (2, 3))


@pytest.mark.parametrize("entry", [{}, {"fullUrl": "urn:uuid:1"}, {"response": {}, "resource": None}, None, 3])
def test_an_entry_that_neither_holds_nor_answers_is_refused(entry: object) -> None:
    with pytest.raises(NotAResource, match="row 1"):
        read_resources([{"resourceType": "Bundle", "type": "batch-response", "entry": [entry]}])


@pytest.mark.parametrize("tag", [[None], ["HTEST"], "HTEST", {"code": "HTEST"}])
def test_a_tag_that_cannot_be_read_is_told_as_that(tag: object) -> None:
    found = read(patient("w2", meta={"tag": tag}))
    assert reasons(found) == [("Patient.meta.tag is no list of codings", 1)]
    assert not read(patient("w2", meta={"tag": None})).is_simulated
    assert read_resources(
        [{**one, "meta": {"tag": [{}, {"system": ACT_REASON, "code": "HTEST"}]}} for one in ordinary()]
    ).is_simulated


@pytest.mark.parametrize("more", [{"modifierExtension": MODIFIER}, {"implicitRules": "https://site.example/rules"}])
@pytest.mark.parametrize("kind", ["Observation", "Condition", "Patient", "EpisodeOfCare", "Encounter"])
def test_a_resource_of_unknown_rules_is_set_aside(kind: str, more: Json) -> None:
    second = {
        "Observation": PRESSURE, "Patient": patient("w2"), "EpisodeOfCare": episode("p2"),
        "Condition": {
            "resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/w1"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "398254007"}]},
            "recordedDate": "2022-07-01",
        },
        "Encounter": {"resourceType": "Encounter", "id": "v", "subject": {"reference": "Patient/w1"}},
    }[kind]  # fmt: skip
    found = read({**second, **more})
    assert known(found.histories) == known(read().histories)
    assert reasons(found) == [(f"{kind}.{next(iter(more))} {RULES}", 1)]


def test_a_component_that_is_turned_around_is_not_read() -> None:
    systolic = {"code": PRESSURE["code"], "valueQuantity": quantity(142, "mm[Hg]")}
    panel = observation("panel", (LOINC, "85354-9"), 210, component=[systolic, {**systolic}])
    panel["component"][1]["modifierExtension"] = MODIFIER
    found = read(panel)
    assert known(found.histories) == known(read().histories)
    assert reasons(found) == [(f"Observation.component.modifierExtension {RULES}", 1)]


def test_an_amendment_of_unknown_rules_takes_back_what_was_said() -> None:
    first = {**PRESSURE, "meta": {"lastUpdated": "2022-05-01T10:00:00Z"}}
    later = {**first, "meta": {"lastUpdated": "2022-05-02T10:00:00Z"}, "modifierExtension": MODIFIER}
    assert known(read(first, later).histories) == known(read().histories)


def test_a_bundle_or_an_entry_of_unknown_rules_is_not_read_nor_what_it_deletes() -> None:
    ruled = bundle(PRESSURE, {**PRESSURE, "id": "bp2"}, implicitRules="https://site.example/rules")
    for held in (ruled, bundle(ruled)):
        found = read(held)
        assert known(found.histories) == known(read().histories)
        assert reasons(found) == [(f"Bundle.implicitRules {RULES}", 2)]
    deletion = {"request": {"method": "DELETE", "url": "Observation/bp"}, "modifierExtension": MODIFIER}
    found = read(PRESSURE, {"resourceType": "Bundle", "type": "history", "entry": [deletion]})
    assert ("systolic_blood_pressure", 100, 120.0) in known(found.histories)
    assert reasons(found) == [(f"Bundle.entry.modifierExtension {RULES}", 1)]
