"""The running cut of a score at a site's capacity, found each round without sorting everyone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["operating_score"]

_BINS = 4096


def operating_score(scores: NDArray[np.float64], weight: NDArray[np.float64] | None, alert_rate: float) -> float:
    """The lowest score at which the births above and on it weigh no more than ``alert_rate`` of all, ties aside.

    Ties are split as they fall: this steers rounds; `training.offer_policy.absolute_threshold` sets the cut that is
    used. Where no birth fits in the capacity it is the highest score.
    """
    if weight is None:
        flagged = max(int(alert_rate * scores.size * (1 + 1e-12)), 1)
        return float(np.partition(scores, scores.size - flagged)[scores.size - flagged])
    low, high = float(scores.min()), float(scores.max())
    if low == high:
        return high
    capacity = alert_rate * float(weight.sum()) * (1 + 1e-12)
    bins = ((scores - low) / (high - low) * _BINS).astype(np.int32)
    above = np.cumsum(np.bincount(bins, weights=weight, minlength=_BINS + 1)[::-1])[::-1]
    crossing = int(np.flatnonzero(above > capacity)[-1])
    inside = np.flatnonzero(bins == crossing)
    order = inside[np.argsort(-scores[inside], kind="stable")]
    higher = float(above[crossing + 1]) if crossing < _BINS else 0.0
    fitting = int(np.searchsorted(np.cumsum(weight[order]), capacity - higher, side="right"))
    if fitting:
        return float(scores[order[fitting - 1]])
    return float(scores[bins > crossing].min(initial=high))
