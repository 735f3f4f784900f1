"""How often the posterior gap, its probability and the bound beside it are right.

A posterior keeps its promise on average over the truths that its prior expects, so the truths are drawn anew in every
repeat: the spread between groups from the half-t prior, each group's true value from that spread. Beside it, the same
for truths that never change: all groups alike, and one group behind by 5 and by 15 points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from benchmarks.audit_coverage_intervals import STATED, SURELY
from benchmarks.audit_populations import Population, expit
from fairness_audits.posterior_gap import GRID, PRIOR_DEGREES, PRIOR_SCALE, gap_of_proportions, gap_of_ratios

__all__ = ["FIXED_TRUTHS", "GapRuns", "gaps_of_ratios", "gaps_of_sensitivity", "prior_truths"]

Array = NDArray[np.float64]
Truths = Callable[[int, np.random.Generator], Array]

TOLERANCE = {"sensitivity": 0.05, "observed_to_expected": 0.20}
COMMON = 0.35
STEPS = (0.0, 0.05, 0.25, 0.50, 0.75, 0.95, 1.0)


@dataclass(frozen=True, kw_only=True)
class GapRuns:
    """One entry a repeat: the true gap, the posterior's limits, mean and chance above ``tolerance``, and the bound."""

    truth: Array
    expected: Array
    low: Array
    high: Array
    chance: Array
    bound: Array
    tolerance: float

    @property
    def covered(self) -> int:
        """Half the last printed digit is forgiven: limits are rounded."""
        return int(((self.low <= self.truth + 5e-4) & (self.truth - 5e-4 <= self.high)).sum())

    @property
    def bounded(self) -> int:
        return int((self.truth - 5e-4 <= self.bound).sum())

    def verdict(self) -> str:
        if binomtest(self.covered, self.truth.size, STATED).pvalue > SURELY:
            return "holds"
        return "short" if self.covered < STATED * self.truth.size else "wide"

    def calibration(self) -> list[tuple[str, int, float, float, str]]:
        """Chance said, repeats, mean chance said, share that truly exceeded the tolerance, verdict."""
        rows = []
        for low, high in pairwise(STEPS):
            inside = (self.chance >= low) & ((self.chance < high) | (high == 1.0))
            size, exceeded = int(inside.sum()), int((self.truth[inside] > self.tolerance).sum())
            if size:
                said = float(self.chance[inside].mean())
                agrees = binomtest(exceeded, size, min(max(said, 1e-6), 1 - 1e-6)).pvalue > SURELY
                rows.append((f"{low:.2f}-{high:.2f}", size, said, exceeded / size, "holds" if agrees else "off"))
        return rows


def prior_truths(groups: int, random: np.random.Generator) -> Array:
    """Each group's distance from the common value, on the log scale, as the prior expects."""
    spread = abs(PRIOR_SCALE * random.standard_t(PRIOR_DEGREES))
    while spread > GRID[-1]:
        spread = abs(PRIOR_SCALE * random.standard_t(PRIOR_DEGREES))
    drawn: Array = spread * random.standard_normal(groups)
    return drawn


def _behind(points: float) -> Truths:
    """The third group behind all others by so many points of sensitivity."""
    far = np.log((COMMON - points) / (1 - COMMON + points)) - np.log(COMMON / (1 - COMMON))

    def truths(groups: int, random: np.random.Generator) -> Array:
        return np.where(np.arange(groups) == 2, far, 0.0)

    return truths


FIXED_TRUTHS: dict[str, Truths] = {
    "all groups alike": _behind(0.0),
    "one group 5 points behind": _behind(0.05),
    "one group 15 points behind": _behind(0.15),
}


def gaps_of_sensitivity(
    population: Population, women: int, repeats: int, random: np.random.Generator, truths: Truths = prior_truths
) -> GapRuns:
    rate = np.array([population.rate(group) for group in range(len(population.groups))])
    centre = np.log(COMMON / (1 - COMMON))
    rows = []
    for sample in random.multinomial(women, population.shares, size=repeats):
        events = random.binomial(sample, rate)
        sensitivity = expit(centre + truths(rate.size, random))
        found = random.binomial(events, sensitivity)
        counts = {str(g): (float(f), float(n)) for g, (f, n) in enumerate(zip(found, events, strict=True)) if n}
        gap = gap_of_proportions(counts, tolerance=TOLERANCE["sensitivity"])
        rows.append(_row(sensitivity, gap, gap["conservative_high"]))
    return GapRuns(**dict(zip(_NAMES, np.array(rows).T, strict=True)), tolerance=TOLERANCE["sensitivity"])


def gaps_of_ratios(population: Population, women: int, repeats: int, random: np.random.Generator) -> GapRuns:
    rate = np.array([population.rate(group) for group in range(len(population.groups))])
    rows = []
    for sample in random.multinomial(women, population.shares, size=repeats):
        # An O:E is as large as it likes; a rate is at most 1.
        ratio = np.minimum(np.exp(prior_truths(rate.size, random)), 0.95 / rate)
        events, expected = random.binomial(sample, rate * ratio), sample * rate
        counts = {str(g): (float(o), float(e)) for g, (o, e) in enumerate(zip(events, expected, strict=True))}
        rows.append(_row(ratio, gap_of_ratios(counts, tolerance=TOLERANCE["observed_to_expected"]), np.nan))
    return GapRuns(**dict(zip(_NAMES, np.array(rows).T, strict=True)), tolerance=TOLERANCE["observed_to_expected"])


_NAMES = ("truth", "expected", "low", "high", "chance", "bound")


def _row(values: Array, gap: dict[str, float], bound: float) -> tuple[float, ...]:
    return (
        float(values.max() - values.min()),
        gap["expected"],
        gap["low"],
        gap["high"],
        gap["probability_above"],
        bound,
    )
