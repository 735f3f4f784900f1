"""Rates, differences and O:E from printed counts, wide enough for what a disguised or rounded count may stand for.

A rate that disguise or rounding may have moved too far is hidden, and no difference rests on it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import DIGITS, Figure, figure, hidden
from fairness_audits.intervals import (
    UNDEFINED,
    Interval,
    newcombe_difference,
    observed_to_expected_interval,
    rounding_variance,
    spanning,
    wilson,
)
from fairness_audits.paired_difference import paired_difference

__all__ = [
    "RATES",
    "difference",
    "mean_of_log_losses",
    "mean_of_risks",
    "ratio",
    "rounding_of_expected",
    "same_womens_difference",
    "share",
]

# A risk moves by at most 1 and a log-loss by -log(risk): about 5 nats for the outcome at a risk of 1 in 100.
LOG_LOSS_STEPS = 5.0

# What each rate is a share of, by the names of its counts.
RATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "event_rate": ("events", "ascertained"),
        "flag_rate": ("flagged", "evaluated"),
        "sensitivity": ("found", "evaluated_events"),
        "specificity": ("cleared", "evaluated_non_events"),
        "positive_predictive_value": ("found", "followed_flagged"),
        "told_low_risk": ("low_risk_events", "scored_events"),
    }
)


def share(
    estimand: str, part: float | None, whole: float | None, rule: DisclosureRule, *, design: float = 1.0
) -> Figure:
    """A printed rate: undefined over nothing, hidden over a hidden count or where rounding decides it.

    With a ``design`` effect its limits are those of counts divided by it (`fairness_audits.design_effects`).
    """
    if whole == 0 and part is not None:
        return figure(estimand, UNDEFINED)
    if part is None or whole is None or not rule.can_be_share(part, whole):
        return hidden(estimand)
    part = min(part, whole)
    limits = [
        wilson(n / design, whole / design, rounding=_rounding(part, rule) / design**2)
        for n in _possible(part, whole, rule)
    ]
    return figure(estimand, spanning(limits, wilson(part, whole)))


def mean_of_risks(mean: float | None, women: float | None, rule: DisclosureRule) -> Figure:
    """Printed mean risk, in steps of 2 / ``women`` or more (`DisclosureRule.step_of_mean`); hidden over a hidden
    count or few women."""
    return _mean("mean_risk", mean, women, rule)


def mean_of_log_losses(mean: float | None, women: float | None, rule: DisclosureRule) -> Figure:
    """The same of log-losses, in steps `LOG_LOSS_STEPS` times as wide: one woman's can be that far from the mean."""
    return _mean("log_loss", mean, women, rule, times=LOG_LOSS_STEPS)


def _mean(name: str, mean: float | None, women: float | None, rule: DisclosureRule, *, times: float = 1.0) -> Figure:
    if women != 0 and not rule.can_tell_mean(women):
        return hidden(name)
    if mean is None or women is None or not math.isfinite(mean):
        return figure(name, UNDEFINED)
    printed = rule.mean(mean, women / times)
    digits = max(0, -int(rule.step_of_mean(women / times).normalize().as_tuple().exponent))
    return Figure(estimand=name, value=float(printed), digits=min(digits, DIGITS[name]))


def rounding_of_expected(women: float, rule: DisclosureRule) -> float:
    """Variance that rounding the mean risk adds to the events expected of so many women: uniform over one step."""
    return 0.0 if rule.rounded_to == 1 else (women * float(rule.step_of_mean(women))) ** 2 / 12


def ratio(
    events: float | None, whole: float | None, mean: Figure, rule: DisclosureRule, *, design: float = 1.0
) -> Figure:
    """Printed O:E, from printed counts and the printed mean risk, so that nothing exact comes back through it.

    Hidden over a mean that is hidden or was rounded to none.
    """
    name = "observed_to_expected"
    if events is None or whole is None or not rule.can_divide_by(whole) or rule.is_disguised(events):
        return hidden(name)
    if mean.value is None:
        return hidden(name) if mean.is_hidden else figure(name, UNDEFINED)
    if mean.value == 0 and rule.rounded_to > 1:
        return hidden(name)
    events = min(events, whole)
    rounding = _rounding(events, rule)
    if mean.value:
        rounding += rounding_of_expected(whole, rule) * (events / (mean.value * whole)) ** 2
    limits = observed_to_expected_interval(events / design, whole / design, mean.value, rounding=rounding / design**2)
    return figure(name, limits)


def difference(
    own: tuple[float | None, float | None],
    other: tuple[float | None, float | None],
    rule: DisclosureRule,
    *,
    designs: tuple[float, float] = (1.0, 1.0),
) -> Interval | None:
    """First printed rate less the second, each (part, whole); None where either cannot be printed.

    The second is as a rule what a total leaves of the first, and has the rounding of both.
    """
    (part, whole), (other_part, other_whole) = own, other
    if part is None or whole is None or other_part is None or other_whole is None:
        return None
    if not rule.can_be_share(part, whole) or not rule.can_be_share(other_part, other_whole):
        return None
    part, other_part = min(part, whole), min(other_part, other_whole)
    first, second = designs
    rounding, other_rounding = _rounding(part, rule) / first**2, 2 * _rounding(other_part, rule) / second**2
    limits = [
        newcombe_difference(
            a / first,
            whole / first,
            b / second,
            other_whole / second,
            rounding=rounding,
            other_rounding=other_rounding,
        )
        for a in _possible(part, whole, rule)
        for b in _possible(other_part, other_whole, rule)
    ]
    return spanning(limits, newcombe_difference(part, whole, other_part, other_whole))


def same_womens_difference(
    both: float | None,
    first: float | None,
    second: float | None,
    whole: float | None,
    rule: DisclosureRule,
    *,
    design: float = 1.0,
) -> Interval | None:
    """Printed share found by the first less that by the second of the same women; as of different women, which is
    wider, where how many ``both`` found cannot be told from print.
    """
    apart = difference((first, whole), (second, whole), rule, designs=(design, design))
    if apart is None or both is None or first is None or second is None or whole is None:
        return apart
    if any(rule.is_disguised(count) for count in (both, first, second)):
        return apart
    first, second = min(first, whole), min(second, whole)
    rounding = rounding_variance(rule.rounded_to) / design**2
    return paired_difference(both / design, first / design, second / design, whole / design, rounding=rounding)


def _possible(part: float, whole: float, rule: DisclosureRule) -> tuple[float, ...]:
    least, most = rule.possible(part)
    return (min(part, whole),) if least == most else tuple(dict.fromkeys(min(n, whole) for n in (part, least, most)))


def _rounding(part: float, rule: DisclosureRule) -> float:
    """Variance that rounding adds to a count; none beside a disguised part, whose whole range is spanned instead."""
    return 0.0 if rule.is_disguised(part) else rounding_variance(rule.rounded_to)
