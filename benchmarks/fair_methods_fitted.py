"""Other people's ways of treating groups fairly, each given our births, trees, capacity and calibration."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.reductions import GridSearch
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from benchmarks.fairgbm_apart import FairGBM
from benchmarks.methods_judging import Counted, FittedOn, Part, count, timed
from training.calibration import fit_calibrator
from training.fair_boost.reduction_parity import ParityAtCut, exponentiated_gradient
from training.offer_policy import absolute_threshold

__all__ = [
    "FAIRGBM",
    "FAIRGBM_SLOW",
    "GRADIENT",
    "GRID",
    "ODDS",
    "OPTIMIZER",
    "REWEIGHING",
    "Comparators",
    "optimizer_at",
    "reweighing",
]

GRADIENT = "ExponentiatedGradient, TPR parity"
ODDS = "ExponentiatedGradient, equalized odds"
GRID = "GridSearch, TPR parity"
OPTIMIZER = "ThresholdOptimizer, TPR parity (random)"
REWEIGHING = "reweighing"
FAIRGBM = "FairGBM, FNR, as documented"
FAIRGBM_SLOW = "FairGBM, FNR, slow multipliers"

#: Log-odds of the held-out and of the unseen births.
Scores = tuple[NDArray[np.float64], NDArray[np.float64]]

# At its default its multipliers overrun the log-loss of so many births. Of 0.003 to 0.00003 the slower one kept the
# AUROC of a plain fit and still raised the worst group most, on `benchmark` births of seed 101.
_MULTIPLIER_RATES = {FAIRGBM: 0.1, FAIRGBM_SLOW: 0.0001}
_THINNINGS = 12


@dataclass(frozen=True, kw_only=True)
class Comparators:
    """What every method is told. ``fairgbm`` is None where it could not be installed."""

    methods: tuple[str, ...]
    alert_rate: float
    tolerance: float
    max_iter: int
    grid_size: int
    fairgbm: FairGBM | None

    def counted(self, births: FittedOn) -> dict[str, Counted]:
        """Each method on the unseen births, at the cut that flags the capacity of the held-out ones. Costs are in plain
        fits, the plain fit that gives a reduction its cut among them."""
        fits: dict[str, Callable[[], Scores]] = {
            GRADIENT: lambda: self._gradient(births, "tpr"),
            ODDS: lambda: self._gradient(births, "equalized_odds"),
            GRID: lambda: self._grid(births),
            REWEIGHING: lambda: self._reweighed(births),
        }
        counted = {}
        for name in self.methods:
            if name in fits:
                scores, seconds = timed(fits[name])
                if name != REWEIGHING:
                    seconds += births.plain_seconds
                counted[name] = self._judged(births, scores, seconds)
            elif name == OPTIMIZER:
                counted[name] = self._optimized(births)
            elif name in _MULTIPLIER_RATES and self.fairgbm is not None:
                counted[name] = self._fairgbm(births, self.fairgbm, _MULTIPLIER_RATES[name])
        return counted

    def _judged(self, births: FittedOn, scores: Scores, seconds: float) -> Counted:
        calibrator = fit_calibrator(scores[0], births.held_out.event)
        cut = absolute_threshold(calibrator.apply(scores[0]), self.alert_rate)
        return births.unseen.count(calibrator.apply(scores[1]), cut, seconds / births.plain_seconds)

    def _gradient(self, births: FittedOn, constraint: str) -> Scores:
        """fairlearn's, with the costs of the operating cut; its expected risk (Agarwal et al., ICML 2018)."""
        expected = exponentiated_gradient(
            _trees(births),
            births.training.predictors,
            births.training.event.astype(np.float64),
            births.training.group,
            constraint=constraint,
            cut=births.row_0_cut,
            bound=self.tolerance / 2,
            max_iter=self.max_iter,
        )
        return _scored(births, lambda predictors: expected.predict(predictors, raw_score=True))

    def _grid(self, births: FittedOn) -> Scores:
        parity = ParityAtCut("tpr", cut=births.row_0_cut, bound=self.tolerance / 2)
        search = GridSearch(_trees(births), parity, grid_size=self.grid_size)
        with warnings.catch_warnings():
            # of fairlearn 0.15 under pandas 3
            warnings.filterwarnings("ignore", message=r"Setting an? (value|item) o")
            search.fit(
                births.training.predictors,
                births.training.event.astype(np.int64),
                sensitive_features=births.training.group,
            )
        return _scored(
            births, lambda predictors: logit(np.clip(search.predict_proba(predictors)[:, 1], 1e-9, 1 - 1e-9))
        )

    def _reweighed(self, births: FittedOn) -> Scores:
        """Births weighted until group and event are independent (Kamiran and Calders, Knowl Inf Syst 2012;33:1-33)."""
        weight = reweighing(births.training)
        model = _trees(births).fit(births.training.predictors, births.training.event, sample_weight=weight)
        return _scored(births, lambda predictors: model.predict(predictors, raw_score=True))

    def _fairgbm(self, births: FittedOn, fairgbm: FairGBM, multiplier_rate: float) -> Counted:
        training = births.training
        (held_out, unseen), seconds = fairgbm.scores(
            _trees(births),
            training.predictors,
            training.event,
            training.group,
            [births.held_out.predictors, births.unseen.predictors],
            bound=self.tolerance / 2,
            multiplier_rate=multiplier_rate,
        )
        return self._judged(births, (held_out, unseen), seconds)

    def _optimized(self, births: FittedOn) -> Counted:
        """Cuts by group drawn at random (Hardt, Price and Srebro, NeurIPS 2016), counted by expectation.

        It cannot be told a capacity. Held-out births without the event are thinned until its most accurate cuts flag
        the capacity of them all: true positive rates do not change by that.
        """
        held_out, unseen = births.held_out, births.unseen
        risk = births.classifier.risk_at(held_out.predictors, 0)
        (chance, seconds) = timed(lambda: optimizer_at(self.alert_rate, risk, held_out))
        unseen_risk = births.classifier.risk_at(unseen.predictors, 0)
        return count(
            unseen.event,
            unseen_risk,
            chance(unseen_risk, unseen.group),
            unseen.group,
            unseen.names,
            cost=1 + seconds / births.plain_seconds,
            true_risk=unseen.true_risk,
        )


