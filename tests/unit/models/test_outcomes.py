"""What the declared outcomes promise to those who read them."""

from __future__ import annotations

import pytest

from models.conditions import Condition
from models.design import ImpossibleDesign, ModelDesign, available_definition, available_predictors
from models.guidelines import GUIDELINES
from models.outcome import Outcome, OutcomeDefinition
from models.outcomes import OUTCOMES, UnknownOutcome, outcome
from models.predictors import NEVER_PREDICTORS, PREDICTORS
from records.clock import ADMISSION, BOOKING, PREDICTION_POINTS, WEEKS_28
from records.concepts import CONCEPTS
from records.identity import IDENTITY_COLUMNS

EARLIEST = dict.fromkeys(CONCEPTS, BOOKING)

SPELLED = [
    "preterm_birth",
    "preterm_birth_before_34",
    "preterm_birth_before_32",
    "haemorrhage",
    "haemorrhage_500_ml",
    "haemorrhage_over_1000_ml",
    "gestational_diabetes",
    "postpartum_depression",
    "severe_maternal_morbidity",
    "severe_maternal_morbidity_transfusion",
    "severe_maternal_morbidity_ruptured_uterus",
    "severe_maternal_morbidity_hysterectomy",
    "severe_maternal_morbidity_intensive_care",
    "maternal_critical_incident",
    "neonatal_morbidity",
    "neonatal_morbidity_ventilation",
    "neonatal_morbidity_apgar",
    "perinatal_death",
    "extended_perinatal_death",
]
SERVED = [
    "preterm_birth",
    "preterm_birth_before_34",
    "preterm_birth_before_32",
    "haemorrhage",
    "gestational_diabetes",
    "postpartum_depression",
]
COMPOSITES = {
    "severe_maternal_morbidity": {
        "maternal_transfusion",
        "ruptured_uterus",
        "unplanned_hysterectomy",
        "intensive_care",
    },
    "maternal_critical_incident": {"unplanned_hysterectomy", "intensive_care", "maternal_critical_finding"},
}
APART = {
    *(concept for parts in COMPOSITES.values() for concept in parts),
    *("neonatal_unit_admission", "assisted_ventilation_over_6_hours", "apgar_5_minutes"),
    *("measured_blood_loss", "estimated_blood_loss", "death_within_7_days", "death_within_28_days"),
}


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
    served = [name for name, o in OUTCOMES.items() if not all(o.is_gap_only(at) for at in o.prediction_points)]
    assert served == SERVED


@pytest.mark.parametrize("declared", OUTCOMES.values(), ids=lambda declared: declared.name)
def test_no_complication_stands_in_for_another(declared: Outcome) -> None:
    """Definitions of one outcome are ways of seeing one thing: only a proxy is something else, and says so."""
    seen = {c.concept for d in declared.definitions if not d.is_proxy for c in d.any_of}
    assert len(seen & APART) <= (1 if declared.name not in COMPOSITES else len(COMPOSITES[declared.name]))
    if declared.name in COMPOSITES:
        assert seen == COMPOSITES[declared.name]


def test_an_apgar_score_is_never_without_its_caution() -> None:
    for declared in OUTCOMES.values():
        for definition in declared.definitions:
            cautions = " ".join(definition.cautions)
            assert ("apgar_5_minutes" in definition.needs) == ("Race and Health Observatory" in cautions)


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
    assert set(PREDICTORS) <= set(CONCEPTS)
    assert set(NEVER_PREDICTORS) <= {*CONCEPTS, *IDENTITY_COLUMNS, "payer"}


def test_estimated_loss_defines_no_outcome() -> None:
    needed = {name for o in OUTCOMES.values() for d in o.definitions for name in d.needs}
    assert "measured_blood_loss" in needed
    assert "estimated_blood_loss" not in needed


def test_nothing_later_than_the_point_is_offered_to_a_design() -> None:
    definition = outcome("haemorrhage").definitions[1]
    at_booking = available_predictors(definition, BOOKING, EARLIEST)
    at_admission = available_predictors(definition, ADMISSION, EARLIEST)
    assert set(at_booking) < set(at_admission)
    assert "pre_eclampsia" in set(at_admission) - set(at_booking)


def test_what_a_source_does_not_date_is_offered_only_from_where_it_says() -> None:
    definition = outcome("preterm_birth").definitions[0]
    undated = {**EARLIEST, "pre_eclampsia": ADMISSION}
    assert "pre_eclampsia" in available_predictors(definition, WEEKS_28, EARLIEST)
    assert "pre_eclampsia" not in available_predictors(definition, WEEKS_28, undated)


@pytest.mark.parametrize(
    ("concept", "refused"),
    [
        ("pre_eclampsia", {"pre_eclampsia", "days_since_pre_eclampsia"}),
        ("antenatal_bleeding", {"antenatal_bleeding", "antenatal_bleeding_episodes"}),
        ("epds_total_in_pregnancy", {"epds_total_in_pregnancy"}),
        ("epds_total", set()),
        ("depression_within_a_year", set()),
    ],
)
def test_no_observation_is_both_predictor_and_outcome(concept: str, refused: set[str]) -> None:
    """Of the Edinburgh scale, what was asked in pregnancy is another observation than what was asked after birth."""
    happened = Condition(concept=concept, comparison="at_least", value=1)
    defined_by = OutcomeDefinition(name="made up", authority="this test", any_of=(happened,))
    offered = set(available_predictors(defined_by, PREDICTION_POINTS["birth"], EARLIEST))
    assert set(PREDICTORS) - offered == refused


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
    with pytest.raises(ImpossibleDesign, match="at 28 weeks, not at booking"):
        design(predictors=("pre_eclampsia",))


def test_a_design_at_a_point_the_outcome_does_not_have_is_refused() -> None:
    with pytest.raises(ImpossibleDesign, match="booking, weeks_16"):
        design(prediction_point="postnatal")


def test_an_outcome_may_not_predict_itself() -> None:
    diabetes = outcome("gestational_diabetes").definitions[1]
    assert "gestational_diabetes" not in available_predictors(diabetes, ADMISSION, EARLIEST)


def test_a_digest_moves_with_every_field() -> None:
    changes = [{"seed": 1}, {"tolerance": 0.03}, {"alert_rate": 0.2}, {"predictors": ("parity",)}, {"fair_rounds": 3}]
    digests = {design().digest, *(design(**change).digest for change in changes)}
    assert len(digests) == len(changes) + 1


def test_a_design_round_trips() -> None:
    assert ModelDesign.from_dict(design().to_dict()) == design()
