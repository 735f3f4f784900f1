"""How hard each group is pulled: one multiplier a group and measure, raised while the group stands worse than allowed.

Projected dual ascent on births the trees have not seen, after the two-dataset proxy-Lagrangian of Cotter and others
(J Mach Learn Res 2019;20(172)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.fair_boost.constraints import CONSTRAINTS

__all__ = ["DualAscent"]

_DECAY = 0.995


@dataclass(frozen=True, kw_only=True)
class DualAscent:
    """The rule by which multipliers follow the shortfall of each group: how much worse it stands than everyone.

    Multipliers and shortfalls have the groups as their last axis; a measure a row where there are several.
    """

    constraint: str
    tolerance: float
    rate: float
    cap: float
    constrained: NDArray[np.bool_]

    @property
    def two_sided(self) -> bool:
        return CONSTRAINTS[self.constraint].two_sided

    @property
    def band(self) -> float:
        """The shortfall that is let be: the tolerance for a floor, half of it on each side for two-sided parity."""
        return self.tolerance / 2 if self.two_sided else self.tolerance

    def excess(self, shortfall: NDArray[np.float64]) -> NDArray[np.float64]:
        """By how much each constrained group breaks its bound, signed; 0 within the bound and where unconstrained."""
        beyond = np.sign(shortfall) * np.maximum(np.abs(shortfall) - self.band, 0.0)
        if not self.two_sided:
            beyond = np.maximum(beyond, 0.0)
        return np.where(self.constrained, beyond, 0.0)

    def step(self, multipliers: NDArray[np.float64], shortfall: NDArray[np.float64]) -> NDArray[np.float64]:
        """The multipliers after one round: up with the excess, down slowly where there is none, within the cap."""
        excess = self.excess(shortfall)
        moved = np.where(excess != 0, multipliers + self.rate * excess, multipliers * _DECAY)
        lowest = -self.cap if self.two_sided else 0.0
        return np.where(self.constrained, np.clip(moved, lowest, self.cap), 0.0)

    def at_cap(self, multipliers: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.abs(multipliers) >= self.cap
