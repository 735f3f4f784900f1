"""What the declared outcomes promise to those who read them."""

from __future__ import annotations

import pytest

from models.design import ImpossibleDesign, ModelDesign, available_definition, available_predictors
from models.guidelines import GUIDELINES
from models.outcomes import OUTCOMES, UnknownOutcome, outcome
from models.predictors import NEVER_PREDICTORS, PREDICTORS
from records.clock import ADMISSION, BOOKING, PREDICTION_POINTS, point
from records.concepts import CONCEPTS

SPELLED = [
    "preterm_birth",
    "preterm_birth_before_34",
    "preterm_birth_before_32",
    "haemorrhage",
    "gestational_diabetes",
    "postpartum_depression",
    "severe_maternal_morbidity",
    "neonatal_morbidity",
    "perinatal_death",
]


def test_outcomes_are_spelled_as_agreed() -> None:
    assert set(SPELLED) <= set(OUTCOMES)


@pytest.mark.parametrize("declared", OUTCOMES.values(), ids=str)
def test_every_definition_names_known_concepts_and_an_authority(declared: object) -> None:
    for definition in declared.definitions:  # type: ignore[attr-defined]
        assert set(definition.needs) <= set(CONCEPTS)
        assert definition.authority
    assert set(declared.actions) <= set(PREDICTION_POINTS)  # type: ignore[attr-defined]
    assert set(declared.comparators) <= set(GUIDELINES)  # type: ignore[attr-defined]


def test_without_an_action_there_is_no_risk() -> None:
    gap_only = {
        name for name in SPELLED if all(outcome(name).is_gap_only(at) for at in outcome(name).prediction_points)
    }
    assert gap_only == {"severe_maternal_morbidity", "neonatal_morbidity", "perinatal_death"}


def test_the_transfusion_proxy_is_called_a_proxy() -> None:
    birth_file = ["maternal_transfusion"]
    found = available_definition(outcome("haemorrhage"), birth_file)
    assert found is not None
    assert str(found) == "proxy: maternal transfusion"


def test_measured_loss_comes_before_the_proxy() -> None:
    found = available_definition(outcome("haemorrhage"), ["maternal_transfusion", "measured_blood_loss"])
    assert str(found) == "measured loss >= 1500 ml"


def test_an_unknown_outcome_lists_those_there_are() -> None:
    with pytest.raises(UnknownOutcome, match="preterm_birth"):
        outcome("happiness")


def test_predictors_and_what_may_never_predict_are_apart() -> None:
    assert not set(PREDICTORS) & set(NEVER_PREDICTORS)
    assert set(PREDICTORS) | set(NEVER_PREDICTORS) <= set(CONCEPTS)


def test_nothing_later_than_the_point_is_offered_to_a_design() -> None:
    definition = outcome("haemorrhage").definitions[1]
    at_booking = available_predictors(definition, BOOKING, list(CONCEPTS))
    at_admission = available_predictors(definition, ADMISSION, list(CONCEPTS))
    assert set(at_booking) < set(at_admission)
    assert "pre_eclampsia" in set(at_admission) - set(at_booking)


def design(**changes: object) -> ModelDesign:
    asked = {
        "outcome": "preterm_birth",
        "definition": outcome("preterm_birth").definitions[0].name,
        "prediction_point": "booking",
        "source": "simulated",
        "predictors": ("maternal_age",),
    }
    return ModelDesign(**{**asked, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("leak", sorted(NEVER_PREDICTORS))
def test_a_design_that_asks_for_a_leak_is_refused_with_its_reason(leak: str) -> None:
    with pytest.raises(ImpossibleDesign, match=leak):
        design(predictors=("maternal_age", leak))


def test_a_design_that_asks_too_early_is_refused() -> None:
    with pytest.raises(ImpossibleDesign, match="at admission for birth, not at booking"):
        design(predictors=("pre_eclampsia",))


def test_a_design_at_a_point_the_outcome_does_not_have_is_refused() -> None:
    with pytest.raises(ImpossibleDesign, match="booking, weeks_16"):
        design(prediction_point="postnatal")


def test_an_outcome_may_not_predict_itself() -> None:
    diabetes = outcome("gestational_diabetes").definitions[1]
    assert "gestational_diabetes" not in available_predictors(diabetes, point("admission"), list(CONCEPTS))


def test_a_digest_moves_with_every_field() -> None:
    changes = [{"seed": 1}, {"tolerance": 0.03}, {"alert_rate": 0.2}, {"predictors": ("parity",)}, {"fair_rounds": 3}]
    digests = {design().digest, *(design(**change).digest for change in changes)}
    assert len(digests) == len(changes) + 1


def test_a_design_round_trips() -> None:
    assert ModelDesign.from_dict(design().to_dict()) == design()
