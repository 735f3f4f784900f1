"""Intervals of net benefit from counts.

Net benefit is a difference of two shares of the same women: those rightly flagged, less those wrongly flagged weighed
by the odds at the threshold (Vickers and Elkin, Med Decis Making 2006;26:565). Its limits recover each share's variance
from Wilson's limits (MOVER: Zou and Donner, Stat Med 2008;27:1693), so they hold where nobody was flagged; where counts
are large they are those of the multinomial variance (Sande et al., Stat Med 2020;39:2980).
"""

from __future__ import annotations

import math

from fairness_audits.intervals import UNDEFINED, Interval, wilson
from models import metrics

__all__ = ["net_benefit_interval", "standardised_net_benefit_interval"]


def net_benefit_interval(
    found: float, false_alarms: float, women: float, threshold: float, *, rounding: float = 0.0
) -> Interval:
    """Per woman with a known outcome. With missed and cleared women instead, flagging everyone less the model.

    ``rounding`` as of `wilson`.
    """
    if women <= 0:
        return UNDEFINED
    exchange = threshold / (1 - threshold)
    right, wrong = (wilson(part, women, rounding=rounding) for part in (found, false_alarms))
    value = float(metrics.net_benefit(found, false_alarms, women, threshold))
    together = _correlation(right.value, wrong.value)
    below = _joined(right.value - right.low, exchange * (wrong.high - wrong.value), together)
    above = _joined(right.high - right.value, exchange * (wrong.value - wrong.low), together)
    return Interval(value, value - below, value + above)


def standardised_net_benefit_interval(
    found: float, false_alarms: float, events: float, women: float, threshold: float
) -> Interval:
    """As a share of the most that could be gained, which is the event rate: 1 is a perfect model, in any group.

    It is sensitivity less the false positive rate weighed by k = odds(threshold) / odds(event rate); the three parts
    are independent, and k is known as well as the event rate is.
    """
    non_events = women - events
    if events <= 0 or non_events <= 0:
        return UNDEFINED
    caught, alarmed, rate = wilson(found, events), wilson(false_alarms, non_events), wilson(events, women)
    # Weights that differ a million times: the event rate may be nothing as far as can be told, and the most gained too.
    if rate.low <= 0:
        return UNDEFINED
    weight, least, most = (_weight(threshold, p) for p in (rate.value, rate.high, rate.low))
    value = caught.value - weight * alarmed.value
    below = (
        caught.value - caught.low,
        weight * (alarmed.high - alarmed.value),
        (most - weight) * alarmed.value,
    )
    above = (
        caught.high - caught.value,
        weight * (alarmed.value - alarmed.low),
        (weight - least) * alarmed.value,
    )
    return Interval(value, value - math.hypot(*below), value + math.hypot(*above))


def _weight(threshold: float, rate: float) -> float:
    return threshold / (1 - threshold) * (1 - rate) / rate


def _correlation(first: float, second: float) -> float:
    """Of two shares of one multinomial: never above 0."""
    if not 0 < first < 1 or not 0 < second < 1:
        return 0.0
    return -math.sqrt(first * second / ((1 - first) * (1 - second)))


def _joined(first: float, second: float, correlation: float) -> float:
    """The spread of a difference: a negative correlation widens it."""
    return math.sqrt(max(first**2 + second**2 - 2 * correlation * first * second, 0.0))
