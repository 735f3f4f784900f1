"""Figures of several sites as one: their mean, how far sites differ, and what a site not yet seen may show.

Variance between sites by Paule and Mandel (J Res Natl Bur Stand 1982;87:377; advised by Veroniki et al., Res Synth
Methods 2016;7:55); interval of the mean by Hartung and Knapp (Stat Med 2001;20:3875); prediction interval with k - 2
degrees of freedom (Higgins, Thompson and Spiegelhalter, J R Stat Soc A 2009;172:137). AUROC is pooled on the logit
scale, O:E on the log scale, the slope as it is (Debray et al., BMJ 2017;356:i6460).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import stdtrit

from fairness_audits.heterogeneity import Heterogeneity, heterogeneity
from fairness_audits.intervals import Interval

__all__ = ["FEWEST_TO_POOL", "PooledEffect", "pool"]

Array = npt.NDArray[np.float64]

# With two sites a prediction interval has no degree of freedom left.
FEWEST_TO_POOL = 3


@dataclass(frozen=True, kw_only=True)
class PooledEffect:
    """``between`` is the standard deviation of sites' true values; ``predicted`` where a further site's would lie."""

    mean: Interval
    predicted: Interval
    between: float
    sites: int
    heterogeneity: Heterogeneity


def pool(effect: Array, variance: Array) -> PooledEffect | None:
    """Of effects with known variances, on a scale that has no ends; None below `FEWEST_TO_POOL` sites."""
    sites = effect.size
    if sites < FEWEST_TO_POOL:
        return None
    squared = _between(effect, variance)
    weight = 1 / (variance + squared)
    mean = float(weight @ effect / weight.sum())
    spread = float(weight @ (effect - mean) ** 2) / (sites - 1)
    # Never narrower than the interval that knows the variances: with a few alike sites the factor falls below 1
    # (Jackson et al., Stat Med 2017;36:3923).
    error = math.sqrt(max(spread, 1.0) / weight.sum())
    half = float(stdtrit(sites - 1, 0.975)) * error
    further = float(stdtrit(sites - 2, 0.975)) * math.sqrt(squared + error**2)
    return PooledEffect(
        mean=Interval(mean, mean - half, mean + half),
        predicted=Interval(mean, mean - further, mean + further),
        between=math.sqrt(squared),
        sites=sites,
        heterogeneity=heterogeneity(effect, variance),
    )


def _between(effect: Array, variance: Array) -> float:
    """The variance at which Cochran's Q, with it counted in, is its own expectation; 0 where Q is below that."""

    def excess(squared: float) -> float:
        weight = 1 / (variance + squared)
        mean = weight @ effect / weight.sum()
        return float(weight @ (effect - mean) ** 2) - (effect.size - 1)

    if excess(0.0) <= 0:
        return 0.0
    highest = float(np.var(effect, ddof=1)) + 1e-12
    while excess(highest) > 0:
        highest *= 2
    return float(brentq(excess, 0.0, highest, xtol=1e-12))
