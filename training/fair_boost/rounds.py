"""Fair rounds: more trees on log-loss plus a pull on events near the operating point of groups found too rarely."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from training.fair_boost.births import Births
from training.fair_boost.live_booster import LiveBooster, Objective
from training.fair_boost.multipliers import DualAscent
from training.fair_boost.operating_score import operating_score
from training.shrinkage import shrunken_sensitivity

__all__ = ["FairRun", "HeldOutSensitivity", "PulledLogLoss", "Snapshot", "fair_rounds"]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A booster cut off after some of its rounds: its held-out scores there, and the multipliers it had reached."""

    iterations: int
    fair_rounds: int
    scores: NDArray[np.float64]
    multipliers: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class FairRun:
    """The last round, and the last one before any group had lost more than was allowed; None where there is none."""

    last: Snapshot
    last_harmless: Snapshot | None


def fair_rounds(
    live: LiveBooster,
    loss: PulledLogLoss,
    held_out: HeldOutSensitivity,
    ascent: DualAscent,
    start: Snapshot,
    *,
    rounds: int,
    allowed_loss: float,
) -> FairRun:
    """Add rounds to ``live``, each pulled by the multipliers of the round before.

    ``start`` is the plain fit, with the multipliers to begin from: losses are counted from its sensitivities.
    """
    _, before = held_out.shrunken(start.scores)
    now = start
    harmless, still_harmless = None, True
    for number in range(1, rounds + 1):
        live.add_round(loss.pulled_by(now.multipliers))
        scores = live.held_out_scores()
        overall, sensitivity = held_out.shrunken(scores)
        now = Snapshot(
            iterations=live.iterations,
            fair_rounds=number,
            scores=scores,
            multipliers=ascent.step(now.multipliers, overall - sensitivity),
        )
        # up to the first harm, not the last round without: looking for luck among rounds would find it
        still_harmless = still_harmless and float((before - sensitivity).max()) <= allowed_loss
        if still_harmless:
            harmless = now
    return FairRun(last=now, last_harmless=harmless)


class PulledLogLoss:
    """Gradient and hessian on the training births, given multipliers."""

    def __init__(self, births: Births, *, alert_rate: float, width: float) -> None:
        self._sign = np.where(births.event > 0, 1.0, -1.0)
        self._weight = births.weight if births.weighted else None
        self._alert_rate = alert_rate
        self._width = width
        self._events = np.flatnonzero(births.event)
        self._event_group = births.women.codes[self._events]
        self._constrained = births.women.constrained
        with_event = births.women.total(births.weight * births.event)
        stated = np.where(self._constrained, with_event, 0.0)
        self._share = stated / stated.sum() if stated.sum() > 0 else stated

    def pulled_by(self, multipliers: NDArray[np.float64]) -> Objective:
        """The objective of one round; with all multipliers at 0 it is plain log-loss."""
        pull = self._pull_by_group(multipliers)

        def objective(
            scores: NDArray[np.float64], _: lightgbm.Dataset
        ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
            wrong = expit(-self._sign * scores)
            gradient = -self._sign * wrong
            hessian = wrong * (1 - wrong)
            if pull.any():
                cut = operating_score(scores, self._weight, self._alert_rate)
                near = expit((scores[self._events] - cut) / self._width)
                pulled = pull[self._event_group] * near * (1 - near)
                gradient[self._events] -= pulled
                hessian[self._events] += 0.25 * np.abs(pulled)
            if self._weight is not None:
                gradient *= self._weight
                hessian *= self._weight
            return gradient.astype(np.float32), hessian.astype(np.float32)

        return objective

    def _pull_by_group(self, multipliers: NDArray[np.float64]) -> NDArray[np.float64]:
        """(multiplier / share of events - sum of multipliers) / number of groups: what raising one group's
        sensitivity, and with it the overall one, is worth at each of its events. Missing ethnicity is not pulled."""
        groups = int(self._constrained.sum())
        present = self._share > 0
        own = np.divide(multipliers, self._share, out=np.zeros_like(multipliers), where=present)
        pull: NDArray[np.float64] = np.where(present, own - multipliers.sum(), 0.0) / max(groups, 1)
        return pull


class HeldOutSensitivity:
    """How often events of each group are flagged at the operating point, on births the trees have not seen."""

    def __init__(self, births: Births, *, alert_rate: float, pseudo_events: float) -> None:
        self._weight = births.weight if births.weighted else None
        self._alert_rate = alert_rate
        self._pseudo_events = pseudo_events
        self._events = np.flatnonzero(births.event)
        self._women = births.women.taken(self._events)
        self._event_weight = births.weight[self._events]
        self._with_event = self._women.total(self._event_weight)

    def shrunken(self, scores: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Sensitivity overall, and by group shrunk to the overall one by the pseudo-events."""
        cut = operating_score(scores, self._weight, self._alert_rate)
        found = self._women.total(self._event_weight * (scores[self._events] >= cut))
        overall = float(found.sum() / self._with_event.sum())
        return overall, shrunken_sensitivity(found, self._with_event, overall, self._pseudo_events)
