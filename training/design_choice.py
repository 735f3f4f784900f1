"""The design of a retrain: what was asked for, completed by what the cohort offers."""

from __future__ import annotations

from dataclasses import dataclass

from models.design import ImpossibleDesign, ModelDesign, booster_for
from models.ethnicity_decision import EthnicityDecision
from models.outcomes import outcome
from records.clock import point
from training.cohort import Cohort
from training.fair_boost.constraints import CONSTRAINTS

__all__ = ["RetrainRequest", "design_for", "warnings_of"]


@dataclass(frozen=True, kw_only=True)
class RetrainRequest:
    """What a researcher asks for. ``alert_rate`` is the share of women the site has places for; ``tolerance`` a share
    of women, for 'group_loss' nats; ``ethnicity`` a signed decision to read, or not to read, her recorded group.
    ``cross_fit`` moves no risk: it adds figures over the training births where they are few.

    Raises `ImpossibleDesign`, or the error of an unknown outcome or point, before any file is read.
    """

    outcome: str
    prediction_point: str | None = None
    constraint: str = "tpr_floor"
    tolerance: float = 0.02
    alert_rate: float = 0.10
    seed: int = 0
    ethnicity: EthnicityDecision | None = None
    cross_fit: bool = True

    def __post_init__(self) -> None:
        declared = outcome(self.outcome)
        if point(self.point).name not in declared.actions:
            points = ", ".join(declared.prediction_points)
            raise ImpossibleDesign(f"{self.outcome} has no prediction point {self.point}; it has: {points}")
        if self.constraint not in CONSTRAINTS:
            raise ImpossibleDesign(f"no constraint is called {self.constraint!r}; there are: {', '.join(CONSTRAINTS)}")
        if not 0 <= self.tolerance <= 1:
            unit = "a log-loss in nats" if self.constraint == "group_loss" else "a share of women"
            raise ImpossibleDesign(f"tolerance is {unit} from 0 to 1; got {self.tolerance:g}")
        if not 0 < self.alert_rate < 1:
            raise ImpossibleDesign(f"alert_rate is a share of women above 0 and below 1; got {self.alert_rate:g}")

    @property
    def point(self) -> str:
        return self.prediction_point or outcome(self.outcome).earliest_point


def design_for(request: RetrainRequest, cohort: Cohort) -> ModelDesign:
    """Raises `ImpossibleDesign` where ethnicity is to be read and none is recorded."""
    if request.ethnicity is not None and not cohort.has_ethnicity:
        raise ImpossibleDesign(
            f"a decision about ethnicity was given for {request.outcome}, and these records hold nobody's ethnic group"
        )
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
        ethnicity=request.ethnicity,
        booster=dict(booster_for(cohort.denominator.in_cohort)),
    )


def warnings_of(design: ModelDesign) -> tuple[str, ...]:
    """What whoever asks for the design's constraint, and whoever reads its audit, is told of it."""
    warning = CONSTRAINTS[design.constraint].warning
    said = [] if warning is None else [f"constraint {design.constraint}: {warning}"]
    if design.ethnicity is not None:
        said.append(f"ethnicity, by a signed decision: {design.ethnicity.in_words}")
    return tuple(said)
