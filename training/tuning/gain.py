"""What one way of offering is worth above another for the same women, with its interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fairness_audits.intervals import Z95, Interval, normal_interval

__all__ = ["paired_gain", "standard_error"]


def paired_gain(
    offered: NDArray[np.float64],
    offered_before: NDArray[np.float64],
    event: NDArray[np.float64],
    women: NDArray[np.intp],
    threshold: float,
) -> Interval:
    """Net benefit a woman of ``offered`` (0 or 1) less that of ``offered_before``, at the odds of ``threshold``.

    The variance is that of a mean of clusters, all births of a woman being one (Liang and Zeger, Biometrika
    1986;73:13). Both ways of offering are taken as given.
    """
    odds = min(threshold, 1 - 1e-9) / (1 - min(threshold, 1 - 1e-9))
    difference = (offered - offered_before) * np.where(event > 0, 1.0, -odds)
    gain = float(difference.mean())
    _, woman = np.unique(women, return_inverse=True)
    by_woman = np.bincount(woman, weights=difference - gain)
    correction = len(by_woman) / max(len(by_woman) - 1, 1)
    return normal_interval(gain, math.sqrt(correction * float(by_woman @ by_woman)) / len(difference))


def standard_error(gain: Interval) -> float:
    return (gain.high - gain.value) / Z95
