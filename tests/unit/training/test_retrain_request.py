"""What a researcher may ask for; the rest is refused before a file is read."""

from __future__ import annotations

import math

import pytest

from models.design import ImpossibleDesign
from models.outcomes import OUTCOMES, UnknownOutcome
from records.clock import UnknownPredictionPoint
from training.design_choice import RetrainRequest


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


@pytest.mark.parametrize("alert_rate", [0.0, 1.0, -0.1, math.nan])
def test_an_alert_rate_is_a_share_that_is_neither_nobody_nor_everyone(alert_rate: float) -> None:
    with pytest.raises(ImpossibleDesign, match="alert_rate"):
        RetrainRequest(outcome="preterm_birth", alert_rate=alert_rate)
