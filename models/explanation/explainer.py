"""How far each fact moved one risk: exact, additive, on the calibrated log-odds scale, one number a concept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.encoding import ETHNIC_GROUP
from models.explanation.quadrature import PathFactors, shapley_values
from models.explanation.trees import TreeTable, UnexplainableModel
from models.model_files import self_test_rows
from models.risk_model import RiskModel

__all__ = ["Explainer", "Explanation", "UnexplainableModel"]

# Above what 64-bit sums over hundreds of trees leave, far below what moves a printed digit.
ADDITIVITY_TOLERANCE = 1e-8


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Calibrated log-odds = ``baseline`` + the sum of ``contributions`` (concept to log-odds).

    ``baseline`` is the mean over the women the model was fitted on. A concept that is not recorded contributes too:
    what its absence moved.
    """

    baseline: float
    contributions: Mapping[str, float]

    def with_step(self, before: float, after: float) -> Explanation:
        """With what a step for her recorded group moved, from one risk to another, among the contributions."""
        if before == after:
            return self
        step = _log_odds(after) - _log_odds(before) + self.contributions.get(ETHNIC_GROUP, 0.0)
        return replace(self, contributions={**self.contributions, ETHNIC_GROUP: step})


@dataclass(frozen=True, kw_only=True, eq=False)
class Explainer:
    """The trees of one model, laid out once. Safe to share between threads."""

    trees: TreeTable
    factors: PathFactors
    concepts: tuple[str, ...]
    concept_of_column: npt.NDArray[np.intp]
    intercept: float
    slope: float

    @classmethod
    def of(cls, model: RiskModel) -> Explainer:
        """Compiles what is not compiled yet, and proves on made-up women that the contributions add up to the score.

        Raises `UnexplainableModel`.
        """
        trees = TreeTable.of(model.booster)
        concepts = model.encoding.inputs
        explainer = cls(
            trees=trees,
            factors=PathFactors.of(trees),
            concepts=concepts,
            concept_of_column=np.array([concepts.index(column.concept) for column in model.encoding.columns]),
            intercept=model.calibrator.intercept,
            slope=model.calibrator.slope,
        )
        explainer._prove_additivity(model)
        return explainer

    def explain(self, encoded: npt.NDArray[np.float64]) -> Explanation:
        """``encoded`` holds one woman's numbers, one a column."""
        by_column = shapley_values(encoded, self.trees, self.factors)
        # The columns of a category's levels are one fact: Shapley values of one row add up.
        by_concept = np.bincount(self.concept_of_column, weights=by_column, minlength=len(self.concepts))
        return Explanation(
            baseline=self.intercept + self.slope * self.trees.expected_value,
            contributions=dict(zip(self.concepts, (self.slope * by_concept).tolist(), strict=True)),
        )

    def _prove_additivity(self, model: RiskModel) -> None:
        rows = self_test_rows(model.encoding)
        log_odds = self.intercept + self.slope * model.raw_scores(rows, threads=1)
        for row, expected in zip(rows, log_odds, strict=True):
            explanation = self.explain(row)
            total = explanation.baseline + sum(explanation.contributions.values())
            if not abs(total - expected) <= ADDITIVITY_TOLERANCE * max(1.0, abs(expected)):
                raise UnexplainableModel("the reasons do not add up to the risk; the model cannot be explained exactly")


def _log_odds(risk: float) -> float:
    within = min(max(risk, 1e-300), 1 - 2**-53)
    return math.log(within / (1 - within))
