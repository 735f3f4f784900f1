"""How hard each group is pulled: one multiplier a group, raised while the group is found too rarely.

Projected dual ascent on births the trees have not seen, after the two-dataset proxy-Lagrangian of Cotter and others
(J Mach Learn Res 2019;20(172)).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONSTRAINTS", "DualAscent"]

#: 'none' is the plain fit; 'tpr_floor' raises any group below (overall sensitivity - tolerance); 'tpr' holds every
#: group within half a tolerance of the overall sensitivity on both sides, and so also levels down.
CONSTRAINTS = ("none", "tpr", "tpr_floor")

_DECAY = 0.995


@dataclass(frozen=True, kw_only=True)
class DualAscent:
    """The rule by which multipliers follow the shortfall of each group (overall sensitivity - the group's)."""

    constraint: str
    tolerance: float
    rate: float
    cap: float
    constrained: NDArray[np.bool_]

    @property
    def band(self) -> float:
        """The shortfall that is let be: the tolerance for a floor, half of it on each side for two-sided parity."""
        return self.tolerance if self.constraint == "tpr_floor" else self.tolerance / 2

    def excess(self, shortfall: NDArray[np.float64]) -> NDArray[np.float64]:
        """By how much each constrained group breaks its bound, signed; 0 within the bound and where unconstrained."""
        beyond = np.sign(shortfall) * np.maximum(np.abs(shortfall) - self.band, 0.0)
        if self.constraint == "tpr_floor":
            beyond = np.maximum(beyond, 0.0)
        return np.where(self.constrained, beyond, 0.0)

    def step(self, multipliers: NDArray[np.float64], shortfall: NDArray[np.float64]) -> NDArray[np.float64]:
        """The multipliers after one round: up with the excess, down slowly where there is none, within the cap."""
        excess = self.excess(shortfall)
        moved = np.where(excess != 0, multipliers + self.rate * excess, multipliers * _DECAY)
        lowest = 0.0 if self.constraint == "tpr_floor" else -self.cap
        return np.where(self.constrained, np.clip(moved, lowest, self.cap), 0.0)

    def at_cap(self, multipliers: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.abs(multipliers) >= self.cap
