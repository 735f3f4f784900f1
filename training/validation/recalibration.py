"""Recalibrations of a model's log-odds on new births: none, in the large (its intercept), and intercept with slope.

log-odds of the outcome = intercept + slope x log-odds told (Cox, Biometrika 1958;45:562; as updates of a model:
Steyerberg et al., Stat Med 2004;23:2567, methods 0 to 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models import metrics
from models.calibrator import Calibrator
from records.errors import EquipartumError

__all__ = [
    "IN_THE_LARGE",
    "NONE",
    "REFIT",
    "SLOPE",
    "UPDATES",
    "Recalibration",
    "UnusableRecalibration",
    "fit_recalibration",
    "log_likelihood",
    "log_odds_of",
    "risk_of",
]

Array = npt.NDArray[np.float64]

NONE, IN_THE_LARGE, SLOPE, REFIT = "none", "in-the-large", "slope", "refit"
# From the least that is changed to the most.
UPDATES = (NONE, IN_THE_LARGE, SLOPE, REFIT)


class UnusableRecalibration(EquipartumError):
    """Births from which no recalibration can be learnt, or one that would turn the order of risks."""


@dataclass(frozen=True, kw_only=True)
class Recalibration:
    """What is done to the log-odds told. `none` is intercept 0 and slope 1."""

    name: str
    intercept: float = 0.0
    slope: float = 1.0

    def apply(self, log_odds: Array) -> Array:
        return self.intercept + self.slope * log_odds


def log_odds_of(risk: Array) -> Array:
    """Risks of exactly 0 or 1 are taken as the nearest number that has log-odds."""
    inside = np.clip(risk, np.finfo(float).tiny, 1 - np.finfo(float).epsneg)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def risk_of(log_odds: Array) -> Array:
    return Calibrator(kind="identity").apply(log_odds)


def fit_recalibration(name: str, log_odds: Array, observed: Array) -> Recalibration:
    """By maximum likelihood on births with a known outcome (0 or 1).

    Raises `UnusableRecalibration` where nobody or everybody had the outcome, or where the slope is not above zero: the
    model then orders these women no better than by chance, and no recalibration mends that.
    """
    if name == NONE:
        return Recalibration(name=NONE)
    events, women = observed, np.ones_like(observed)
    if name == IN_THE_LARGE:
        shift = metrics.calibration_in_the_large(events, women, log_odds)
        if not np.isfinite(shift):
            raise UnusableRecalibration("nobody or everybody here had the outcome: no intercept can be fitted")
        return Recalibration(name=name, intercept=shift)
    intercept, slope, _ = metrics.calibration_line(events, women, log_odds)
    if not (np.isfinite(intercept) and slope > 0):
        raise UnusableRecalibration(
            "the calibration slope is not above zero, or cannot be fitted: the model does not order these women"
        )
    return Recalibration(name=name, intercept=intercept, slope=slope)


def log_likelihood(log_odds: Array, observed: Array) -> Array:
    """Of each birth's outcome, in nats."""
    likelihood: Array = observed * log_odds - np.logaddexp(0.0, log_odds)
    return likelihood
