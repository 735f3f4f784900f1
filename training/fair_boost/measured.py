"""One figure of each group on births the trees have not seen, drawn towards everyone's where the group is small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.fair_boost.births import Births
from training.fair_boost.constraints import Measure
from training.shrinkage import shrunken_sensitivity

__all__ = ["MeasuredByGroup", "log_loss_of_scores"]


class MeasuredByGroup:
    """A measure's mean by group: of flags (0 or 1) among births with or without the event, or of log-losses (nats).

    ``positions`` are those of the births it is about. They shrink by as many of them as come with the pseudo-events,
    so that all figures are drawn alike.
    """

    def __init__(self, births: Births, measure: Measure, *, pseudo_events: float) -> None:
        self.positions = measure.births(births.event)
        self._women = births.women.taken(self.positions)
        self._weight = births.weight[self.positions]
        self._total = self._women.total(self._weight)
        of_events = measure is Measure.SENSITIVITY
        scale = 1.0 if of_events else float(self._total.sum() / (births.weight @ births.event))
        self._pseudo = pseudo_events * scale

    def sums(self, amount: NDArray[np.float64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """By group, the weighted sum of one amount for each of ``positions``."""
        return self._women.total(self._weight * amount)

    def shrunken(self, amount: NDArray[np.float64] | NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
        """The mean over all women, and by group shrunk to it."""
        sums = self.sums(amount)
        overall = float(sums.sum() / self._total.sum())
        return overall, shrunken_sensitivity(sums, self._total, overall, self._pseudo)

    def means(self, amount: NDArray[np.float64] | NDArray[np.bool_]) -> list[float | None]:
        """By group as it is; None where there is no birth to average over."""
        pairs = zip(self.sums(amount).tolist(), self._total.tolist(), strict=True)
        return [summed / total if total > 0 else None for summed, total in pairs]


def log_loss_of_scores(scores: NDArray[np.float64], event: NDArray[np.float64]) -> NDArray[np.float64]:
    """-log of the probability that log-odds ``scores`` gave to what happened, in nats."""
    loss: NDArray[np.float64] = np.logaddexp(0.0, np.where(event > 0, -scores, scores))
    return loss
