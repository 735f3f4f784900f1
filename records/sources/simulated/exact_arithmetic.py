"""The few functions of real numbers the simulation needs, from operations every machine rounds alike.

IEEE 754 fixes the result of + - * /, comparison and rounding to a whole number; it does not fix exp, nor a library's
interpolation (compilers may fuse a multiplication with an addition inside one C loop). Each numpy operation below is
a single IEEE operation on arrays, applied in a fixed order, so the same births come out anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["from_quantiles", "logistic", "pick", "rounded", "share_below"]

Numbers = NDArray[np.float64]

# ln 2 in two parts (Cody and Waite 1980): multiples of the first up to 2^11 are exact.
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_LOG2_E = 1.44269504088896338700
# 1/k! for k = 13..0: on |r| <= ln(2)/2 the first term left out is below 5e-18.
_INVERSE_FACTORIALS = (
    1 / 6227020800, 1 / 479001600, 1 / 39916800, 1 / 3628800, 1 / 362880, 1 / 40320, 1 / 5040, 1 / 720, 1 / 120,
    1 / 24, 1 / 6, 1 / 2, 1.0, 1.0,
)  # fmt: skip
_FURTHEST_LOGIT = 36.0  # 1 - logistic(36) is about the rounding unit of 1.0


def logistic(logit: Numbers) -> Numbers:
    """1 / (1 + exp(-logit)), with logits beyond +-36 taken as +-36."""
    exponent = np.clip(-logit, -_FURTHEST_LOGIT, _FURTHEST_LOGIT)
    twos = np.floor(exponent * _LOG2_E + 0.5)
    rest = (exponent - twos * _LN2_HIGH) - twos * _LN2_LOW
    series = np.full_like(rest, _INVERSE_FACTORIALS[0])
    for coefficient in _INVERSE_FACTORIALS[1:]:
        series *= rest
        series += coefficient
    return np.asarray(1.0 / (1.0 + np.ldexp(series, twos.astype(np.int32))))


def from_quantiles(uniform: Numbers, quantiles: Sequence[tuple[float, float]]) -> Numbers:
    """Values whose distribution runs in straight lines through ``quantiles``, pairs of (probability, value)."""
    probabilities = np.array([probability for probability, _ in quantiles])
    values = np.array([value for _, value in quantiles])
    left = np.clip(np.searchsorted(probabilities, uniform, side="right") - 1, 0, len(values) - 2)
    share = (uniform - probabilities[left]) / (probabilities[left + 1] - probabilities[left])
    return np.asarray(values[left] + share * (values[left + 1] - values[left]))


def share_below(values: Numbers, quantiles: Sequence[tuple[float, float]]) -> Numbers:
    """How much of what `from_quantiles` draws lies below each value; its quantiles must rise."""
    return np.clip(from_quantiles(values, [(value, probability) for probability, value in quantiles]), 0.0, 1.0)


def pick(uniform: Numbers, values: Sequence[int], weights: Sequence[float]) -> NDArray[np.int64]:
    """One of ``values`` for each number, with chances in proportion to ``weights``."""
    edges: list[float] = []
    total = 0.0
    for weight in weights:
        total += weight
        edges.append(total)
    chosen = np.searchsorted(np.array(edges[:-1]), uniform * total, side="right")
    return np.asarray(np.array(values, dtype=np.int64)[chosen])


def rounded(numbers: Numbers, decimals: int) -> Numbers:
    """To ``decimals`` places, a half going up."""
    scale = float(10**decimals)
    return np.asarray(np.floor(numbers * scale + 0.5) / scale)
