"""Figures of a group's distribution of risk: discrimination, calibration, Brier score.

How risks are spread among women with the outcome, and among women without, is taken exactly; how many women there are
of each is taken as printed. So nothing about a number of events comes back through these figures that the printed
counts do not say, and where counts are printed exactly the figures are exact too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairness_audits import intervals
from fairness_audits.calibration_error import calibration_error
from fairness_audits.figures import Figure, figure, hidden
from fairness_audits.intervals import Interval
from fairness_audits.tallies import Distribution
from models import metrics

__all__ = ["DISTRIBUTION_FIGURES", "PrintedTotals", "distribution_intervals", "figures_of_distribution"]

Array = NDArray[np.float64]

# A calibration slope, or error, on fewer is noise: at least 100 events (Vergouwe et al., J Clin Epidemiol 2005;58:475).
ENOUGH_FOR_A_SLOPE = 100
DISTRIBUTION_FIGURES = ("auroc", "brier", "calibration_in_the_large", "calibration_slope", "calibration_error")


@dataclass(frozen=True, kw_only=True)
class PrintedTotals:
    """``events`` of ``known`` women with a risk and a known outcome, as printed (effective numbers of weighted rows).

    The variance of AUROC rests on ``event_size`` and ``non_event_size``: of weighted rows, their own effective numbers.
    ``rounded_to`` is what the counts were rounded to: Brier score and calibration-in-the-large, which move with them,
    are given limits wide enough for it. All four numbers were divided by ``design``, the design effect of women with
    several rows: of the event rate, which stands for those of these figures.
    """

    events: float
    known: float
    event_size: float
    non_event_size: float
    rounded_to: float = 1
    design: float = 1.0

    @property
    def rounding_of_events(self) -> float:
        """Variance that rounding adds to events less those expected, to the first order."""
        rounding = intervals.rounding_variance(self.rounded_to) / self.design**2
        return rounding * (1 + (self.events / self.known) ** 2)


def figures_of_distribution(bins: Distribution | None, totals: PrintedTotals | None) -> dict[str, Figure]:
    """`DISTRIBUTION_FIGURES`: undefined without a distribution, hidden without totals that may be told."""
    if bins is None:
        return {name: figure(name, intervals.UNDEFINED) for name in DISTRIBUTION_FIGURES}
    if totals is None:
        return {name: hidden(name) for name in DISTRIBUTION_FIGURES}
    return {name: figure(name, interval) for name, interval in distribution_intervals(bins, totals).items()}


def distribution_intervals(bins: Distribution, totals: PrintedTotals) -> dict[str, Interval]:
    """The same before they are rounded. Slope and calibration error are undefined below `ENOUGH_FOR_A_SLOPE` events."""
    events, known = totals.events, totals.known
    total = bins.events + bins.non_events
    everyone = total * (known / total.sum())
    had = bins.events * (events / bins.events.sum())
    had_not = bins.non_events * ((known - events) / bins.non_events.sum())
    is_enough = events >= ENOUGH_FOR_A_SLOPE
    return {
        "auroc": intervals.auroc_interval(bins.events, bins.non_events, totals.event_size, totals.non_event_size),
        "brier": _brier(bins, had, had_not, totals),
        "calibration_in_the_large": _in_the_large(bins.logit, everyone, totals),
        "calibration_slope": _slope(bins.logit, had, had_not) if is_enough else intervals.UNDEFINED,
        "calibration_error": (
            calibration_error(had, had_not, everyone, bins.mean_risk) if is_enough else intervals.UNDEFINED
        ),
    }


def _brier(bins: Distribution, had: Array, had_not: Array, totals: PrintedTotals) -> Interval:
    """E[r^2] - 2 p E[r | event] + p, with the printed event rate p."""
    rate = totals.events / totals.known
    squared = bins.squared_risk / float((bins.events + bins.non_events).sum())
    told = bins.risk_of_events / float(bins.events.sum())
    score = max(squared - 2 * rate * told + rate, 0.0)
    moved = totals.rounding_of_events * ((1 - 2 * told) / totals.known) ** 2
    return intervals.brier_interval(score, had, had_not, bins.mean_risk, totals.known, moved=moved)


def _in_the_large(logit: Array, everyone: Array, totals: PrintedTotals) -> Interval:
    """Normal limits; the variance is the inverse of the information about a common shift (Cox 1958)."""
    shift = metrics.calibration_in_the_large(np.array([totals.events]), everyone, logit)
    risk = 0.5 * (1 + np.tanh(0.5 * (logit + shift)))
    information = float((everyone * risk * (1 - risk)).sum())
    if information <= 0:
        return intervals.normal_interval(shift, math.nan)
    return intervals.normal_interval(shift, math.sqrt(1 / information + totals.rounding_of_events / information**2))


def _slope(logit: Array, had: Array, had_not: Array) -> Interval:
    _, slope, covariance = metrics.calibration_line(had, had + had_not, logit)
    return intervals.normal_interval(slope, math.sqrt(covariance[1, 1]))
