"""Point estimates of a risk's worth, named by what they estimate, as pure functions over counts.

Arrays are (possibly weighted) counts. Functions of a distribution take risk bins on the last axis, in rising order of
risk, and broadcast over the axes before it, so that a thousand bootstrap replicates are one call. A figure whose
denominator is zero is NaN: undefined, never zero. Intervals live in `fairness_audits`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "auroc",
    "brier_score",
    "calibration_in_the_large",
    "calibration_line",
    "event_rate",
    "flag_rate",
    "net_benefit",
    "observed_to_expected",
    "positive_predictive_value",
    "sensitivity",
    "specificity",
    "standardised_net_benefit",
]

Array = NDArray[np.float64]

NEWTON_STEPS = 50
NEWTON_TOLERANCE = 1e-12


def _share(part: ArrayLike, whole: ArrayLike) -> Array:
    numerator, denominator = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    undefined = np.full(numerator.shape, np.nan)
    share: Array = np.divide(numerator, denominator, out=undefined, where=denominator > 0)
    return share


def sensitivity(found: ArrayLike, events: ArrayLike) -> Array:
    """Of those who had the outcome, the share that had been flagged."""
    return _share(found, events)


def specificity(cleared: ArrayLike, non_events: ArrayLike) -> Array:
    """Of those who did not have the outcome, the share that had not been flagged."""
    return _share(cleared, non_events)


def positive_predictive_value(found: ArrayLike, flagged: ArrayLike) -> Array:
    """Of those flagged whose outcome is known, the share that had the outcome."""
    return _share(found, flagged)


def flag_rate(flagged: ArrayLike, evaluated: ArrayLike) -> Array:
    """Of those scored, the share that was flagged, whatever came after."""
    return _share(flagged, evaluated)


def event_rate(events: ArrayLike, ascertained: ArrayLike) -> Array:
    """Of those whose outcome is known, the share that had it."""
    return _share(events, ascertained)


def observed_to_expected(events: ArrayLike, expected: ArrayLike) -> Array:
    """Events over the sum of risks. Above 1 the risks told were too low."""
    return _share(events, expected)


def auroc(events: ArrayLike, non_events: ArrayLike) -> Array:
    """The chance that a woman with the outcome had a higher risk than one without; ties (one bin) count half."""
    with_outcome, without = np.asarray(events, dtype=float), np.asarray(non_events, dtype=float)
    below = np.cumsum(without, axis=-1) - 0.5 * without
    pairs = with_outcome.sum(axis=-1) * without.sum(axis=-1)
    return _share((with_outcome * below).sum(axis=-1), pairs)


def brier_score(events: ArrayLike, risk_of_events: ArrayLike, squared_risk: ArrayLike, ascertained: ArrayLike) -> Array:
    """Mean squared difference of risk and outcome, exact from sums over those whose outcome is known.

    ``risk_of_events`` sums the risks of those who had the outcome, ``squared_risk`` the squares of everyone's.
    """
    squared_error = np.asarray(squared_risk) - 2.0 * np.asarray(risk_of_events) + np.asarray(events)
    return _share(squared_error, ascertained)


def net_benefit(found: ArrayLike, false_alarms: ArrayLike, ascertained: ArrayLike, threshold: float) -> Array:
    """True positives less false ones at the exchange rate that the threshold implies, per woman.

    Vickers and Elkin, Medical Decision Making 2006;26:565. Depends on prevalence: compare within a group only.
    """
    if not 0 <= threshold < 1:
        raise ValueError(f"net benefit needs a threshold from 0 to below 1, not {threshold}")
    exchange = threshold / (1.0 - threshold)
    return _share(np.asarray(found) - exchange * np.asarray(false_alarms), ascertained)


def standardised_net_benefit(benefit: ArrayLike, prevalence: ArrayLike) -> Array:
    """Net benefit as a share of the most it could be, which is the prevalence."""
    return _share(benefit, prevalence)


def calibration_in_the_large(events: ArrayLike, total: ArrayLike, logit: ArrayLike) -> float:
    """How far, in log-odds, all risks would have to move so that expected events equal observed. Bins on the one axis.

    NaN where nobody or everybody had the outcome: no finite shift answers.
    """
    observed, size, score = (np.asarray(a, dtype=float) for a in (events, total, logit))
    target = observed.sum()
    if not 0 < target < size.sum():
        return float("nan")
    shift = 0.0
    for _ in range(NEWTON_STEPS):
        risk = _expit(score + shift)
        step = float((target - (size * risk).sum()) / (size * risk * (1 - risk)).sum())
        shift += np.clip(step, -2.0, 2.0)
        if abs(step) < NEWTON_TOLERANCE:
            break
    return float(shift)


def calibration_line(events: ArrayLike, total: ArrayLike, logit: ArrayLike) -> tuple[float, float, Array]:
    """Intercept, slope and their covariance of outcome on the logit of risk (Cox 1958). Slope below 1: overfit.

    NaN where the outcome has one class, the risks one value, or the outcome separates on risk.
    """
    observed, size, score = (np.asarray(a, dtype=float) for a in (events, total, logit))
    undefined = (float("nan"), float("nan"), np.full((2, 2), np.nan))
    used = size > 0
    if not 0 < observed.sum() < size.sum() or np.ptp(score[used]) == 0:
        return undefined
    design = np.stack([np.ones_like(score), score], axis=-1)
    line = np.array([0.0, 1.0])
    for _ in range(NEWTON_STEPS):
        risk = _expit(design @ line)
        information = design.T @ (design * (size * risk * (1 - risk))[:, None])
        if np.linalg.cond(information) > 1e12:
            return undefined
        step = np.linalg.solve(information, design.T @ (observed - size * risk))
        line = line + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < NEWTON_TOLERANCE:
            return float(line[0]), float(line[1]), np.asarray(np.linalg.inv(information), dtype=float)
    return undefined


def _expit(score: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * score))
