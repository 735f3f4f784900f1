"""Draws of categories that lie within groups: each category around its group's mean, each group around the common one.

Two standard deviations, of categories within a group and of groups, each with its own prior; all else is normal and is
integrated out exactly, so the posterior of the two is a sum over a grid (Gelman et al., Bayesian Data Analysis, chapter
on hierarchical models).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["nested_draws", "systematic"]

Array = NDArray[np.float64]


def nested_draws(
    centre: Array,
    variance: Array,
    parent: NDArray[np.int64],
    *,
    spreads: Array,
    log_prior: Callable[[Array], Array],
    seed: int,
    draws: int,
) -> Array:
    """True values of each category given estimates with known variances: ``draws`` rows, a column a category.

    ``parent`` numbers the group of each from 0. The common mean has a flat prior; ``log_prior`` is that of each of the
    two standard deviations over the grid ``spreads``.
    """
    member = (parent[:, None] == np.arange(parent.max() + 1)).astype(float)
    of_groups, within = (grid.ravel() for grid in np.meshgrid(spreads, spreads, indexing="ij"))
    prior = (log_prior(spreads)[:, None] + log_prior(spreads)[None, :]).ravel()
    log_weight = _log_likelihood(centre, variance, member, of_groups**2, within**2) + prior
    weight = np.exp(log_weight - log_weight.max())
    picked = systematic(weight / weight.sum(), draws)
    return _conditional(centre, variance, member, of_groups[picked] ** 2, within[picked] ** 2, seed)


def systematic(weight: Array, draws: int) -> NDArray[np.int64]:
    """Places of a grid, each as often as its weight says, without luck."""
    placed = np.searchsorted(np.cumsum(weight), (np.arange(draws) + 0.5) / draws)
    places: NDArray[np.int64] = np.minimum(placed, weight.size - 1)
    return places


def _group_means(centre: Array, variance: Array, member: Array, within: Array) -> tuple[Array, Array, Array]:
    """Of each line of the grid: variance about the group's mean, and each group's precision and estimated mean."""
    total = variance + within[:, None]
    precision = (1 / total) @ member
    return total, precision, (centre / total) @ member / precision


def _log_likelihood(centre: Array, variance: Array, member: Array, of_groups: Array, within: Array) -> Array:
    total, precision, mean = _group_means(centre, variance, member, within)
    off = (centre - mean @ member.T) ** 2 / total
    about_groups = -0.5 * (np.log(total).sum(axis=1) + off.sum(axis=1) + np.log(precision).sum(axis=1))
    spread = 1 / precision + of_groups[:, None]
    weight = 1 / spread
    common = (weight * mean).sum(axis=1) / weight.sum(axis=1)
    about_common = (weight * (mean - common[:, None]) ** 2).sum(axis=1)
    likelihood: Array = about_groups - 0.5 * (np.log(spread).sum(axis=1) + np.log(weight.sum(axis=1)) + about_common)
    return likelihood


def _conditional(centre: Array, variance: Array, member: Array, of_groups: Array, within: Array, seed: int) -> Array:
    random = np.random.Generator(np.random.PCG64(seed))
    draws = of_groups.size
    _, precision, mean = _group_means(centre, variance, member, within)
    weight = 1 / (1 / precision + of_groups[:, None])
    common = (weight * mean).sum(axis=1) / weight.sum(axis=1)
    common = common + random.standard_normal(draws) / np.sqrt(weight.sum(axis=1))
    share = of_groups[:, None] / (of_groups[:, None] + 1 / precision)
    group = share * mean + (1 - share) * common[:, None]
    group = group + np.sqrt(share / precision) * random.standard_normal(group.shape)
    own = within[:, None] / (within[:, None] + variance)
    drawn = own * centre + (1 - own) * (group @ member.T)
    values: Array = drawn + np.sqrt(own * variance) * random.standard_normal(drawn.shape)
    return values
