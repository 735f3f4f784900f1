"""Intervals from counts alone, each by a named published method; 95 % throughout.

Weighted counts enter as effective ones (Kish: the square of the sum of weights over the sum of their squares).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from models.metrics import auroc

__all__ = [
    "Z95",
    "Interval",
    "auroc_interval",
    "auroc_interval_from_sizes",
    "brier_interval",
    "effective",
    "events_needed",
    "newcombe_difference",
    "normal_interval",
    "observed_to_expected_interval",
    "on_the_logit_scale",
    "rounding_variance",
    "spanning",
    "wilson",
]

Array = NDArray[np.float64]

Z95 = 1.959963984540054  # 97.5th centile of the standard normal


@dataclass(frozen=True)
class Interval:
    """A point estimate between its 95 % limits."""

    value: float
    low: float
    high: float


UNDEFINED = Interval(math.nan, math.nan, math.nan)


def effective(weight: float, weight_squared: float) -> float:
    """Rows that would tell as much if none were weighted (Kish 1965, Survey Sampling); rows themselves unweighted."""
    return weight * weight / weight_squared if weight_squared > 0 else 0.0


def rounding_variance(rounded_to: float) -> float:
    """Of a count rounded to the nearest ``rounded_to``: as likely to have been any of so many. 2 for the nearest 5."""
    return (rounded_to**2 - 1) / 12


def wilson(part: float, whole: float, *, rounding: float = 0.0) -> Interval:
    """Wilson's score interval of a proportion (JASA 1927;22:209; method 3 of Newcombe, Stat Med 1998;17:857).

    ``rounding`` is the variance of rounding in each count: the limits are wider by what it may have moved the share,
    squared and added as Newcombe adds two proportions' limits (Stat Med 1998;17:873). A part of 0 was not rounded.
    """
    if whole <= 0:
        return UNDEFINED
    share = part / whole
    centre = share + Z95**2 / (2 * whole)
    spread = Z95 * math.sqrt(share * (1 - share) / whole + Z95**2 / (4 * whole**2))
    scale = 1 + Z95**2 / whole
    # At 0 and at 1 the limit is the estimate itself; rounding must not put it a hair beyond.
    low = 0.0 if part == 0 else (centre - spread) / scale
    high = 1.0 if part == whole else (centre + spread) / scale
    moved = Z95 * math.sqrt(rounding * (1 + share**2)) / whole if part else 0.0
    below, above = math.hypot(share - low, moved), math.hypot(high - share, moved)
    return Interval(share, max(share - below, 0.0), min(share + above, 1.0))


def spanning(intervals: Iterable[Interval], value: Interval) -> Interval:
    """The estimate of ``value`` between the outermost limits: of a count known only to lie in a range."""
    listed = list(intervals)
    return Interval(value.value, min(one.low for one in listed), max(one.high for one in listed))


def newcombe_difference(
    part: float,
    whole: float,
    other_part: float,
    other_whole: float,
    *,
    rounding: float = 0.0,
    other_rounding: float = 0.0,
) -> Interval:
    """First proportion less the second, hybrid score limits (method 10 of Newcombe, Stat Med 1998;17:873)."""
    first = wilson(part, whole, rounding=rounding)
    second = wilson(other_part, other_whole, rounding=other_rounding)
    difference = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, difference - below, difference + above)


def observed_to_expected_interval(events: float, total: float, mean_risk: float, *, rounding: float = 0.0) -> Interval:
    """O:E with Wilson's limits of the observed rate over the mean risk, which is taken as given.

    Conservative: women are taken to vary as if all had the mean risk. The uncertainty is that of the births observed,
    not of the model. Near exp(+-1.96 sqrt((1 - O/N)/O)) (Debray, BMJ 2017;356:i6460) where events are many, and defined
    where there are none.
    """
    if total <= 0 or mean_risk <= 0:
        return UNDEFINED
    rate = wilson(events, total, rounding=rounding)
    return Interval(rate.value / mean_risk, rate.low / mean_risk, rate.high / mean_risk)


def normal_interval(value: float, standard_error: float) -> Interval:
    """Value plus and minus 1.96 standard errors."""
    if not math.isfinite(value) or not math.isfinite(standard_error):
        return UNDEFINED
    return Interval(value, value - Z95 * standard_error, value + Z95 * standard_error)


def auroc_interval(events: Array, non_events: Array, effective_events: float, effective_non_events: float) -> Interval:
    """AUROC over risk bins, limits by DeLong's variance (Biometrics 1988;44:837) on the logit scale.

    The logit keeps the limits inside 0 to 1 and covers better in small groups (Pepe 2003, section 5.2.5), and so does
    Student's t in place of 1.96, its degrees of freedom Satterthwaite's (Brunner and Munzel, Biom J 2000;42:17).
    Undefined below two events or two non-events; where every pair is ordered alike the variance is 0 and no limits are
    claimed.
    """
    area = float(auroc(events, non_events))
    if effective_events < 2 or effective_non_events < 2 or not 0 < area < 1:
        return Interval(area, math.nan, math.nan)
    cases, others = events / events.sum(), non_events / non_events.sum()
    placed_above = np.cumsum(others) - 0.5 * others
    placed_below = 1.0 - (np.cumsum(cases) - 0.5 * cases)
    of_events = float(cases @ (placed_above - area) ** 2) / (effective_events - 1)
    of_non_events = float(others @ (placed_below - area) ** 2) / (effective_non_events - 1)
    variance = of_events + of_non_events
    if variance <= 0:
        return Interval(area, math.nan, math.nan)
    weighed = of_events**2 / (effective_events - 1) + of_non_events**2 / (effective_non_events - 1)
    quantile = float(stdtrit(variance**2 / weighed, 0.975))
    return on_the_logit_scale(area, quantile * math.sqrt(variance))


def auroc_interval_from_sizes(area: float, events: float, non_events: float) -> Interval:
    """An AUROC of which only the two sizes are known: Hanley and McNeil's variance (Radiology 1982;143:29), on the
    logit scale. Undefined below two of either, or where every pair is ordered alike."""
    if events < 2 or non_events < 2 or not 0 < area < 1:
        return Interval(area, math.nan, math.nan)
    both_above, both_below = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (events - 1) * (both_above - area**2) + (non_events - 1) * (both_below - area**2)
    logit = math.log(area / (1 - area))
    limits = normal_interval(logit, math.sqrt(variance / (events * non_events)) / (area * (1 - area)))
    return Interval(area, _expit(limits.low), _expit(limits.high))


def brier_interval(
    score: float, events: Array, non_events: Array, mean_risk: Array, effective_total: float, *, moved: float = 0.0
) -> Interval:
    """Brier score, normal limits on the logit scale; the spread of squared errors is taken at each bin's mean risk.

    Where events are few the score is skewed, and symmetric limits hold it in 91 of 100 samples of 5 events instead of
    95 (`benchmarks.audit_coverage` measures what these do). ``moved`` is the variance that rounding the counts adds. No
    limits are claimed below two women.
    """
    total = events.sum() + non_events.sum()
    if effective_total < 2 or total <= 0 or not 0 < score < 1:
        return Interval(score, math.nan, math.nan)
    fourth = float(events @ (1 - mean_risk) ** 4 + non_events @ mean_risk**4) / total
    variance = max(fourth - score**2, 0.0) / (effective_total - 1) + moved
    return on_the_logit_scale(score, Z95 * math.sqrt(variance))


def events_needed(proportion: float, margin: float) -> int:
    """Events a group needs so that a difference of two such proportions is known to +- ``margin`` (95 %).

    The textbook 1.96^2 * 2p(1-p) / margin^2 for two groups of equal size.
    """
    return math.ceil(Z95**2 * 2 * proportion * (1 - proportion) / margin**2)


def on_the_logit_scale(value: float, half_width: float) -> Interval:
    """A half width about a value inside 0 to 1, carried to the logit scale by the delta method and back."""
    logit, half = math.log(value / (1 - value)), half_width / (value * (1 - value))
    return Interval(value, _expit(logit - half), _expit(logit + half))


def _expit(score: float) -> float:
    return 0.5 * (1.0 + math.tanh(0.5 * score))
