"""The shifts of a subgroup recalibration: found step by step, shrunken, and stopped where other births gain no more.

Multicalibration asks that risks be right on average in every one of many overlapping groups, at every level of risk
(Hebert-Johnson, Kim, Reingold and Rothblum, ICML 2018). Here the groups are ethnic groups, deprivation quintiles and
their crossings, each as a whole and by score bin. Residuals are boosted until held-out log-loss rises no further, as
MCGrad does with trees (Tax et al., KDD 2026); here each step is a shrunken O:E of named groups, so that what was done
can be read, and no step can turn the order of women within a subgroup.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression

from models.group_adjustment import LEAST_SLOPE, knots_of

__all__ = ["FOLDS", "Families", "GroupedBirths", "risk_of", "score_bins", "shifts_of", "sweeps_that_help"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

#: How far a sweep goes towards what the births say (project default): half, so that groups that overlap share a gap
#: instead of each closing it alone.
STEP = 0.5
MOST_SWEEPS = 40
#: Sweeps without a gain on held-out births after which no more are tried.
PATIENCE = 3
FOLDS = 5
#: Score bins nearer to each other than this, in log-odds, are one (project default).
NARROWEST_BIN = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupedBirths:
    """Women of stated ethnicity, one entry each. ``quintile`` is -1 where deprivation is not recorded; ``fold`` says in
    which part she is held out; ``weight`` is a number of births."""

    log_odds: Floats
    event: Floats
    weight: Floats
    ethnic: Codes
    quintile: Codes
    fold: Codes

    @classmethod
    def in_one_order(
        cls, log_odds: Floats, event: Floats, weight: Floats, ethnic: Codes, quintile: Codes, fold: Codes
    ) -> GroupedBirths:
        """Sorted, so that every sum is the same to the last bit whatever the order of the rows."""
        order = np.lexsort((fold, quintile, ethnic, weight, event, log_odds))
        return cls(log_odds=log_odds, event=event, weight=weight, ethnic=ethnic, quintile=quintile, fold=fold).taken(
            order
        )

    def taken(self, rows: NDArray[np.bool_] | Codes) -> GroupedBirths:
        return GroupedBirths(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def score_bins(births: GroupedBirths, bins: int) -> tuple[float, ...]:
    """Edges between that many bins of equally many expected events; fewer where they would be too narrow, never below
    two edges."""
    order = np.argsort(births.log_odds, kind="stable")
    log_odds = births.log_odds[order]
    expected = np.cumsum(births.weight[order] * risk_of(log_odds))
    at = np.searchsorted(expected, expected[-1] * np.arange(1, bins) / bins)
    edges: list[float] = []
    for edge in log_odds[np.minimum(at, log_odds.size - 1)].tolist():
        if not edges or edge >= edges[-1] + NARROWEST_BIN:
            edges.append(edge)
    return tuple(edges) if len(edges) > 1 else (edges[0] - NARROWEST_BIN, edges[0] + NARROWEST_BIN)


@dataclass(frozen=True, kw_only=True, eq=False)
class PlacedBirths:
    """Births with their place in `Families`: their group in each of three (-1: in none), and where between two knots.

    A woman between knot ``lower`` and the next counts ``part`` at the next and the rest at ``lower``.
    """

    births: GroupedBirths
    members: tuple[Codes, Codes, Codes]
    lower: Codes
    part: Floats


class Families:
    """Families of disjoint groups, each group with a shift of its own; a woman's shift is the sum of those she is in.

    Ethnic groups, quintiles and crossings, first as a whole and then by score bin. ``prior`` is the expected events
    that those of a group must outweigh before its shift moves far.
    """

    def __init__(self, ethnic_groups: int, quintiles: int, bins: Sequence[float], prior: float) -> None:
        self._quintiles = quintiles
        self._knots = knots_of(bins)
        self._prior = prior
        sets = (ethnic_groups, quintiles, ethnic_groups * quintiles)
        wide = self._knots.size
        self._shifts = [*(np.zeros((count, 1)) for count in sets), *(np.zeros((count, wide)) for count in sets)]

    def placed(self, births: GroupedBirths) -> PlacedBirths:
        upper = np.clip(np.searchsorted(self._knots, births.log_odds, side="right"), 1, self._knots.size - 1)
        part = (births.log_odds - self._knots[upper - 1]) / np.diff(self._knots)[upper - 1]
        return PlacedBirths(
            births=births,
            members=self._members(births.ethnic, births.quintile),
            lower=upper - 1,
            part=np.clip(part, 0.0, 1.0),
        )

    def sweep(self, placed: PlacedBirths, log_odds: Floats) -> Floats:
        """One step of every family in turn towards its shrunken O:E; returns the log-odds it leads to.

        A shift's aim is log((O + K) / (E + K)), E being what is expected without it: the posterior mode under a Gamma
        prior on its multiplier, centred on 1 and worth K events. With one family alone it is the group intercept.
        """
        births = placed.births
        observed = births.weight * births.event
        for shifts, members in self._families(placed):
            seen = _by_place(placed, shifts, members, observed)
            expected = _by_place(placed, shifts, members, births.weight * risk_of(log_odds))
            aim = np.log((seen + self._prior) / (expected * np.exp(-shifts) + self._prior))
            step = STEP * (aim - shifts)
            shifts += step
            log_odds = log_odds + _of_women(placed, step, members)
        return log_odds

    def moved(self, placed: PlacedBirths) -> Floats:
        """Log-odds of any births under the shifts so far."""
        log_odds = placed.births.log_odds
        for shifts, members in self._families(placed):
            log_odds = log_odds + _of_women(placed, shifts, members)
        return log_odds

    def at_knots(self, ethnic: int, quintile: int) -> Floats:
        """The shifts of one subgroup by score bin; a quintile of -1 takes part in no family but her ethnic group's."""
        total = np.zeros(self._knots.size)
        members = self._members(np.array([ethnic]), np.array([quintile]))
        for shifts, code in zip(self._shifts, 2 * members, strict=True):
            if code[0] >= 0:
                total += shifts[code[0]]
        return total

    def _members(self, ethnic: Codes, quintile: Codes) -> tuple[Codes, Codes, Codes]:
        return ethnic, quintile, np.where(quintile < 0, -1, ethnic * self._quintiles + quintile)

    def _families(self, placed: PlacedBirths) -> list[tuple[Floats, Codes]]:
        return [
            (shifts, members) for shifts, members in zip(self._shifts, 2 * placed.members, strict=True) if shifts.size
        ]


