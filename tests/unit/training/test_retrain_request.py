"""What a researcher may ask for; the rest is refused before a file is read."""

from __future__ import annotations

import dataclasses
import math

import pytest

from models.design import ImpossibleDesign, ModelDesign
from models.outcomes import OUTCOMES, UnknownOutcome
from records.clock import UnknownPredictionPoint
from training.design_choice import RetrainRequest, warnings_of
from training.fair_boost import FairBoostClassifier
from training.fair_boost.constraints import CONSTRAINTS


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_declared_outcome_can_be_asked_for_at_each_of_its_points(name: str) -> None:
    assert RetrainRequest(outcome=name).point == OUTCOMES[name].earliest_point
    for point in OUTCOMES[name].prediction_points:
        assert RetrainRequest(outcome=name, prediction_point=point).point == point


def test_names_that_do_not_exist() -> None:
    with pytest.raises(UnknownOutcome):
        RetrainRequest(outcome="birth")
    with pytest.raises(UnknownPredictionPoint):
        RetrainRequest(outcome="preterm_birth", prediction_point="dawn")
    with pytest.raises(ImpossibleDesign, match="has no prediction point birth; it has: booking"):
        RetrainRequest(outcome="preterm_birth", prediction_point="birth")
    with pytest.raises(ImpossibleDesign, match="tpr_floor"):
        RetrainRequest(outcome="preterm_birth", constraint="parity")


@pytest.mark.parametrize("tolerance", [-0.01, 1.01, math.nan])
def test_a_tolerance_is_a_share(tolerance: float) -> None:
    with pytest.raises(ImpossibleDesign, match="tolerance"):
        RetrainRequest(outcome="preterm_birth", tolerance=tolerance)


def test_a_tolerance_of_log_loss_is_in_nats() -> None:
    with pytest.raises(ImpossibleDesign, match="tolerance is a log-loss in nats from 0 to 1; got 2"):
        RetrainRequest(outcome="preterm_birth", constraint="group_loss", tolerance=2.0)


@pytest.mark.parametrize("alert_rate", [0.0, 1.0, -0.1, math.nan])
def test_an_alert_rate_is_a_share_that_is_neither_nobody_nor_everyone(alert_rate: float) -> None:
    with pytest.raises(ImpossibleDesign, match="alert_rate"):
        RetrainRequest(outcome="preterm_birth", alert_rate=alert_rate)


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_every_constraint_of_the_fit_can_be_asked_for(name: str) -> None:
    assert RetrainRequest(outcome="preterm_birth", constraint=name).constraint == name


def test_the_default_is_the_one_sided_floor_everywhere() -> None:
    asked = RetrainRequest(outcome="preterm_birth").constraint
    assert asked == FairBoostClassifier().constraint == _design().constraint == "tpr_floor"


def test_each_constraint_gives_its_design_a_digest_of_its_own() -> None:
    digests = {dataclasses.replace(_design(), constraint=name).digest for name in CONSTRAINTS}
    assert len(digests) == len(CONSTRAINTS)


def test_whoever_asks_for_parity_is_told_that_it_may_lower_a_group() -> None:
    for name, constraint in CONSTRAINTS.items():
        warnings = warnings_of(dataclasses.replace(_design(), constraint=name))
        assert any("may lower a group" in warning for warning in warnings) == constraint.two_sided
    assert warnings_of(_design()) == ()
    (about_loss,) = warnings_of(dataclasses.replace(_design(), constraint="group_loss"))
    assert "log-loss is highest where the outcome is commonest" in about_loss


def _design() -> ModelDesign:
    return ModelDesign(
        outcome="preterm_birth",
        definition=OUTCOMES["preterm_birth"].definitions[0].name,
        prediction_point="booking",
        source="simulated",
        predictors=("parity",),
    )
