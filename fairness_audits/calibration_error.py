"""Calibration error, corrected for the error that chance alone makes.

The root of the mean squared distance between risk told and risk seen, over ten bands of equally many women. Even a
perfectly calibrated model shows some distance in a finite sample, and most in small groups: what chance is expected to
add is taken off (Ferro and Fricker, Q J R Meteorol Soc 2012;138:1954; Kumar, Liang and Ma, NeurIPS 2019). It says how
far risks are wrong and not in which direction: read it last, after O:E and the curve.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import chndtr, chndtrinc

from fairness_audits.intervals import Interval

__all__ = ["calibration_error"]

Array = NDArray[np.float64]

BANDS = 10
TAIL = 0.025


def calibration_error(events: Array, non_events: Array, women: Array, mean_risk: Array) -> Interval:
    """From counts by risk bin in rising order: who had the outcome, who had not, all whose risk is in the bin.

    The estimate is 0 where the distance seen is no more than chance would make. Limits invert the distribution of the
    squared distance, a noncentral chi-squared matched in its first two moments (Patnaik, Biometrika 1949;36:202). NaN
    where a band holds fewer than two women.
    """
    placed = (np.cumsum(women) - 0.5 * women) / women.sum()
    starts = np.flatnonzero(np.r_[True, np.diff(np.floor(placed * BANDS)) > 0])
    had, had_not = np.add.reduceat(events, starts), np.add.reduceat(non_events, starts)
    told = np.add.reduceat(women * mean_risk, starts) / np.add.reduceat(women, starts)
    size = had + had_not
    if (size < 2).any():
        return Interval(math.nan, math.nan, math.nan)
    seen, share = had / size, size / size.sum()
    chance = seen * (1 - seen) / (size - 1)
    squared, expected = float(share @ (told - seen) ** 2), float(share @ chance)
    if expected <= 0:
        return Interval(math.sqrt(squared), math.nan, math.nan)
    low, high = _limits(squared, expected, told - seen, share, chance)
    value = math.sqrt(max(squared - expected, 0.0))
    return Interval(value, min(low, value), max(high, value))


def _limits(squared: float, expected: float, distance: Array, share: Array, chance: Array) -> tuple[float, float]:
    true = np.maximum(distance**2 - chance, 0.0)
    # Twice the variance of a sum of noncentral chi-squareds with one scale is 2 scale (expected + 2 true).
    variance = 2 * float((share * chance) @ (share * chance)) + 4 * float((share * chance) @ (share * true))
    scale = variance / (2 * (expected + 2 * float(share @ true)))
    freedom = expected / scale
    seen = squared / scale
    # Below its own expectation the distance says no more than that the error is small: the upper limit stays.
    high = chndtrinc(max(seen, freedom), freedom, TAIL)
    low = chndtrinc(seen, freedom, 1 - TAIL) if chndtr(seen, freedom, 0.0) > 1 - TAIL else 0.0
    return math.sqrt(scale * low), math.sqrt(scale * high)
