"""Which contributions a person reads."""

from __future__ import annotations

from models.explanation import Explanation, not_shown, reasons
from models.predictors import PREDICTORS

FACTS = {
    "maternal_age": 41.0,
    "body_mass_index": 37.0,
    "smoking_status": "never",
    "parity": 0.0,
    "height": 150.0,
    "weight": 90.0,
    "chronic_hypertension": None,
    "deprivation_quintile": 1.0,
    "education_level": 2.0,
}


def explained(**contributions: float) -> Explanation:
    return Explanation(baseline=-2.0, contributions=contributions)


def test_the_five_that_moved_most_by_size_not_sign() -> None:
    shown = reasons(
        explained(maternal_age=0.1, body_mass_index=-0.6, smoking_status=0.5, parity=-0.4, height=0.3, weight=0.2),
        FACTS,
    )
    assert [reason.concept for reason in shown] == ["body_mass_index", "smoking_status", "parity", "height", "weight"]
    assert [reason.direction for reason in shown] == ["lowered", "raised", "lowered", "raised", "raised"]
    assert (shown[0].value, shown[0].unit, shown[0].wording) == (37.0, "kg/m2", "body mass index")


def test_what_is_not_recorded_is_never_a_reason() -> None:
    assert not reasons(explained(chronic_hypertension=9.0, family_history_of_diabetes=9.0), FACTS)


def test_what_has_no_approved_wording_is_logged_and_never_shown() -> None:
    explanation = explained(deprivation_quintile=2.0, education_level=-1.0, maternal_age=0.1)
    assert [reason.concept for reason in reasons(explanation, FACTS)] == ["maternal_age"]
    assert not_shown(explanation, FACTS) == {"deprivation_quintile": 2.0, "education_level": -1.0}


def test_deprivation_language_and_social_factors_have_no_wording() -> None:
    hidden = {"deprivation_quintile", "education_level", "interpreter_needed", "complex_social_factors"}
    assert {name for name, predictor in PREDICTORS.items() if predictor.wording is None} >= hidden


def test_what_moved_nothing_is_no_reason() -> None:
    assert not reasons(explained(maternal_age=0.0), FACTS)