def _by_place(placed: PlacedBirths, shifts: Floats, members: Codes, amount: Floats) -> Floats:
    """Sums by group and knot, of the shape of ``shifts``."""
    wide = shifts.shape[1]
    # one further place for women in none of these groups
    groups = np.where(members < 0, len(shifts), members)
    room = (len(shifts) + 1) * wide
    if wide == 1:
        return np.bincount(groups, weights=amount, minlength=room)[:-1, None].astype(np.float64)
    at, above = groups * wide + placed.lower, amount * placed.part
    sums = np.bincount(at, weights=amount - above, minlength=room) + np.bincount(at + 1, weights=above, minlength=room)
    return np.asarray(sums.reshape(-1, wide)[:-1], dtype=np.float64)


def _of_women(placed: PlacedBirths, shifts: Floats, members: Codes) -> Floats:
    """One amount a woman; a group of -1 is the zeros added at the end."""
    padded = np.vstack([shifts, np.zeros((1, shifts.shape[1]))])
    if shifts.shape[1] == 1:
        return np.asarray(padded[members, 0])
    lower = padded[members, placed.lower]
    return np.asarray(lower + (padded[members, placed.lower + 1] - lower) * placed.part)


def sweeps_that_help(births: GroupedBirths, families: Sequence[Families]) -> int:
    """How many sweeps leave held-out births the lowest log-loss; none unless they gain more than chance alone would.

    ``families`` are fresh, one a fold: each is swept on the births outside its fold and judged on those inside. The
    gain must exceed one standard error of it (the one-standard-error rule: Breiman, Friedman, Olshen and Stone,
    Classification and Regression Trees, 1984, section 3.4.3).
    """
    folds = [one.placed(births.taken(births.fold != number)) for number, one in enumerate(families)]
    judged = [one.placed(births.taken(births.fold == number)) for number, one in enumerate(families)]
    log_odds = [fold.births.log_odds for fold in folds]
    loss_before = log_losses(births.log_odds, births.event)
    best, best_gain = 0, np.zeros(births.event.size)
    for sweep in range(1, MOST_SWEEPS + 1):
        held_out = np.empty(births.event.size)
        for number, one in enumerate(families):
            log_odds[number] = one.sweep(folds[number], log_odds[number])
            held_out[births.fold == number] = one.moved(judged[number])
        gain = loss_before - log_losses(held_out, births.event)
        if births.weight @ gain > births.weight @ best_gain:
            best, best_gain = sweep, gain
        elif sweep >= best + PATIENCE:
            break
    total = float(births.weight @ best_gain)
    variance = float(births.weight @ best_gain**2) - total**2 / float(births.weight.sum())
    return best if total > math.sqrt(max(variance, 0.0)) else 0


def shifts_of(families: Families, bins: Sequence[float], ethnic: int, quintile: int) -> tuple[float, ...]:
    """A subgroup's shifts, brought to a map that rises everywhere by `LEAST_SLOPE` or more: the nearest by least
    squares (isotonic regression of what is above that slope)."""
    knots = knots_of(bins)
    shifts = families.at_knots(ethnic, quintile)
    steep_enough = np.diff(shifts) >= (LEAST_SLOPE - 1) * np.diff(knots)
    if not steep_enough.all():
        above = isotonic_regression(shifts + (1 - LEAST_SLOPE) * knots)
        shifts = above - (1 - LEAST_SLOPE) * knots
    return tuple(shifts.tolist())


def risk_of(log_odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def log_losses(log_odds: Floats, event: Floats) -> Floats:
    """-log of the probability given to what happened, in nats."""
    return np.asarray(np.logaddexp(0.0, np.where(event > 0, -log_odds, log_odds)))
