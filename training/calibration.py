"""Fitting the monotone map from log-odds to risk on births the booster has not seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.calibrator import CALIBRATOR_KINDS, Calibrator, UnusableCalibrator
from records.errors import EquipartumError

__all__ = ["UncalibratableBirths", "fit_calibrator"]

_NEWTON_STEPS = 100
# Newton's error squares with each step: after one this small nothing is left to gain
_SMALLEST_STEP = 1e-7


class UncalibratableBirths(EquipartumError, ValueError):
    """Held-out births from which no calibration can be learnt: no event, or nothing but events."""


def fit_calibrator(
    raw_scores: ArrayLike,
    observed: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    kind: str = "platt",
) -> Calibrator:
    """The calibrator of that kind for held-out log-odds and outcomes (0 or 1).

    Platt's targets (N+ + 1)/(N+ + 2) and 1/(N- + 2) keep it finite where few women separate perfectly (Platt,
    Advances in Large Margin Classifiers, 1999). Where the scores carry no order, or the reverse order, the slope stays
    1 and only the average is put right, so that ranks never turn.
    """
    if kind not in CALIBRATOR_KINDS:
        raise UnusableCalibrator(f"no calibrator is called {kind!r}; there are: {', '.join(CALIBRATOR_KINDS)}")
    if kind == "identity":
        return Calibrator(kind="identity")
    scores = np.asarray(raw_scores, dtype=np.float64)
    events = np.asarray(observed, dtype=np.float64)
    weight = np.ones_like(scores) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    weight = weight / weight.mean()
    with_event = float(weight @ events)
    without = float(weight.sum()) - with_event
    if with_event <= 0 or without <= 0:
        raise UncalibratableBirths("held-out births need at least one event and one non-event to calibrate a risk")
    targets = np.where(events > 0, (with_event + 1) / (with_event + 2), 1 / (without + 2))

    ones = np.ones((scores.size, 1))
    if np.ptp(scores) > 0:
        intercept, steeper = _newton(np.column_stack([ones, scores]), targets, weight, scores)
        if steeper > -1:
            return Calibrator(kind="platt", intercept=float(intercept), slope=float(1 + steeper))
    (intercept,) = _newton(ones, targets, weight, scores)
    return Calibrator(kind="platt", intercept=float(intercept), slope=1.0)


def _newton(
    columns: NDArray[np.float64],
    targets: NDArray[np.float64],
    weight: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> NDArray[np.float64]:
    """What to add to the log-odds ``scores``: weighted logistic regression by Newton's method with halving."""
    coefficients = np.zeros(columns.shape[1])
    loss = _log_loss(scores, targets, weight)
    for _ in range(_NEWTON_STEPS):
        risk = Calibrator(kind="identity").apply(scores + columns @ coefficients)
        gradient = columns.T @ (weight * (risk - targets))
        curvature = columns.T @ (columns * (weight * risk * (1 - risk))[:, None])
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        proposed = coefficients - step
        proposed_loss = _log_loss(scores + columns @ proposed, targets, weight)
        while proposed_loss > loss and np.abs(step).max() > _SMALLEST_STEP:
            step = step / 2
            proposed = coefficients - step
            proposed_loss = _log_loss(scores + columns @ proposed, targets, weight)
        coefficients, loss = proposed, proposed_loss
        if np.abs(step).max() <= _SMALLEST_STEP:
            break
    return coefficients


def _log_loss(linear: NDArray[np.float64], targets: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    return float(weight @ (np.logaddexp(0.0, linear) - targets * linear))
