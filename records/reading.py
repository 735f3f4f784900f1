"""How one fact is read from dated observations: the first, the last, the highest, how many, how fast it rises."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["HOW", "How", "Reading"]

How = Literal["first", "last", "maximum", "minimum", "count", "slope", "days_since_first"]
HOW: tuple[How, ...] = ("first", "last", "maximum", "minimum", "count", "slope", "days_since_first")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """``of`` is the concept that was observed. Every reading gives the same whatever the order of the observations.

    ``first`` and ``last`` go by day; of several that day, the largest value (so a flag is true if one says so, and a
    category is the last of its levels). ``count`` counts observations that are not zero; ``slope`` is least squares, in
    the unit a week, and needs two days; ``days_since_first`` counts from the first observation that is not zero to the
    point. ``days_after_birth`` keeps observations from the one day to the other after birth, both included;
    ``before_birth`` those of days before it, ``by_birth`` those of its day as well.
    """

    of: str
    how: How
    days_after_birth: tuple[int, int] | None = None
    before_birth: bool = False
    by_birth: bool = False

    def overlaps(self, other: Reading) -> bool:
        """Whether one observation could be read by both."""
        if self.of != other.of:
            return False
        (low, high), (from_day, to_day) = self.window, other.window
        return low <= to_day and from_day <= high

    @property
    def window(self) -> tuple[float, float]:
        """First and last day after birth of the observations that are read; without end where none is asked for."""
        if self.days_after_birth is not None:
            return self.days_after_birth
        return -math.inf, -1 if self.before_birth else 0 if self.by_birth else math.inf
