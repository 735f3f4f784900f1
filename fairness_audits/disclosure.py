"""Disclosure control: what may be printed of a count, so that no small number of women can be read or worked out.

It is applied once, to the counts; every figure, interval, finding and file is made from what it leaves.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

__all__ = ["RULES", "DisclosureRule", "Family", "PublishedCounts", "one_family", "publish"]

Key = TypeVar("Key", bound=Hashable)

# A rate is printed only where disguise and rounding cannot have moved it by more than ten in a hundred.
FURTHEST_MOVED = 0.10
# Women times their mean risk are the events expected of them: told in steps of 2 at least, as a rounded count may be
# off by 2. In steps of 1, and to five digits still more, means and counts together gave small counts back to a reader
# who knows every risk told (tests/property/fairness_audits/test_means_tell_no_count.py). Project default.
NEAREST_EXPECTED = 2
# Of fewer women a mean risk is not told: steps of 2 / n are then not coarse beside the few women of a cell (same law).
FEWEST_OF_A_MEAN = 80
FINEST_STEP = Decimal("0.00001")

PublishedCounts = Mapping[str, int | None]


@dataclass(frozen=True, kw_only=True)
class DisclosureRule:
    """How one count is printed. ``hides`` says that small counts become None ('*') and need a second one hidden."""

    name: str
    title: str
    authority: str
    small: int
    shown_as: int | None
    rounded_to: int
    hides: bool

    def count(self, value: float) -> int | None:
        """The printable form of a count; None where it is hidden. Zero stays zero unless small counts are hidden."""
        whole = math.floor(value + 0.5)
        if self.rounded_to == 1:
            return whole
        if whole <= self.small and (whole > 0 or self.hides):
            return self.shown_as
        return self.rounded_to * math.floor(whole / self.rounded_to + 0.5)

    def possible(self, count: float) -> tuple[float, float]:
        """The least and the most that a printed count may stand for where it is a disguise; itself otherwise.

        Rounding is not undone here: limits of rates are widened for it as for chance (`intervals.wilson`).
        """
        return (1, self.small) if self.shown_as is not None and count == self.shown_as else (count, count)

    def step_of_mean(self, women: float) -> Decimal:
        """What a mean risk of so many women, as printed, is rounded to: 1, 2 or 5 in a last place, at least 2 / women.

        Means told finer than that solve for counts: a total's mean is that of its groups, weighted by exact counts, and
        moves by (own risk - mean) / women with each woman. A rule that prints exact counts has the finest step.
        """
        if self.rounded_to == 1 or women <= 0:
            return FINEST_STEP
        least = NEAREST_EXPECTED / women
        tenth = Decimal(1).scaleb(math.floor(math.log10(least)))
        step = next(tenth * times for times in (1, 2, 5, 10) if float(tenth * times) >= least * (1 - 1e-9))
        return max(step, FINEST_STEP)

    def mean(self, mean: float, women: float) -> Decimal:
        """A mean risk of so many women, as printed, in whole steps, half up."""
        step = self.step_of_mean(women)
        return (Decimal(repr(float(mean))) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step

    def can_tell_mean(self, women: float | None) -> bool:
        """Whether a mean risk of so many women, as printed, may be told at all."""
        return self.can_divide_by(women) and (self.rounded_to == 1 or (women or 0) >= FEWEST_OF_A_MEAN)

    def can_divide_by(self, count: float | None) -> bool:
        """Whether a rate over this printed count says anything: never over a hidden, zero or disguised one."""
        return count is not None and count > self.small if self.rounded_to > 1 else bool(count)

    def can_be_share(self, part: float, whole: float) -> bool:
        """Whether ``part`` of ``whole`` is a rate worth printing: not where disguise or rounding moves it too far."""
        return self.can_be_over(part, whole) and self._moved_by_rounding(part, whole) <= FURTHEST_MOVED

    def can_be_over(self, part: float, whole: float) -> bool:
        """The same where only ``part`` is a printed count, as with events over those expected."""
        least, most = self.possible(part)
        return self.can_divide_by(whole) and (most - least) <= FURTHEST_MOVED * whole

    def _moved_by_rounding(self, part: float, whole: float) -> float:
        """The furthest that the exact rate can lie from the printed one: 13 of 17 prints as 15 of 15. Zero is exact."""
        half = self.rounded_to // 2 if part else 0
        smallest_whole = max(whole - self.rounded_to // 2, self.small + 1)
        lowest = max(part - half, 0) / (whole + self.rounded_to // 2)
        highest = min((part + half) / smallest_whole, 1.0)
        printed = min(part / whole, 1.0)
        return max(printed - min(lowest, 1.0), highest - printed)

    def is_disguised(self, count: float) -> bool:
        return self.possible(count) != (count, count)


RULES: Mapping[str, DisclosureRule] = {
    "msds": DisclosureRule(
        name="msds",
        title="counts of 1 to 7 are shown as 5 and others rounded to the nearest 5; rates come from the rounded counts",
        authority="NHS England, Maternity Services Data Set publications",
        small=7,
        shown_as=5,
        rounded_to=5,
        hides=False,
    ),
    "mhsds": DisclosureRule(
        name="mhsds",
        title="counts below 5 are shown as * and others rounded to the nearest 5; further counts are hidden where a "
        "total would give a hidden one back",
        authority="NHS England, Mental Health Services Data Set publications",
        small=4,
        shown_as=None,
        rounded_to=5,
        hides=True,
    ),
    "none": DisclosureRule(
        name="none",
        title="counts are exact: this report must stay inside the access control of the records it was made from",
        authority="site policy",
        small=0,
        shown_as=None,
        rounded_to=1,
        hides=False,
    ),
}


@dataclass(frozen=True)
class Family(Generic[Key]):
    """Cells that add up to a total which is printed too."""

    total: Key
    members: tuple[Key, ...]


def publish(
    rule: DisclosureRule, counts: Mapping[Key, Mapping[str, float]], families: Sequence[Family[Key]]
) -> dict[Key, PublishedCounts]:
    """Printable counts of every cell. Everything that is printed of one table goes through one call.

    Where the rule hides small counts, further ones are hidden until no total of a family gives a hidden one back.
    """
    printed = {cell: {name: rule.count(value) for name, value in row.items()} for cell, row in counts.items()}
    if rule.hides:
        names = dict.fromkeys(name for row in printed.values() for name in row)
        while any(_hide_one(rule, name, family, printed, counts) for family in families for name in names):
            pass
    return dict(printed)


def one_family(counts: Mapping[str, Mapping[str, float]], total: str) -> tuple[Family[str]]:
    """All cells but ``total`` add up to it."""
    return (Family(total, tuple(cell for cell in counts if cell != total)),)


def _hide_one(
    rule: DisclosureRule,
    name: str,
    family: Family[Key],
    printed: dict[Key, dict[str, int | None]],
    counts: Mapping[Key, Mapping[str, float]],
) -> bool:
    """Hide one more count of the family if what is printed would give a hidden one back. True if one was hidden.

    The next smallest member goes first, then the total. A row needs no such care: a whole less one part, each rounded
    to 5, leaves the other part unknown.
    """
    hidden = [cell for cell in family.members if printed[cell][name] is None]
    shown = [cell for cell in family.members if printed[cell][name] is not None]
    total = printed[family.total][name] if family.total in printed else None
    if not hidden or total is None:
        return False
    half = rule.rounded_to // 2
    least_left = total - half - sum((printed[cell][name] or 0) + half for cell in shown)
    small = sum(counts[cell][name] <= rule.small for cell in hidden)
    # What a reader who knows that the smallest are hidden first can say of those hidden beside the small ones.
    most_beside = min((printed[cell][name] or 0) + half for cell in shown) if shown else math.inf
    most_left = rule.small * small + (most_beside * (len(hidden) - small) if len(hidden) > small else 0)
    # All hidden cells at their most, and still only just enough for the total: each is known.
    if len(hidden) > 1 and least_left < most_left:
        return False
    next_hidden = min(shown, key=lambda cell: counts[cell][name]) if shown else family.total
    printed[next_hidden][name] = None
    return True
