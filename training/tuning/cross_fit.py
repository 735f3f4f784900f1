"""Settings tried on one fold: a plain fit, calibrated on other births, and who it would offer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import lightgbm
import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.design import ModelDesign
from models.encoding import Encoding
from records.groups import NOT_KNOWN
from training.calibration import fit_calibrator
from training.cohort import OBSERVED
from training.fair_boost.groups import GroupedWomen
from training.fair_boost.lightgbm_parameters import booster_parameters
from training.fitting import estimator_of
from training.offer_policy import absolute_threshold
from training.tuning.folds import Fold, Folds

__all__ = ["CrossFit", "JudgedFold"]


@dataclass(frozen=True, kw_only=True, eq=False)
class JudgedFold:
    """Judged births whose outcome is known: their rows among the training births, their risk, who is offered to.

    ``cut`` gives the design's share of all judged women, outcome known or not, an offer.
    """

    rows: NDArray[np.intp]
    risk: NDArray[np.float64]
    offered: NDArray[np.bool_]
    cut: float


class CrossFit:
    """The training births of a design, encoded once and binned once a fold."""

    def __init__(self, design: ModelDesign, training: pl.DataFrame, folds: Folds) -> None:
        self.folds = folds
        self.event = training[OBSERVED].fill_null(value=False).to_numpy().astype(np.float64)
        self.known = training[OBSERVED].is_not_null().to_numpy()
        self.groups = GroupedWomen.of(training["ethnic_group"].fill_null(NOT_KNOWN).to_numpy(), training.height)
        women = training.select(pl.coalesce("woman_id", "pregnancy_id")).to_series().to_numpy()
        _, self.women = np.unique(women, return_inverse=True)
        self._design = design
        self._encoded = Encoding.of(design.predictors).encode(training)
        self._binned = [self._bin(fold) for fold in folds.folds]

    def judged(self, booster: Mapping[str, float | int], fold_number: int) -> JudgedFold:
        fold = self.folds.folds[fold_number]
        parameters, rounds = booster_parameters(estimator_of(replace(self._design, booster=booster)), self._design.seed)
        # Leaves of any size can follow only where no column was left out for the sake of the largest.
        parameters["feature_pre_filter"] = False
        fitted = lightgbm.train(parameters, self._binned[fold_number], rounds)
        calibrator = fit_calibrator(
            fitted.predict(self._encoded[fold.calibrating], raw_score=True), self.event[fold.calibrating]
        )
        risk = calibrator.apply(fitted.predict(self._encoded[fold.judged], raw_score=True))
        cut = absolute_threshold(risk, self._design.alert_rate)
        known = self.known[fold.judged]
        return JudgedFold(rows=fold.judged[known], risk=risk[known], offered=(risk >= cut)[known], cut=cut)

    def _bin(self, fold: Fold) -> lightgbm.Dataset:
        parameters, _ = booster_parameters(estimator_of(self._design), self._design.seed)
        return lightgbm.Dataset(
            self._encoded[fold.trees],
            self.event[fold.trees],
            params={**parameters, "feature_pre_filter": False},
            free_raw_data=True,
        ).construct()
