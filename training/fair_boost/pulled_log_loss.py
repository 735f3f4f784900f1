"""Log-loss plus a pull: the gradient and hessian of one fair round."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from training.fair_boost.births import Births
from training.fair_boost.constraints import CONSTRAINTS, Measure
from training.fair_boost.live_booster import Objective
from training.fair_boost.operating_score import operating_score

__all__ = ["PulledLogLoss"]

Gradients = tuple[NDArray[np.float64], NDArray[np.float64]]


class PulledLogLoss:
    """Gradient and hessian on the training births, given multipliers.

    For a rate, births near the operating point are pulled over it (those with the event) or back under it (those
    without). For log-loss, a group's births weigh (1 + its multiplier) times as much.
    """

    def __init__(self, births: Births, *, alert_rate: float, width: float, constraint: str = "tpr_floor") -> None:
        self._sign = np.where(births.event > 0, 1.0, -1.0)
        self._weight = births.weight if births.weighted else None
        self._alert_rate = alert_rate
        self._width = width
        self._codes = births.women.codes
        measures = CONSTRAINTS[constraint].measures
        self._weighs_groups = measures == (Measure.LOG_LOSS,)
        self._rates = [] if self._weighs_groups else [_PulledRate.of(births, measure) for measure in measures]

    def pulled_by(self, multipliers: NDArray[np.float64]) -> Objective:
        """The objective of one round, for multipliers by group (a measure a row); with all at 0 it is log-loss."""
        by_measure = np.atleast_2d(multipliers)

        def objective(
            scores: NDArray[np.float64], _: lightgbm.Dataset
        ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            wrong = expit(-self._sign * scores)
            gradient = -self._sign * wrong
            hessian = wrong * (1 - wrong)
            if by_measure.any():
                self._pull(scores, by_measure, (gradient, hessian))
            if self._weight is not None:
                gradient *= self._weight
                hessian *= self._weight
            return gradient.astype(np.float32), hessian.astype(np.float32)

        return objective

    def _pull(self, scores: NDArray[np.float64], multipliers: NDArray[np.float64], plain: Gradients) -> None:
        """Changes the ``plain`` gradient and hessian in place."""
        gradient, hessian = plain
        if self._weighs_groups:
            factor = (1.0 + multipliers[0])[self._codes]
            gradient *= factor
            hessian *= factor
            return
        cut = operating_score(scores, self._weight, self._alert_rate)
        for rate, own in zip(self._rates, multipliers, strict=True):
            near = expit((scores[rate.births] - cut) / self._width)
            pulled = rate.pull(own)[rate.group] * near * (1 - near)
            gradient[rate.births] -= rate.good * pulled
            hessian[rate.births] += 0.25 * np.abs(pulled)


@dataclass(frozen=True, kw_only=True)
class _PulledRate:
    """The ``births`` a rate is about, the ``group`` of each, and by group the ``share`` of those of stated group."""

    births: NDArray[np.intp]
    group: NDArray[np.intp]
    share: NDArray[np.float64]
    groups: int
    good: float

    @classmethod
    def of(cls, births: Births, measure: Measure) -> _PulledRate:
        about = measure.births(births.event)
        women = births.women.taken(about)
        stated = np.where(women.constrained, women.total(births.weight[about]), 0.0)
        return cls(
            births=about,
            group=women.codes,
            share=stated / stated.sum() if stated.sum() > 0 else stated,
            groups=max(int(women.constrained.sum()), 1),
            good=measure.good,
        )

    def pull(self, multipliers: NDArray[np.float64]) -> NDArray[np.float64]:
        """(multiplier / share of births - sum of multipliers) / number of groups: what bettering one group's rate,
        and with it the overall one, is worth at each of its births. Missing ethnicity is not pulled."""
        present = self.share > 0
        own = np.divide(multipliers, self.share, out=np.zeros_like(multipliers), where=present)
        pull: NDArray[np.float64] = np.where(present, own - multipliers.sum(), 0.0) / self.groups
        return pull