class _KnownRisk(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that is given risks, so that the optimizer sees row 0's."""

    def __init__(self) -> None:
        self.classes_ = np.array([0, 1])
        self.is_fitted_ = True

    def fit(self, X: object, y: object) -> _KnownRisk:
        return self

    def predict_proba(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        risk = np.asarray(X)[:, 0]
        return np.column_stack([1 - risk, risk])

    def predict(self, X: NDArray[np.float64]) -> NDArray[np.int64]:
        return (np.asarray(X)[:, 0] >= 0.5).astype(np.int64)


Chance = Callable[[NDArray[np.float64], NDArray[np.str_]], NDArray[np.float64]]


def optimizer_at(alert_rate: float, risk: NDArray[np.float64], held_out: Part) -> Chance:
    order = np.random.default_rng(0).random(len(risk))
    names, codes = np.unique(held_out.group, return_inverse=True)
    with_event = np.bincount(codes, weights=held_out.event)
    # the optimizer refuses a group without an event, or of events alone: such women share the cuts of the largest
    refused = names[(with_event == 0) | (with_event == np.bincount(codes))]
    largest = names[np.bincount(codes).argmax()]

    def grouped(group: NDArray[np.str_]) -> NDArray[np.str_]:
        return np.where(np.isin(group, refused) | ~np.isin(group, names), largest, group)

    def fitted(share: float) -> Chance:
        # of the births without the event, one of each group is always kept
        first_without = np.unique(np.where(held_out.event, len(names) + codes, codes), return_index=True)[1]
        kept = held_out.event | (order < share)
        kept[first_without] = True
        optimizer = ThresholdOptimizer(
            estimator=_KnownRisk(), constraints="true_positive_rate_parity", prefit=True, predict_method="predict_proba"
        )
        optimizer.fit(risk[kept, None], held_out.event[kept].astype(np.int64), sensitive_features=held_out.group[kept])
        return lambda risk, group: np.asarray(
            optimizer._pmf_predict(risk[:, None], sensitive_features=grouped(group))[:, 1]
        )

    low, high = 0.0, 1.0  # the more births without the event, the fewer flags
    for _ in range(_THINNINGS):
        share = (low + high) / 2
        flags = fitted(max(share, 1e-3))(risk, held_out.group).mean()
        low, high = (share, high) if flags > alert_rate else (low, share)
    return fitted(max(high, 1e-3))


def reweighing(training: Part) -> NDArray[np.float64]:
    """P(group) P(event) / P(group and event), a weight a birth."""
    _, codes = np.unique(training.group, return_inverse=True)
    cell = codes * 2 + training.event
    together = np.bincount(cell, minlength=2 * (codes.max() + 1)) / len(cell)
    group = together.reshape(-1, 2).sum(axis=1)
    event = together.reshape(-1, 2).sum(axis=0)
    return np.asarray(group[codes] * event[training.event.astype(int)] / together[cell])


def _trees(births: FittedOn) -> lightgbm.LGBMClassifier:
    """Unfitted, as ours begins with them."""
    return clone(births.classifier.estimator)


def _scored(births: FittedOn, score: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Scores:
    return np.asarray(score(births.held_out.predictors)), np.asarray(score(births.unseen.predictors))
