"""Whether the worst group of row 0 is found more often by another row, or only by chance on these births."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from training.fair_boost.births import Births
from training.fair_boost.constraints import CONSTRAINTS, Measure
from training.fair_boost.frontier import FrontierRow

__all__ = ["rises_surely"]

# One-sided 5 % of the normal distribution. On 20 simulations of a 1 % outcome, where no constraint helps anyone, the
# best of several rows rose by the bar of .01 in 5 and truly in none; of these 5 none rose surely. Of 16 constrained
# rows taken for preterm birth, where there is a gap to close, 15 did (docs/benchmarks/methods.md).
SURE = 1.645


def rises_surely(
    constraint: str, births: Births, row_0: FrontierRow, before: NDArray[np.bool_], after: NDArray[np.bool_]
) -> bool:
    """Of the held-out events of row 0's worst group, whether those found by the other row alone outnumber those found
    by row 0 alone (McNemar, Psychometrika 1947;12:153-157; weights by their squares). ``before`` and ``after`` are
    whom each flags. True where the constraint asks of something else than sensitivity, which has a bar of its own."""
    worst = row_0.figures.worst_group
    if worst is None or Measure.SENSITIVITY not in CONSTRAINTS[constraint].measures:
        return True
    inside = (births.women.codes == births.women.names.index(worst)) & (births.event > 0)
    weight = births.weight[inside]
    gained, lost = weight[(after & ~before)[inside]], weight[(before & ~after)[inside]]
    spread = math.sqrt(float((gained**2).sum() + (lost**2).sum()))
    return spread > 0 and float(gained.sum() - lost.sum()) >= SURE * spread
