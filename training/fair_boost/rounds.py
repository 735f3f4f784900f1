"""Fair rounds: more trees, each pulled by how groups stand on births the trees have not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.fair_boost.births import Births
from training.fair_boost.constraints import CONSTRAINTS, Measure
from training.fair_boost.live_booster import LiveBooster
from training.fair_boost.measured import MeasuredByGroup, log_loss_of_scores
from training.fair_boost.multipliers import DualAscent
from training.fair_boost.operating_score import operating_score
from training.fair_boost.pulled_log_loss import PulledLogLoss

__all__ = ["FairRun", "HeldOutStanding", "Snapshot", "Standing", "fair_rounds"]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A booster cut off after some of its rounds: its held-out scores there, and the multipliers it had reached.

    ``multipliers`` are (measures of the constraint, groups).
    """

    iterations: int
    fair_rounds: int
    scores: NDArray[np.float64]
    multipliers: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class FairRun:
    """The last round, and the last one before any group had lost more than was allowed; None where there is none."""

    last: Snapshot
    last_harmless: Snapshot | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Shrunken ``sensitivity`` by group, by which harm is told whatever the constraint, and its ``shortfall``
    (measures, groups): how much worse each group stands than everyone."""

    sensitivity: NDArray[np.float64]
    shortfall: NDArray[np.float64]


def fair_rounds(
    live: LiveBooster,
    loss: PulledLogLoss,
    held_out: HeldOutStanding,
    ascent: DualAscent,
    start: Snapshot,
    *,
    rounds: int,
    allowed_loss: float,
) -> FairRun:
    """Add rounds to ``live``, each pulled by the multipliers of the round before.

    ``start`` is the plain fit, with the multipliers to begin from: losses are counted from its sensitivities.
    """
    before = held_out.at(start.scores).sensitivity
    now = start
    harmless, still_harmless = None, True
    for number in range(1, rounds + 1):
        live.add_round(loss.pulled_by(now.multipliers))
        scores = live.held_out_scores()
        standing = held_out.at(scores)
        now = Snapshot(
            iterations=live.iterations,
            fair_rounds=number,
            scores=scores,
            multipliers=ascent.step(now.multipliers, standing.shortfall),
        )
        # up to the first harm, not the last round without: looking for luck among rounds would find it
        still_harmless = still_harmless and float((before - standing.sensitivity).max()) <= allowed_loss
        if still_harmless:
            harmless = now
    return FairRun(last=now, last_harmless=harmless)


class HeldOutStanding:
    """How each group stands at the operating point, on births the trees have not seen."""

    def __init__(self, births: Births, *, constraint: str, alert_rate: float, pseudo_events: float) -> None:
        self._event = births.event
        self._weight = births.weight if births.weighted else None
        self._alert_rate = alert_rate
        self._measures = CONSTRAINTS[constraint].measures
        self._by_group = {
            measure: MeasuredByGroup(births, measure, pseudo_events=pseudo_events)
            for measure in {Measure.SENSITIVITY, *self._measures}
        }

    def at(self, scores: NDArray[np.float64]) -> Standing:
        cut = operating_score(scores, self._weight, self._alert_rate)
        measured = {measure: self._shrunken(measure, scores, cut) for measure in self._by_group}
        shortfalls = [
            measure.good * (overall - by_group)
            for measure in self._measures
            for overall, by_group in (measured[measure],)
        ]
        return Standing(sensitivity=measured[Measure.SENSITIVITY][1], shortfall=np.array(shortfalls))

    def _shrunken(self, measure: Measure, scores: NDArray[np.float64], cut: float) -> tuple[float, NDArray[np.float64]]:
        by_group = self._by_group[measure]
        if measure is Measure.LOG_LOSS:
            return by_group.shrunken(log_loss_of_scores(scores, self._event))
        return by_group.shrunken(scores[by_group.positions] >= cut)
