"""What a concept accepts, in which unit, and what it refuses by name."""

from __future__ import annotations

import math

import pytest

from records.concepts import CONCEPTS, ImplausibleValue, UnknownCategory, UnknownConcept, WrongUnit, concept


def test_a_quantity_is_brought_to_its_canonical_unit() -> None:
    assert concept("height").check(1.65, "m") == pytest.approx(165.0)
    assert concept("weight").check(64_000, "g") == pytest.approx(64.0)
    assert concept("haemoglobin").check(11.2, "g/dL") == pytest.approx(112.0)


@pytest.mark.parametrize("unit", [None, "lb", "kg/m"])
def test_a_quantity_without_its_unit_is_refused(unit: str | None) -> None:
    with pytest.raises(WrongUnit, match="kg"):
        concept("weight").check(64.0, unit)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 9.9, 71, True, "27"])
def test_a_body_mass_index_that_nobody_has_is_refused(value: object) -> None:
    with pytest.raises(ImplausibleValue):
        concept("body_mass_index").check(value, "kg/m2")  # type: ignore[arg-type]


def test_a_plausible_range_is_closed() -> None:
    assert concept("body_mass_index").check(10, "kg/m2") == 10
    assert concept("body_mass_index").check(70, "kg/m2") == 70


def test_not_recorded_passes_and_stays_unknown() -> None:
    assert all(c.check(None) is None for c in CONCEPTS.values())


def test_a_count_is_whole() -> None:
    with pytest.raises(ImplausibleValue, match="whole"):
        concept("parity").check(1.5)


def test_a_flag_is_not_a_number() -> None:
    with pytest.raises(ImplausibleValue):
        concept("previous_preterm_birth").check(1)


def test_a_category_names_its_levels() -> None:
    with pytest.raises(UnknownCategory, match="never, former, current"):
        concept("smoking_status").check("sometimes")


def test_an_unknown_concept_is_named() -> None:
    with pytest.raises(UnknownConcept, match="shoe_size"):
        concept("shoe_size")


def test_a_refused_value_is_not_repeated() -> None:
    with pytest.raises(UnknownCategory) as refusal:
        concept("smoking_status").check("Jane Doe")
    assert "Jane" not in str(refusal.value)


def test_every_history_of_birth_is_undefined_without_one() -> None:
    history = [c for c in CONCEPTS.values() if c.name.startswith("previous_") and "birth" in c.title]
    assert history
    assert all(c.defined_if == "parity" for c in history)


def test_the_days_since_a_diagnosis_are_undefined_without_it() -> None:
    since = [c for c in CONCEPTS.values() if c.read_by.how == "days_since_first"]
    assert [c.name for c in since] == ["days_since_pre_eclampsia"]
    assert all(c.defined_if == c.read_by.of for c in since)
