"""A group against everyone else from printed counts: the difference, its limits and its two-sided p-value.

Score tests: the variance is that under no difference, so they are defined where a group has no event. Rounding of the
counts, and of the mean risks that say what was expected, adds its own variance, and a design effect of women with
several rows divides them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import GroupFigures
from fairness_audits.intervals import Interval, normal_interval, rounding_variance
from fairness_audits.printed_rates import difference, rounding_of_expected

__all__ = ["Tested", "rate_against_others", "ratio_against_others"]


@dataclass(frozen=True, kw_only=True)
class Tested:
    """``interval`` of a difference of rates, or of a ratio of ratios; ``p_value`` not rounded."""

    interval: Interval
    p_value: float


@dataclass(frozen=True, kw_only=True)
class _Told:
    """`EffectiveCounts` none of which is hidden."""

    part: float
    whole: float
    scale: float
    design: float

    @property
    def pair(self) -> tuple[float, float]:
        return self.part, self.whole


def rate_against_others(
    estimand: str, row: GroupFigures, everyone: GroupFigures, rule: DisclosureRule
) -> Tested | None:
    """Difference of two independent proportions; the pooled score test (Newcombe's limits stand beside it).

    None where a count cannot be told, or all or none of both have it.
    """
    own, others = _told(estimand, row, everyone)
    if own is None or others is None:
        return None
    interval = difference(own.pair, others.pair, rule, designs=(own.design, others.design))
    if interval is None:
        return None
    (part, whole), (other_part, other_whole) = ((min(c.part, c.whole), c.whole) for c in (own, others))
    pooled = (part + other_part) / (whole + other_whole)
    variance = pooled * (1 - pooled) * (own.design / whole + others.design / other_whole)
    if variance <= 0:
        return None
    rounding = rounding_variance(rule.rounded_to) * (1 + pooled**2)
    variance += rounding / whole**2 + 2 * rounding / other_whole**2
    return Tested(interval=interval, p_value=_two_sided((part / whole - other_part / other_whole) / variance**0.5))


def ratio_against_others(
    estimand: str, row: GroupFigures, everyone: GroupFigures, rule: DisclosureRule
) -> Tested | None:
    """The group's O:E over everyone else's: events of the group, given all events and the share expected of them.

    Limits on the log scale, half an event to each side.
    """
    own, others = _told(estimand, row, everyone)
    mean, overall = row["mean_risk"].value, everyone["mean_risk"].value
    if own is None or others is None or not mean or not overall:
        return None
    expected = mean * own.whole
    rest = (
        overall * (own.whole / own.scale + others.whole / others.scale) * others.scale
        - expected * others.scale / own.scale
    )
    if rest <= 0 or not rule.can_be_over(others.part, others.whole) or own.part + others.part == 0:
        return None
    share = expected / (expected + rest)
    ratio = (own.part + others.part) / (expected + rest)
    rounding = rounding_variance(rule.rounded_to)
    seen = [_binomial(ratio * e, c.whole) * c.design for e, c in ((expected, own), (rest, others))]
    moved, all_moved = (ratio**2 * rounding_of_expected(c, rule) for c in (own.whole, own.whole + others.whole))
    variance = (1 - share) ** 2 * (seen[0] + rounding) + share**2 * (seen[1] + 2 * rounding + all_moved) + moved
    if variance <= 0:
        return None
    off = own.part * (1 - share) - others.part * share
    limits = _ratio_limits((own, expected, rounding + moved), (others, rest, 2 * rounding + moved + all_moved))
    return Tested(interval=limits, p_value=_two_sided(off / variance**0.5))


def _ratio_limits(*sides: tuple[_Told, float, float]) -> Interval:
    (own, expected, _), (others, rest, _) = sides
    logarithm = math.log((own.part + 0.5) / expected) - math.log((others.part + 0.5) / rest)
    variance = sum(
        max(1 / (told.part + 0.5) - 1 / (told.whole + 0.5), 0.0) * told.design + rounding / (told.part + 0.5) ** 2
        for told, _, rounding in sides
    )
    limits = normal_interval(logarithm, variance**0.5)
    return Interval(math.exp(limits.value), math.exp(limits.low), math.exp(limits.high))


def _told(estimand: str, row: GroupFigures, everyone: GroupFigures) -> tuple[_Told, _Told] | tuple[None, None]:
    """The group's counts and everyone else's; None where the figure, or one of them, may not be told."""
    if row[estimand].value is None or everyone[estimand].value is None:
        return None, None
    own = row.effective[estimand]
    sides = own, everyone.effective[estimand].without(own)
    found = [
        _Told(part=c.part, whole=c.whole, scale=c.scale, design=c.design)
        for c in sides
        if c.part is not None and c.whole
    ]
    return (found[0], found[1]) if len(found) == 2 else (None, None)


def _binomial(expected: float, women: float) -> float:
    return expected * max(1 - expected / women, 0.0) if women else 0.0


def _two_sided(distance: float) -> float:
    return math.erfc(abs(distance) / math.sqrt(2))
