"""Drawing a small group's sensitivity towards everyone's, so that three events do not decide a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["shrunken_sensitivity"]


def shrunken_sensitivity(
    found: ArrayLike, events: ArrayLike, overall: float, pseudo_events: float
) -> NDArray[np.float64]:
    """(found + pseudo x overall) / (events + pseudo), elementwise: ``overall`` where nothing is known of a group.

    The posterior mean under a Beta prior worth ``pseudo_events`` events centred on ``overall`` (Efron and Morris,
    J Am Stat Assoc 1975;70:311-319 for why one shrinks).
    """
    counted = np.asarray(events, dtype=np.float64) + pseudo_events
    drawn = np.asarray(found, dtype=np.float64) + pseudo_events * overall
    shrunken: NDArray[np.float64] = np.divide(
        drawn, counted, out=np.full(counted.shape, float(overall)), where=counted > 0
    )
    return shrunken
