"""The fixed grid of risk bins: the same everywhere, so that counts of different hospitals add up.

1,024 bins of equal width in log-odds from -10 to 10, the outermost open (a risk of 0 or 1 has a bin). A declared
threshold splits the bin it falls in, so a figure at that threshold is exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

__all__ = ["BINS", "bin_lower_risk", "bin_of", "cut_of"]

BINS = 1024
LOWEST_LOGIT = -10.0
HIGHEST_LOGIT = 10.0
WIDTH = (HIGHEST_LOGIT - LOWEST_LOGIT) / (BINS - 2)


def bin_of(risk: pl.Expr) -> pl.Expr:
    """Bin number from 0, rising with risk; null where the risk is null."""
    logit = (risk / (1.0 - risk)).log().clip(LOWEST_LOGIT - WIDTH, HIGHEST_LOGIT)
    return ((logit - LOWEST_LOGIT) / WIDTH).floor().cast(pl.Int16) + 1


def cut_of(risk: pl.Expr, thresholds: Sequence[float]) -> pl.Expr:
    """How many of the declared ``thresholds`` the risk reaches; a risk equal to one reaches it."""
    reached = pl.lit(0, dtype=pl.Int8)
    for threshold in thresholds:
        reached = reached + (risk >= threshold).cast(pl.Int8)
    return reached


def bin_lower_risk(number: int) -> float:
    """The lowest risk of a bin."""
    if number <= 0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-(LOWEST_LOGIT + (number - 1) * WIDTH)))
