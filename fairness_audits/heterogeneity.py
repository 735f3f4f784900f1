"""Do sites, or groups, differ by more than chance: Cochran's Q and I-squared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from fairness_audits.figures import rounded

__all__ = ["Heterogeneity", "heterogeneity"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Heterogeneity:
    """Cochran's ``q`` on its ``degrees`` of freedom, its ``p_value``, and the share of variation beyond chance.

    Cochran, Biometrics 1954;10:101; I-squared: Higgins and Thompson, Stat Med 2002;21:1539. A large p-value on few
    events does not show that all are alike.
    """

    q: float | None
    degrees: int
    p_value: float | None
    i_squared: float | None

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def heterogeneity(effect: Array, variance: Array) -> Heterogeneity:
    """Of effects with known variances around their common mean (inverse-variance weights); None with fewer than two."""
    degrees = effect.size - 1
    if degrees < 1 or not (variance > 0).all():
        return Heterogeneity(q=None, degrees=max(degrees, 0), p_value=None, i_squared=None)
    weight = 1 / variance
    q = float(weight @ (effect - weight @ effect / weight.sum()) ** 2)
    return Heterogeneity(
        q=rounded(q, 2),
        degrees=degrees,
        p_value=rounded(float(chdtrc(degrees, q)), 4),
        i_squared=rounded(max(0.0, (q - degrees) / q) if q > 0 else 0.0, 3),
    )
