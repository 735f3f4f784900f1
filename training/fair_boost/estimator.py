"""`FairBoostClassifier`: the constrained fit as a scikit-learn classifier."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from training.fair_boost.births import Births, UnequalLengths
from training.fair_boost.certificate import Certificate, certify
from training.fair_boost.fitted_rows import FittedRow, fit_rows
from training.fair_boost.frontier import choose
from training.fair_boost.groups import GroupedWomen
from training.fair_boost.lightgbm_parameters import booster_parameters, default_estimator
from training.fair_boost.live_booster import LiveBooster
from training.fair_boost.parts import CERTIFICATE, HELD_OUT, TRAINING, split_parts
from training.fair_boost.plain_fit import MOST_BIRTHS, PlainFit, lightened
from training.fair_boost.predictor_rows import PredictorRows
from training.fair_boost.settings import Settings

__all__ = ["FairBoostClassifier"]


class FairBoostClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Plain LightGBM on log-loss, then ``fair_rounds`` more trees under a constraint, by default raising groups found
    too rarely.

    ``estimator`` is an unfitted `lightgbm.LGBMClassifier` whose parameters are read; None takes shallow trees.
    ``constraint``: 'tpr_floor' raises any group whose sensitivity at ``alert_rate`` is more than ``tolerance`` below
    everyone's; 'group_loss' weighs up any group whose log-loss is more than ``tolerance`` nats above everyone's; 'none'
    stops at the plain fit. 'tpr', 'fpr' (false positive rates) and 'equalized_odds' (both) are two-sided: they also
    hold groups down, and are there to compare. ``frontier`` adds looser or stricter tolerances, from the largest to the
    smallest, each judged beside row 0, the plain fit. Whatever the constraint, a row that makes a group worse is not
    chosen, and the certificate speaks of sensitivity.

    ``plain_fit`` makes the plain fit elsewhere (`training.distributed`); None makes it here. The fair rounds then see
    at most `MOST_BIRTHS`, weighed so that totals hold, and counts of the frontier are of those.

    Of the births, ``validation_fraction`` steer the multipliers, calibrate, set the threshold and judge;
    ``certificate_fraction`` are looked at once, for the certificate; the rest fit the trees.

    Fitted: ``boosters_`` and ``calibrators_`` (one a row of ``frontier_``), ``chosen_row_`` and ``chosen_`` (why),
    ``booster_``, ``calibrator_``, ``threshold_``, ``multipliers_`` and ``false_positive_multipliers_`` (of
    'equalized_odds' alone) of the chosen row, ``feasible_`` and ``binding_groups_`` of the row fitted at ``tolerance``,
    ``certificate_``, ``seed_``, ``classes_``. No birth is kept.
    """

    def __init__(
        self,
        estimator: lightgbm.LGBMClassifier | None = None,
        *,
        constraint: str = "tpr_floor",
        alert_rate: float = 0.10,
        tolerance: float = 0.02,
        frontier: Sequence[float] | None = None,
        fair_rounds: int = 50,
        dual_rate: float = 6.0,
        width: float = 0.5,
        dual_cap: float = 8.0,
        pseudo_events: float = 100,
        calibration: str = "platt",
        validation_fraction: float = 0.25,
        certificate_fraction: float = 0.15,
        plain_fit: PlainFit | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.constraint = constraint
        self.alert_rate = alert_rate
        self.tolerance = tolerance
        self.frontier = frontier
        self.fair_rounds = fair_rounds
        self.dual_rate = dual_rate
        self.width = width
        self.dual_cap = dual_cap
        self.pseudo_events = pseudo_events
        self.calibration = calibration
        self.validation_fraction = validation_fraction
        self.certificate_fraction = certificate_fraction
        self.plain_fit = plain_fit
        self.random_state = random_state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        # predict says who falls within the capacity, not which outcome is likelier
        tags.classifier_tags.poor_score = True
        return tags

    def fit(
        self,
        X: ArrayLike | PredictorRows,
        y: ArrayLike,
        *,
        sensitive_features: ArrayLike | GroupedWomen | None = None,
        groups: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> FairBoostClassifier:
        """Fit on births: ``y`` holds two labels, the later in order being the event.

        ``sensitive_features`` (the ethnic group of each woman) is read here and never again; 'Not stated', 'Not known'
        and missing labels are counted and not constrained. ``groups`` (the woman of each birth) keeps a woman on one
        side of the inner split. Weights are taken relative to their mean. Of ``X`` as
        `PredictorRows` only a batch at a time is ever numbers.
        """
        settings = self._settings()
        if sensitive_features is None and settings.constraint != "none":
            raise ValueError(f"constraint {settings.constraint!r} needs sensitive_features; only 'none' fits without")
        predictors, outcome = self._validated(X, y)
        event = self._learn_classes(outcome)
        births = Births.of(event, sensitive_features=sensitive_features, sample_weight=sample_weight)
        self.seed_ = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        parts = self._parts(births.event, births.women, groups)
        rows = self._fit_rows(predictors, births, parts, settings)
        self._use(rows, settings)
        self.certificate_ = self._certify(predictors, births, np.flatnonzero(parts == CERTIFICATE), settings)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Calibrated risks, columns in the order of ``classes_``."""
        check_is_fitted(self)
        risk = self.risk_at(X, self.chosen_row_)
        return np.column_stack([1 - risk, risk])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The event's label where the risk reaches ``threshold_``, that is where the woman falls in the capacity."""
        check_is_fitted(self)
        offered = self.risk_at(X, self.chosen_row_) >= self.threshold_
        return np.asarray(self.classes_[offered.astype(int)])

    def risk_at(self, X: ArrayLike, row: int) -> NDArray[np.float64]:
        """Calibrated risks by the model of one row of ``frontier_``, chosen or not, to compare it on other births."""
        check_is_fitted(self)
        predictors = validate_data(self, X, reset=False, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan")
        return self._risk(predictors, row)

    def split_parts(
        self,
        y: ArrayLike,
        *,
        sensitive_features: ArrayLike | GroupedWomen | None = None,
        groups: ArrayLike | None = None,
    ) -> NDArray[np.int8]:
        """Which part each row was in, worked out again from what `fit` was given: TRAINING, HELD_OUT, CERTIFICATE."""
        check_is_fitted(self)
        event = (column_or_1d(y) == self.classes_[1]).astype(np.float64)
        return self._parts(event, GroupedWomen.of(sensitive_features, len(event)), groups)

    def _validated(self, X: ArrayLike | PredictorRows, y: ArrayLike) -> tuple[Any, NDArray[Any]]:
        if not isinstance(X, PredictorRows):
            predictors, outcome = validate_data(
                self, X, y, dtype=[np.float64, np.float32], ensure_all_finite="allow-nan", ensure_min_samples=2
            )
            return predictors, outcome
        outcome = column_or_1d(y)
        if len(X) != len(outcome):
            raise UnequalLengths(f"X has {len(X)} rows; y has {len(outcome)}")
        self.n_features_in_ = X.shape[1]
        return X, outcome

    def _settings(self) -> Settings:
        read = {name: getattr(self, name) for name in Settings.__dataclass_fields__}
        return Settings(**read)

    def _learn_classes(self, outcome: NDArray[Any]) -> NDArray[np.float64]:
        check_classification_targets(outcome)
        kind = type_of_target(outcome, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
        self.classes_ = np.unique(outcome)
        return np.asarray(outcome == self.classes_[-1], dtype=np.float64)

    def _parts(self, event: NDArray[np.float64], women: GroupedWomen, groups: ArrayLike | None) -> NDArray[np.int8]:
        if len(women.codes) != len(event):
            raise UnequalLengths(f"sensitive_features has {len(women.codes)} rows; y has {len(event)}")
        return split_parts(
            event,
            women.codes,
            women=groups,
            held_out_fraction=self.validation_fraction,
            certificate_fraction=self.certificate_fraction,
            seed=self.seed_,
        )

    def _fit_rows(
        self, predictors: Any, births: Births, parts: NDArray[np.int8], settings: Settings
    ) -> list[FittedRow]:
        began = time.perf_counter()
        training_rows, held_out_rows = np.flatnonzero(parts == TRAINING), np.flatnonzero(parts == HELD_OUT)
        training, held_out = births.taken(training_rows), births.taken(held_out_rows)
        training.refuse_one_class("training")
        held_out.refuse_one_class("held-out")
        estimator = default_estimator(len(training_rows)) if self.estimator is None else self.estimator
        parameters, rounds = booster_parameters(estimator, self.seed_)
        names = getattr(self, "feature_names_in_", None)
        plain = None
        if self.plain_fit is not None:
            plain = self.plain_fit(parameters, rounds, predictors[training_rows], training)
            share = MOST_BIRTHS / (len(training_rows) + len(held_out_rows))
            training_rows, training = lightened((training_rows, training), share, self.seed_)
            held_out_rows, held_out = lightened((held_out_rows, held_out), share, self.seed_)
        live = LiveBooster(
            parameters,
            rounds,
            predictors,
            None if names is None else [str(name) for name in names],
            training=(training_rows, training),
            held_out=(held_out_rows, held_out),
            plain=plain,
        )
        return fit_rows(live, training, held_out, settings, began)

    def _use(self, rows: list[FittedRow], settings: Settings) -> None:
        self.boosters_ = [row.booster for row in rows]
        self.calibrators_ = [row.calibrator for row in rows]
        self.frontier_ = [row.judged for row in rows]
        choice = choose(self.frontier_, constraint=settings.constraint)
        self.chosen_row_, self.chosen_ = choice.row, choice.reason
        self.booster_, self.calibrator_ = self.boosters_[choice.row], self.calibrators_[choice.row]
        chosen = self.frontier_[choice.row]
        self.threshold_ = chosen.figures.threshold
        self.multipliers_ = dict(chosen.multipliers)
        self.false_positive_multipliers_ = dict(chosen.false_positive_multipliers)
        asked = next((row for row in self.frontier_ if row.tolerance == settings.tolerance), self.frontier_[0])
        self.feasible_, self.binding_groups_ = asked.feasible, asked.binding_groups

    def _certify(self, predictors: Any, births: Births, rows: NDArray[np.intp], settings: Settings) -> Certificate:
        events = rows[births.event[rows] > 0]

        def found(row: int) -> NDArray[np.bool_]:
            return np.asarray(self._risk(predictors[events], row) >= self.frontier_[row].figures.threshold)

        return certify(
            births.taken(events),
            found(self.chosen_row_),
            None if self.chosen_row_ == 0 else found(0),
            births=len(rows),
            tolerance=settings.sensitivity_tolerance,
        )

    def _risk(self, predictors: Any, row: int) -> NDArray[np.float64]:
        if len(predictors) == 0:
            return np.empty(0)
        threads = getattr(self.estimator, "n_jobs", None)
        options = {} if threads is None else {"num_threads": threads}
        scores = self.boosters_[row].predict(np.asarray(predictors), raw_score=True, **options)
        return self.calibrators_[row].apply(scores)
