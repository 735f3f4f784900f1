"""The gap between groups as a posterior: what is known of it, not the luck of the smallest group.

The largest less the smallest of noisy estimates overstates a gap, that of shrunken means understates it. Here every
group's true value is drawn given the data, and the gap is taken draw by draw. On the log scale of the figure, groups
vary normally around a common mean, and finer categories around the mean of the group they are part of; the prior on
each standard deviation is half-t (Gelman, Bayesian Analysis 2006;1:515) with 4 degrees of freedom and scale 0.5 (Rover
et al., Res Synth Methods 2021;12:448, for log odds). Deterministic: a fixed grid of standard deviations, and draws from
a fixed seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairness_audits.figures import DIGITS, Section, rounded, row_to_dict
from fairness_audits.levels import is_stated
from fairness_audits.nested_posterior import nested_draws, systematic
from fairness_audits.replicates import simultaneous_gap_bound

__all__ = ["Gap", "gap_of_proportions", "gap_of_ratios"]

Array = NDArray[np.float64]

DRAWS = 10_000
SEED = 20_240_229
PRIOR_SCALE = 0.5
PRIOR_DEGREES = 4.0
GRID = np.geomspace(1e-3, 4.0, 160)
# Of each of two standard deviations, where categories lie within groups.
COARSE_GRID = np.geomspace(1e-3, 4.0, 48)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Difference between the highest and lowest group: posterior mean, 95 % interval, chance to exceed the tolerance.

    ``conservative_high`` is a frequentist bound beside it (proportions only). Groups without a printable count are
    ``left_out`` and named.
    """

    section: Section
    operating_point: str
    level: str
    estimand: str
    expected: float | None
    low: float | None
    high: float | None
    tolerance: float
    probability_above: float | None
    conservative_high: float | None
    groups: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def text(self) -> str:
        if self.expected is None:
            return "cannot tell"
        digits = DIGITS[self.estimand]
        scale, unit = (100, " points") if self.estimand == "sensitivity" else (1, "")
        places = digits - 2 if scale == 100 else digits
        low, high = (self.low or 0.0) * scale, (self.high or 0.0) * scale
        return f"{self.expected * scale:.{places}f}{unit} ({low:.{places}f} to {high:.{places}f})"

    @property
    def probability_text(self) -> str:
        if self.probability_above is None:
            return "cannot tell"
        if self.probability_above > 0.99:
            return "above 99 %"
        return "below 1 %" if self.probability_above < 0.01 else f"{self.probability_above * 100:.0f} %"

    def to_dict(self) -> dict[str, Any]:
        return {**row_to_dict(self), "text": self.text}


