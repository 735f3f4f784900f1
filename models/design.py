"""ModelDesign: everything that fixes how a risk model is made, as one value with a digest.

It is saved with the model and is enough to revalidate it elsewhere.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from models.ethnicity_decision import EthnicityDecision
from models.outcomes import Outcome, OutcomeDefinition, outcome
from models.predictors import NEVER_PREDICTORS, PREDICTORS
from records.clock import BOOKING, PredictionPoint, point
from records.concepts import concept
from records.errors import EquipartumError
from records.sources.registry import SOURCES

__all__ = [
    "DEFAULT_BOOSTER",
    "ImpossibleDesign",
    "ModelDesign",
    "available_definition",
    "available_predictors",
    "booster_for",
]

# Depth 4 and 16 leaves lose no discrimination on booking data and cost several times less to explain.
DEFAULT_BOOSTER: Mapping[str, float | int] = {
    "n_estimators": 200,
    "learning_rate": 0.06,
    "max_depth": 4,
    "num_leaves": 16,
    "min_child_samples": 200,
    "reg_lambda": 1.0,
}
# With fewer births the default overfits: in 5-fold cross-validation of 10,000 US births these settings raised the
# AUROC of gestational diabetes from 0.640 to 0.660 and that of preterm birth from 0.609 to 0.611.
CAUTIOUS_BOOSTER: Mapping[str, float | int] = {
    "n_estimators": 100,
    "learning_rate": 0.03,
    "max_depth": 3,
    "num_leaves": 8,
    "min_child_samples": 100,
    "reg_lambda": 5.0,
}
FEWEST_BIRTHS_FOR_DEFAULT = 30_000


def booster_for(births: int) -> Mapping[str, float | int]:
    """LightGBM's parameters for a cohort of that size."""
    return DEFAULT_BOOSTER if births >= FEWEST_BIRTHS_FOR_DEFAULT else CAUTIOUS_BOOSTER


class ImpossibleDesign(EquipartumError):
    """A design that asks for what care cannot know, or for an outcome's undeclared point."""


@dataclass(frozen=True, kw_only=True)
class ModelDesign:
    """An outcome by one definition, a prediction point, the predictors, the constraint and the split.

    ``alert_rate`` is the share of women the site has places for; ``tolerance`` how far below the overall sensitivity
    a group may fall before its multiplier grows. ``ethnicity`` is what a person decided and signed of her recorded
    group; None: it is not read when predicting.
    """

    outcome: str
    definition: str
    prediction_point: str
    source: str
    predictors: tuple[str, ...]
    constraint: str = "tpr_floor"
    tolerance: float = 0.02
    alert_rate: float = 0.10
    seed: int = 0
    holdout_fraction: float = 0.30
    booster: Mapping[str, float | int] = field(default_factory=lambda: dict(DEFAULT_BOOSTER))
    fair_rounds: int = 50
    ethnicity: EthnicityDecision | None = None

    def __post_init__(self) -> None:
        declared = outcome(self.outcome)
        at = point(self.prediction_point)
        if self.prediction_point not in declared.actions:
            points = ", ".join(declared.prediction_points)
            raise ImpossibleDesign(f"{self.outcome} has no prediction point {self.prediction_point}; it has: {points}")
        for name in self.predictors:
            self._refuse_leak(name, at)

    def _refuse_leak(self, name: str, at: PredictionPoint) -> None:
        if name in NEVER_PREDICTORS:
            raise ImpossibleDesign(f"{name} may never predict: {NEVER_PREDICTORS[name]}")
        if name in outcome(self.outcome).causal_concepts:
            raise ImpossibleDesign(f"{name} tells how {self.outcome} came about and may never predict it")
        if name not in PREDICTORS:
            raise ImpossibleDesign(f"{name} is not a declared predictor")
        if (since := PREDICTORS[name].known_from) > at:
            raise ImpossibleDesign(f"{name} is known {since.title}, not {at.title}")
        if (since := _dated_by(self.source, name)) > at:
            raise ImpossibleDesign(
                f"{name} is known {since.title} in records of {self.source}, which do not date it, not {at.title}"
            )
        if name in {c.concept for c in self.outcome_definition.any_of}:
            raise ImpossibleDesign(f"{name} defines the outcome and may not predict it")
        if (same := _read_alike(name, self.outcome_definition)) is not None:
            raise ImpossibleDesign(f"{name} is read from the same observations as {same}, which defines the outcome")

    @property
    def outcome_definition(self) -> OutcomeDefinition:
        return next(d for d in outcome(self.outcome).definitions if d.name == self.definition)

    @property
    def registered_name(self) -> str:
        return f"{self.outcome}.{self.prediction_point}"

    @property
    def digest(self) -> str:
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        plain = dataclasses.asdict(self) | {"predictors": list(self.predictors), "booster": dict(self.booster)}
        if self.ethnicity is None:
            # A design that nobody decided anything about keeps the digest it had before there were decisions.
            del plain["ethnicity"]
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelDesign:
        decided = data.get("ethnicity")
        ethnicity = None if decided is None else EthnicityDecision.from_dict(decided)
        return cls(**{**data, "predictors": tuple(data["predictors"]), "ethnicity": ethnicity})

    @property
    def reads_ethnicity(self) -> bool:
        """Whether a signed decision lets her recorded group move her risk."""
        return self.ethnicity is not None and self.ethnicity.moves_risks


def available_definition(
    declared: Outcome, concepts: Collection[str], recorded: Collection[str] | None = None
) -> OutcomeDefinition | None:
    """The first definition that records which hold ``concepts``, of a source that records ``recorded`` (None: these),
    can be read by, or None."""
    return next((d for d in declared.definitions if d.is_answered_by(concepts, recorded)), None)


def available_predictors(
    definition: OutcomeDefinition, at: PredictionPoint, known_from: Mapping[str, PredictionPoint]
) -> tuple[str, ...]:
    """Declared predictors that care can know by ``at`` and the source dates so early, and that the definition is not
    read from. ``known_from`` is the source's: a later point than care's own where its record has no date."""
    defining = {c.concept for c in (*definition.any_of, *definition.population, *definition.already)}
    return tuple(
        name
        for name, predictor in PREDICTORS.items()
        if name in known_from
        and max(predictor.known_from, known_from[name]) <= at
        and name not in defining
        and _read_alike(name, definition) is None
    )


def _dated_by(source: str, name: str) -> PredictionPoint:
    """From when on records of the source tell the fact; of a source that is not registered nothing is claimed."""
    return SOURCES[source].known_from.get(name, BOOKING) if source in SOURCES else BOOKING


def _read_alike(name: str, definition: OutcomeDefinition) -> str | None:
    """The concept of the definition that is read from observations which the predictor is read from too."""
    asked = concept(name).read_by
    return next((c.concept for c in definition.any_of if concept(c.concept).read_by.overlaps(asked)), None)
