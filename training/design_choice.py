"""The design of a retrain: what was asked for, completed by what the cohort offers."""

from __future__ import annotations

from dataclasses import dataclass

from models.design import ModelDesign, booster_for
from models.outcomes import outcome
from training.cohort import Cohort

__all__ = ["RetrainRequest", "design_for"]


@dataclass(frozen=True, kw_only=True)
class RetrainRequest:
    """What a researcher asks for. ``alert_rate`` is the share of women the site has places for."""

    outcome: str
    prediction_point: str | None = None
    constraint: str = "tpr_floor"
    tolerance: float = 0.02
    alert_rate: float = 0.10
    seed: int = 0

    @property
    def point(self) -> str:
        return self.prediction_point or outcome(self.outcome).earliest_point


def design_for(request: RetrainRequest, cohort: Cohort) -> ModelDesign:
    return ModelDesign(
        outcome=request.outcome,
        definition=cohort.definition.name,
        prediction_point=request.point,
        source=cohort.records.source,
        predictors=cohort.predictors,
        constraint=request.constraint,
        tolerance=request.tolerance,
        alert_rate=request.alert_rate,
        seed=request.seed,
        booster=dict(booster_for(cohort.denominator.in_cohort)),
    )
