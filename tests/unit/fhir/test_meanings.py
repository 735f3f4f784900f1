"""Codes and what they say: each English concept can be written and read, and units agree with the concepts."""

from __future__ import annotations

import pytest

from records.concepts import concept
from records.sources.fhir.meanings import LOCAL_CONCEPTS, MEANINGS, fact_code, local_meaning, meaning_of
from records.sources.fhir.systems import LOCAL, LOINC, SNOMED
from records.sources.fhir.units import DOUBTFUL_UNIT, NO_DOUBT, UNCERTAIN_VALUE, in_canonical_unit
from records.sources.fhir.writing.forms import DERIVED, form_of
from records.sources.nhs_facts import NHS_KNOWN_FROM


def coded(system: str, code: str) -> dict:
    return {"coding": [{"system": system, "code": code}]}


def test_every_meaning_stands_at_its_number() -> None:
    assert [meaning.number for meaning in MEANINGS] == list(range(len(MEANINGS)))


@pytest.mark.parametrize("name", [name for name in LOCAL_CONCEPTS if name not in DERIVED])
def test_what_is_written_of_a_concept_means_that_concept(name: str) -> None:
    declared = concept(name)
    for value in range(len(declared.categories)) if declared.kind == "category" else (1.0,):
        form = form_of(name, float(value))
        meaning = meaning_of(form.answer or form.code)
        assert name in {said for said, _ in meaning.facts.values()}
        if declared.kind == "category":
            assert set(meaning.facts.values()) == {(name, float(value))}


@pytest.mark.parametrize("name", list(NHS_KNOWN_FROM))
def test_every_english_concept_has_a_code_of_our_own(name: str) -> None:
    base = concept(name).read_by.of
    assert base in {said for said, _ in local_meaning(fact_code(base, 0)).facts.values()}


def test_of_several_codings_the_first_that_is_listed_holds() -> None:
    both = {"coding": [{"system": "urn:other", "code": "GDM"}, {"system": SNOMED, "code": "11687002"}]}
    assert meaning_of(both) == meaning_of(coded(SNOMED, "11687002"))
    assert meaning_of(coded(LOINC, "11687002")) is None
    for malformed in (None, "x", {"coding": "x"}, {"coding": [3]}, {}):
        assert meaning_of(malformed) is None


def test_a_dating_code_is_no_fact() -> None:
    due = meaning_of(coded(LOINC, "11778-8"))
    assert due.dating == "due"
    assert due.facts == {}
    assert meaning_of(coded(LOCAL, "parity")).dating is None


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("weight", 1, "[lb_av]", 0.45359237),
        ("birth_weight", 7.5, "[lb_av]", 3401.942775),
        ("height", 5.5, "[ft_i]", 167.64),
        ("haemoglobin", 7.4, "g/dL", 74.0),
        ("systolic_blood_pressure", 16, "kPa", 120.0098),
        ("gestation_at_birth", 40, "wk", 280.0),
        ("measured_blood_loss", 1.5, "L", 1500.0),
        ("parity", 2, "{#}", 2.0),
        ("parity", 2, "1", 2.0),
    ],
)
def test_units(name: str, value: float, unit: str, expected: float) -> None:
    number, doubt = in_canonical_unit(name, {"value": value, "code": unit})
    assert number == pytest.approx(expected, rel=1e-6)
    assert doubt == NO_DOUBT


def test_a_number_without_its_unit_or_with_a_comparator_is_no_number() -> None:
    assert in_canonical_unit("weight", {"value": 70}) == (None, DOUBTFUL_UNIT)
    assert in_canonical_unit("weight", {"value": 70, "code": "kg/m2"}) == (None, DOUBTFUL_UNIT)
    assert in_canonical_unit("parity", {"value": 2, "code": "kg"}) == (None, DOUBTFUL_UNIT)
    assert in_canonical_unit("weight", {"value": 70, "code": "kg", "comparator": ">"}) == (None, UNCERTAIN_VALUE)
    for value in (None, "70", True, float("inf")):
        assert in_canonical_unit("weight", {"value": value, "code": "kg"}) == (None, UNCERTAIN_VALUE)
