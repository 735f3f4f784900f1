"""What a reader could work out of hidden and disguised counts, from everything printed about one section at once.

Every printed count stands for a range; totals, rows and risk bands add up. Where those equations leave a hidden or
disguised count a single value, it was not hidden. Ranges are narrowed equation by equation until none gets narrower.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_LIMIT", "PrintedTable", "Sum", "Unknown"]

Array = NDArray[np.float64]

# What a count is of: level, group, and the name of the count.
Unknown = tuple[str, str, str]
# Far beyond any number of women, and small enough that sums of it are exact.
NO_LIMIT = 1e12
# Equations stand in chains of ten or so; ranges that still creep after so many rounds would creep for ever.
MOST_ROUNDS = 100


@dataclass(frozen=True)
class Sum:
    """``parts`` add up to ``total``, or where not ``is_whole`` to no more than it."""

    total: Unknown
    parts: frozenset[Unknown]
    is_whole: bool


@dataclass
class PrintedTable:
    """Ranges of unknown counts and the equations between them, filled in and then asked what they give back.

    ``fixed`` counts cannot be taken out of print any more.
    """

    ranges: dict[Unknown, tuple[float, float]] = field(default_factory=dict)
    suppressed: set[Unknown] = field(default_factory=set)
    sums: dict[Sum, None] = field(default_factory=dict)
    fixed: set[Unknown] = field(default_factory=set)
    _standing_in: dict[Unknown, set[Unknown]] = field(default_factory=dict)

    def add(self, unknown: Unknown, low: float, high: float, *, is_suppressed: bool = False) -> None:
        """A count known to lie in a range; where it is printed twice, in both ranges."""
        least, most = self.ranges.get(unknown, (0.0, NO_LIMIT))
        self.ranges[unknown] = (max(least, low), min(most, high))
        if is_suppressed:
            self.suppressed.add(unknown)

    def total(self, total: Unknown, parts: Iterable[Unknown], *, is_whole: bool = True) -> None:
        """Left out where one of them is not known of."""
        held = frozenset(parts)
        if total in self.ranges and held <= self.ranges.keys() and held != {total}:
            self.sums[Sum(total, held, is_whole)] = None

    def take_in(self, other: PrintedTable, named: Callable[[Unknown], Unknown], *, is_fixed: bool = False) -> None:
        """All of another table under other names."""
        for unknown, limits in other.ranges.items():
            self.add(named(unknown), *limits, is_suppressed=unknown in other.suppressed)
            if is_fixed:
                self.fixed.add(named(unknown))
        for one in other.sums:
            self.total(named(one.total), map(named, one.parts), is_whole=one.is_whole)

    def hide(self, unknown: Unknown) -> None:
        """Taken out of print: it may be any number."""
        self.ranges[unknown] = (0.0, NO_LIMIT)

    def is_hidden(self, unknown: Unknown) -> bool:
        """Whether nothing is left to take out of print."""
        return unknown in self.fixed or self.ranges[unknown][1] >= NO_LIMIT

    def beside(self, unknown: Unknown) -> set[Unknown]:
        """All that stand in one equation with it."""
        if not self._standing_in:
            for one in self.sums:
                for held in (one.total, *one.parts):
                    self._standing_in.setdefault(held, set()).update((one.total, *one.parts))
        return self._standing_in.get(unknown, set())

    def given_back(self, fewest: int = 2) -> dict[Unknown, float]:
        """Hidden and disguised counts that fewer than ``fewest`` values fit, with the least of these."""
        low, high, place = self._narrowed()
        return {
            unknown: low[place[unknown]]
            for unknown in sorted(self.suppressed)
            if 0 <= math.floor(high[place[unknown]] + 1e-6) - math.ceil(low[place[unknown]] - 1e-6) < fewest - 1
        }

    @property
    def is_contradictory(self) -> bool:
        """Whether no numbers at all fit what was printed."""
        low, high, _ = self._narrowed()
        return bool((low > high).any())

    def _narrowed(self) -> tuple[Array, Array, dict[Unknown, int]]:
        place = {unknown: number for number, unknown in enumerate(self.ranges)}
        limits = np.array(list(self.ranges.values()), dtype=float).reshape(-1, 2)
        low, high = limits[:, 0].copy(), limits[:, 1].copy()
        sums = list(self.sums)
        standing = [(number, place[part]) for number, one in enumerate(sums) for part in one.parts]
        entry = np.array(standing, dtype=int).reshape(-1, 2)
        row, part = entry[:, 0], entry[:, 1]
        total = np.array([place[one.total] for one in sums], dtype=int)
        is_whole = np.array([one.is_whole for one in sums], dtype=bool)
        for _ in range(MOST_ROUNDS):
            before = low.copy(), high.copy()
            np.minimum(high, NO_LIMIT, out=high)
            least, most = _added(row, low[part], len(sums)), _added(row, high[part], len(sums))
            np.maximum.at(low, total, least)
            np.minimum.at(high, total[is_whole], most[is_whole])
            np.minimum.at(high, part, high[total][row] - (least[row] - low[part]))
            whole = is_whole[row]
            np.maximum.at(low, part[whole], (low[total][row] - (most[row] - high[part]))[whole])
            is_settled = np.array_equal(before[0], low) and np.array_equal(before[1], high)
            # Ranges that cross fit no table: from a contradiction nothing can be worked out.
            if is_settled or (low > high + 1).any():
                break
        return low, high, place


def _added(row: NDArray[np.int64], values: Array, sums: int) -> Array:
    return np.asarray(np.bincount(row, values, minlength=sums), dtype=np.float64)
