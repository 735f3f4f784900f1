"""fairlearn's exponentiated gradient, told the costs at the operating cut; only what predicts leaves this module.

A fitted reduction holds every training row and label, so it is never returned: boosters and their weights are copied
out of it. Moments are used once.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from fairlearn.reductions import ErrorRate, ExponentiatedGradient, UtilityParity
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.dummy import DummyClassifier

from records.groups import MISSING_ETHNICITY

__all__ = ["REDUCTIONS", "ExpectedBooster", "ParityAtCut", "exponentiated_gradient"]

#: By constraint, the outcomes among whose births each group is flagged as often as everyone.
REDUCTIONS: Mapping[str, tuple[int, ...]] = MappingProxyType({"tpr": (1,), "fpr": (0,), "equalized_odds": (0, 1)})

# an expected risk of exactly 0 or 1, which boosters that say one thing to everyone can add up to, has no log-odds
_NEAREST_TO_CERTAIN = 1e-9


class ParityAtCut(UtilityParity):  # type: ignore[misc]
    """Each group's rate within ``bound`` of everyone's. A birth wrongly flagged costs ``cut``, one wrongly not flagged
    1 - ``cut``: what makes ``cut`` the risk from which flagging pays (Elkan, IJCAI 2001). Without it a reduction moves
    the decision at a risk of one half, which on a rare outcome is nobody's.

    Births of missing ethnicity cost as any other and are constrained to nothing.
    """

    short_name = "ParityAtCut"

    def __init__(self, constraint: str, *, cut: float, bound: float) -> None:
        super().__init__(difference_bound=bound)
        self.outcomes = REDUCTIONS[constraint]
        self.cut = cut

    def default_objective(self) -> ErrorRate:
        return ErrorRate(costs={"fp": self.cut, "fn": 1 - self.cut})

    def load_data(self, X: Any, y: Any, *, sensitive_features: Any) -> None:
        outcome = pd.Series(np.asarray(y))
        group = pd.Series(np.asarray(sensitive_features, dtype=str))
        held = outcome.isin(self.outcomes) & ~group.isin(MISSING_ETHNICITY)
        super().load_data(X, outcome, event=outcome.astype(str).where(held), sensitive_features=group)


@dataclass(frozen=True, kw_only=True)
class ExpectedBooster:
    """Boosters and the probability with which a reduction would draw each; ``constant`` (0 to 1) is the part of the
    expected risk that members say to everyone alike."""

    boosters: tuple[lightgbm.Booster, ...]
    weights: tuple[float, ...]
    constant: float

    def expected_probability(self, data: Any, **options: Any) -> NDArray[np.float64]:
        """The mean of what the members predict, by weight: nothing is drawn."""
        total = np.full(len(data), self.constant)
        for booster, weight in zip(self.boosters, self.weights, strict=True):
            total += weight * np.asarray(booster.predict(data, **options), dtype=np.float64)
        return total

    def predict(self, data: Any, *, raw_score: bool, **options: Any) -> NDArray[np.float64]:
        probability = self.expected_probability(data, **options)
        clipped = np.clip(probability, _NEAREST_TO_CERTAIN, 1 - _NEAREST_TO_CERTAIN)
        return np.asarray(logit(clipped) if raw_score else probability)


def exponentiated_gradient(
    estimator: lightgbm.LGBMClassifier,
    predictors: NDArray[Any],
    event: NDArray[np.float64],
    group: NDArray[np.str_],
    *,
    constraint: str,
    cut: float,
    bound: float,
    max_iter: int,
) -> ExpectedBooster:
    """Agarwal, Beygelzimer, Dudik, Langford and Wallach (ICML 2018), as fairlearn fits it."""
    parity = ParityAtCut(constraint, cut=cut, bound=bound)
    reduction = ExponentiatedGradient(estimator, parity, objective=parity.default_objective(), max_iter=max_iter)
    with warnings.catch_warnings():
        # fairlearn 0.15 grows a pandas series in a way that pandas 3 is about to forbid
        warnings.filterwarnings("ignore", message=r"Setting an? (value|item) o")
        reduction.fit(predictors, event.astype(np.int64), sensitive_features=group)
    return _what_predicts(reduction)


def _what_predicts(reduction: ExponentiatedGradient) -> ExpectedBooster:
    boosters, weights, constant = [], [], 0.0
    for number, weight in reduction.weights_.items():
        member = reduction.predictors_[number]
        if weight <= 0:
            continue
        if isinstance(member, DummyClassifier):
            constant += float(weight) * float(member.constant)
            continue
        boosters.append(lightgbm.Booster(model_str=member.booster_.model_to_string()))
        weights.append(float(weight))
    return ExpectedBooster(boosters=tuple(boosters), weights=tuple(weights), constant=constant)
