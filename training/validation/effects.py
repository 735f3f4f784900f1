"""AUROC, O:E and calibration slope of one site or period, each on a scale without ends, with its variance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fairness_audits.intervals import Z95, auroc_interval
from models import metrics

__all__ = ["SCALES", "Effects", "back", "effects_of"]

Array = npt.NDArray[np.float64]

# Debray et al., BMJ 2017;356:i6460: which scale each is pooled on.
SCALES = {"auroc": "logit", "observed_to_expected": "log", "calibration_slope": "identity"}


@dataclass(frozen=True, kw_only=True)
class Effects:
    """``estimates`` maps a figure to (effect, variance) on its scale; a figure that cannot be estimated is left out."""

    births: int
    events: int
    estimates: dict[str, tuple[float, float]]


def effects_of(risk: Array, observed: Array) -> Effects:
    """Of births with a known outcome (0 or 1)."""
    levels, place = np.unique(risk, return_inverse=True)
    events: Array = np.bincount(place, weights=observed, minlength=levels.size).astype(np.float64)
    women: Array = np.bincount(place, minlength=levels.size).astype(np.float64)
    found: dict[str, tuple[float, float]] = {}
    had, everyone, expected = float(observed.sum()), float(observed.size), float(risk.sum())
    if had > 0 and expected > 0:
        # The variance of the logarithm of O:E where E is taken as given (Debray et al. 2017).
        found["observed_to_expected"] = (math.log(had / expected), (1 - had / everyone) / had)
    if 0 < had < everyone:
        area = auroc_interval(events, women - events, had, everyone - had)
        if math.isfinite(area.low) and area.low > 0 and area.high < 1:
            found["auroc"] = (_logit(area.value), ((_logit(area.high) - _logit(area.low)) / (2 * Z95)) ** 2)
        _, slope, covariance = metrics.calibration_line(events, women, np.log(levels / (1 - levels)))
        if math.isfinite(slope):
            found["calibration_slope"] = (slope, float(covariance[1, 1]))
    return Effects(births=observed.size, events=int(had), estimates=found)


def back(figure: str, effect: float) -> float:
    """From the scale of pooling to that of print."""
    scale = SCALES[figure]
    if scale == "logit":
        return 1 / (1 + math.exp(-effect))
    return math.exp(effect) if scale == "log" else effect


def _logit(share: float) -> float:
    return math.log(share / (1 - share))