def gap_of_proportions(
    counts: Mapping[str, tuple[float, float]], *, tolerance: float, parents: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Gap of proportions, from (part, whole) of each group, on the logit scale with half an event added to each side.

    With ``parents``, each group shrinks to the one named there, and those to their common mean. Returns what `Gap`
    needs of it: expected, low, high, probability_above, conservative_high, tolerance.
    """
    part, whole = _columns(counts)
    centre = np.log((part + 0.5) / (whole - part + 0.5))
    variance = 1 / (part + 0.5) + 1 / (whole - part + 0.5)
    draws = _draws(centre, variance, _parent_numbers(counts, parents))
    gap = _gap(0.5 * (1 + np.tanh(0.5 * draws)), tolerance, "sensitivity")
    return gap | {"conservative_high": rounded(simultaneous_gap_bound(counts), DIGITS["sensitivity"])}


def gap_of_ratios(
    counts: Mapping[str, tuple[float, float]], *, tolerance: float, parents: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Gap of observed over expected, from (events, expected) of each group, on the log scale."""
    events, expected = _columns(counts)
    centre = np.log((events + 0.5) / (expected + 0.5))
    draws = _draws(centre, 1 / (events + 0.5), _parent_numbers(counts, parents))
    return _gap(np.exp(draws), tolerance, "observed_to_expected") | {"conservative_high": None}


def _columns(counts: Mapping[str, tuple[float, float]]) -> tuple[Array, Array]:
    table = np.array(list(counts.values()), dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _parent_numbers(counts: Mapping[str, object], parents: Mapping[str, str] | None) -> NDArray[np.int64] | None:
    """The parent of each group by number; None where parents tell nothing: all have one, or each its own."""
    if parents is None:
        return None
    numbers = {parent: number for number, parent in enumerate(dict.fromkeys(parents[group] for group in counts))}
    if len(numbers) in (0, 1, len(counts)):
        return None
    return np.array([numbers[parents[group]] for group in counts], dtype=np.int64)


def _gap(values: Array, tolerance: float, estimand: str) -> dict[str, Any]:
    if values.shape[1] < 2:
        return {"expected": None, "low": None, "high": None, "probability_above": None, "tolerance": tolerance}
    gaps = values.max(axis=1) - values.min(axis=1)
    low, high = np.quantile(gaps, [0.025, 0.975])
    digits = DIGITS[estimand]
    return {
        "expected": rounded(float(gaps.mean()), digits),
        "low": rounded(float(low), digits),
        "high": rounded(float(high), digits),
        "probability_above": rounded(float((gaps > tolerance).mean()), 3),
        "tolerance": tolerance,
    }


def _draws(centre: Array, variance: Array, parent: NDArray[np.int64] | None) -> Array:
    """True values of each group given the data: `DRAWS` rows, a column a group."""
    if centre.size < 2:
        return np.zeros((DRAWS, centre.size))
    if parent is not None:
        return nested_draws(centre, variance, parent, spreads=COARSE_GRID, log_prior=_log_prior, seed=SEED, draws=DRAWS)
    weight = _posterior_of_spread(centre, variance)
    random = np.random.Generator(np.random.PCG64(SEED))
    between = GRID[systematic(weight, DRAWS)][:, None] ** 2
    precision = 1 / (variance + between)
    common = (precision @ centre) / precision.sum(axis=1)
    mean = common + random.standard_normal(DRAWS) / np.sqrt(precision.sum(axis=1))
    share = between / (between + variance)
    conditional = share * centre + (1 - share) * mean[:, None]
    drawn: Array = conditional + np.sqrt(share * variance) * random.standard_normal((DRAWS, centre.size))
    return drawn


def _log_prior(spread: Array) -> Array:
    """Half-t density of a standard deviation, times the width of its place in the grid."""
    density: Array = -0.5 * (PRIOR_DEGREES + 1) * np.log1p((spread / PRIOR_SCALE) ** 2 / PRIOR_DEGREES)
    return density + np.log(np.gradient(spread))


def _posterior_of_spread(centre: Array, variance: Array) -> Array:
    """Weights of the grid of between-group standard deviations, the common mean integrated out under a flat prior."""
    total = variance + GRID[:, None] ** 2
    precision = 1 / total
    common = (precision * centre).sum(axis=1) / precision.sum(axis=1)
    log_likelihood = -0.5 * (
        np.log(total).sum(axis=1)
        + np.log(precision.sum(axis=1))
        + (precision * (centre - common[:, None]) ** 2).sum(axis=1)
    )
    log_weight = log_likelihood + _log_prior(GRID)
    weight = np.exp(log_weight - log_weight.max())
    normed: Array = weight / weight.sum()
    return normed


def groups_with_counts(
    counts: Mapping[str, tuple[float | None, float | None]],
    is_told: Callable[[float, float], bool],
) -> tuple[dict[str, tuple[float, float]], tuple[str, ...]]:
    """Groups whose printed counts can enter a gap, and the names of those that cannot; missing ethnicity never does.

    ``is_told`` says whether a part and a whole are near enough to the exact ones, by the disclosure rule.
    """
    usable = {
        group: (float(part), float(whole))
        for group, (part, whole) in counts.items()
        if part is not None and whole and is_stated(group) and is_told(part, math.floor(whole))
    }
    return usable, tuple(g for g in counts if g not in usable and is_stated(g))
