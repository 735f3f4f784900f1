"""The one monotone map from a booster's log-odds to a risk that is right on average, as a value that can be saved.

Fitting lives in `training.calibration`; applying needs nothing but numpy, so the service can do it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from records.errors import EquipartumError

__all__ = ["CALIBRATOR_KINDS", "Calibrator", "UnusableCalibrator"]

CALIBRATOR_KINDS = ("platt", "identity")


class UnusableCalibrator(EquipartumError, ValueError):
    """A calibrator that would reverse or flatten the order of risks, or is of no known kind."""


@dataclass(frozen=True, kw_only=True)
class Calibrator:
    """risk = sigmoid(intercept + slope * log-odds); 'identity' is intercept 0 and slope 1.

    The slope is above zero, so the order of women by risk is that of the raw scores. Platt's map: Platt, Advances in
    Large Margin Classifiers, 1999; read as calibration intercept and slope by Cox, Biometrika 1958;45:562-565.
    """

    kind: str
    intercept: float = 0.0
    slope: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in CALIBRATOR_KINDS:
            raise UnusableCalibrator(f"no calibrator is called {self.kind!r}; there are: {', '.join(CALIBRATOR_KINDS)}")
        if self.kind == "identity" and (self.intercept, self.slope) != (0.0, 1.0):
            raise UnusableCalibrator("an 'identity' calibrator has intercept 0 and slope 1")
        if not (math.isfinite(self.intercept) and math.isfinite(self.slope) and self.slope > 0):
            raise UnusableCalibrator(
                f"intercept {self.intercept} and slope {self.slope} would not keep the order of risks: "
                "both must be finite and the slope above zero"
            )

    def apply(self, raw_scores: ArrayLike) -> NDArray[np.float64]:
        """Risks in [0, 1], of the shape of ``raw_scores`` (log-odds). NaN stays NaN."""
        linear = self.intercept + self.slope * np.asarray(raw_scores, dtype=np.float64)
        # exp of a non-positive number on either side: no overflow at extreme log-odds
        shrinking = np.exp(-np.abs(linear))
        return np.asarray(np.where(linear >= 0, 1.0, shrinking) / (1.0 + shrinking))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "intercept": self.intercept, "slope": self.slope}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibrator:
        """The calibrator that `to_dict` wrote; unknown or missing keys raise `UnusableCalibrator`."""
        if set(data) != {"kind", "intercept", "slope"}:
            raise UnusableCalibrator(f"a calibrator holds kind, intercept and slope; found: {', '.join(sorted(data))}")
        try:
            intercept, slope = float(data["intercept"]), float(data["slope"])
        except (TypeError, ValueError):
            raise UnusableCalibrator("a calibrator's intercept and slope must be numbers") from None
        return cls(kind=str(data["kind"]), intercept=intercept, slope=slope)
