"""The difference of two shares of the same women: those a model finds less those a rule finds."""

from __future__ import annotations

import math

from fairness_audits.intervals import Interval, wilson

__all__ = ["paired_difference"]


def paired_difference(both: float, first: float, second: float, whole: float, *, rounding: float = 0.0) -> Interval:
    """``first`` of ``whole`` women less ``second`` of them, where ``both`` are among ``first`` and ``second``.

    ``rounding`` is the variance of rounding in each count, as in `wilson`; a count that it brought beyond what the
    others allow is taken as the nearest that they do.

    Hybrid score limits with the correlation of the two, corrected for continuity (method 10 of Newcombe, Stat Med
    1998;17:2635).
    """
    both = min(max(both, first + second - whole, 0.0), first, second)
    first_only, second_only = first - both, second - both
    neither = whole - both - first_only - second_only
    own, other = wilson(first, whole, rounding=rounding), wilson(second, whole, rounding=rounding)
    correlation = _correlation(both, first_only, second_only, neither)
    below, above = own.value - own.low, other.high - other.value
    low = math.sqrt(max(below**2 - 2 * correlation * below * above + above**2, 0.0))
    below, above = other.value - other.low, own.high - own.value
    high = math.sqrt(max(below**2 - 2 * correlation * below * above + above**2, 0.0))
    difference = own.value - other.value
    return Interval(difference, difference - low, difference + high)


def _correlation(both: float, first_only: float, second_only: float, neither: float) -> float:
    margins = (both + first_only) * (second_only + neither) * (both + second_only) * (first_only + neither)
    if margins <= 0:
        return 0.0
    excess = both * neither - first_only * second_only
    if excess > 0:
        excess = max(excess - (both + first_only + second_only + neither) / 2, 0.0)
    return excess / math.sqrt(margins)
