"""`ReductionClassifier`: fairlearn's exponentiated gradient as a risk model, judged as the constrained fit is."""

from __future__ import annotations

import time
from typing import Any, cast

import lightgbm
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone

from training.fair_boost.births import Births, UnusableWeights
from training.fair_boost.constraints import CONSTRAINTS
from training.fair_boost.estimator import FairBoostClassifier
from training.fair_boost.fitted_rows import FittedRow, fit_rows, judged
from training.fair_boost.groups import GroupedWomen
from training.fair_boost.lightgbm_parameters import booster_parameters, default_estimator
from training.fair_boost.live_booster import LiveBooster
from training.fair_boost.parts import HELD_OUT, TRAINING
from training.fair_boost.predictor_rows import PredictorRows
from training.fair_boost.reduction_parity import REDUCTIONS, exponentiated_gradient
from training.fair_boost.rounds import Snapshot
from training.fair_boost.settings import Settings

__all__ = ["ReductionClassifier"]


class ReductionClassifier(FairBoostClassifier):
    """A plain fit, row 0, and beside it the same trees under fairlearn's exponentiated gradient, row 1.

    ``constraint``: 'tpr', 'fpr' or 'equalized_odds', each group within half a ``tolerance`` of everyone's rate. All are
    two-sided and can level down. Errors cost what makes the cut at ``alert_rate`` the one that is moved. The risk is
    the probability the reduction is expected to give, recalibrated on held-out births; nothing is drawn at random.
    Parts, thresholds, choice (a row that makes a group worse is not chosen; `risk_at` has it all the same) and
    certificate are those of `FairBoostClassifier`. One fit costs as much as fifty to a hundred plain ones.

    Weights are refused: a reduction sets the weights of births itself. Of the reduction nothing is kept but boosters
    and their weights; no birth is kept.
    """

    def __init__(
        self,
        estimator: lightgbm.LGBMClassifier | None = None,
        *,
        constraint: str = "tpr",
        alert_rate: float = 0.10,
        tolerance: float = 0.02,
        max_iter: int = 50,
        pseudo_events: float = 100,
        calibration: str = "platt",
        validation_fraction: float = 0.25,
        certificate_fraction: float = 0.15,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.constraint = constraint
        self.alert_rate = alert_rate
        self.tolerance = tolerance
        self.max_iter = max_iter
        self.pseudo_events = pseudo_events
        self.calibration = calibration
        self.validation_fraction = validation_fraction
        self.certificate_fraction = certificate_fraction
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike | PredictorRows,
        y: ArrayLike,
        *,
        sensitive_features: ArrayLike | GroupedWomen | None = None,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> ReductionClassifier:
        """As `FairBoostClassifier.fit`, of births that are all numbers at once: fairlearn takes no others."""
        if isinstance(X, PredictorRows):
            X = np.asarray(X[: len(X)])
        if sample_weight is not None:
            raise UnusableWeights("a reduction sets the weights of births itself; fit without sample_weight")
        super().fit(X, y, sensitive_features=sensitive_features, groups=groups)
        return self

    def _settings(self) -> Settings:
        if self.constraint not in REDUCTIONS:
            raise ValueError(f"constraint {self.constraint!r} is no reduction; choose one of {', '.join(REDUCTIONS)}")
        if isinstance(self.max_iter, bool) or not isinstance(self.max_iter, int) or self.max_iter < 1:
            raise ValueError(f"max_iter is a whole number from 1; found {self.max_iter!r}")
        own = {name: getattr(self, name) for name in Settings.__dataclass_fields__ if hasattr(self, name)}
        # no fair round is made, so that their other settings have no effect
        return Settings(frontier=None, fair_rounds=0, dual_rate=0.0, width=1.0, dual_cap=1.0, **own)

    def _fit_rows(
        self, predictors: NDArray[Any], births: Births, parts: NDArray[np.int8], settings: Settings
    ) -> list[FittedRow]:
        began = time.perf_counter()
        training_rows, held_out_rows = np.flatnonzero(parts == TRAINING), np.flatnonzero(parts == HELD_OUT)
        training, held_out = births.taken(training_rows), births.taken(held_out_rows)
        training.refuse_one_class("training")
        held_out.refuse_one_class("held-out")
        estimator = clone(default_estimator(len(training_rows)) if self.estimator is None else self.estimator)
        parameters, rounds = booster_parameters(estimator, self.seed_)
        estimator.set_params(random_state=parameters["seed"], verbosity=parameters["verbosity"])
        live = LiveBooster(
            parameters,
            rounds,
            predictors,
            None,
            training=(training_rows, training),
            held_out=(held_out_rows, held_out),
        )
        (plain,) = fit_rows(live, training, held_out, settings, began)
        expected = exponentiated_gradient(
            estimator,
            predictors[training_rows],
            training.event,
            np.asarray(training.women.names)[training.women.codes],
            constraint=settings.constraint,
            cut=min(plain.judged.figures.threshold, 1 - 1e-9),
            bound=settings.tolerance / 2,
            max_iter=self.max_iter,
        )
        scores = expected.predict(predictors[held_out_rows], raw_score=True)
        no_multipliers = np.zeros((len(CONSTRAINTS[settings.constraint].measures), len(births.women.names)))
        snapshot = Snapshot(iterations=0, fair_rounds=0, scores=scores, multipliers=no_multipliers)
        # it predicts log-odds as a booster does, and nothing else is asked of it
        booster = cast(lightgbm.Booster, expected)
        return [plain, judged(booster, snapshot, held_out, settings, settings.tolerance, plain, began)]
