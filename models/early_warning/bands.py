"""The law of a chart's row: every value has exactly one band, and how a value finds it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from models.early_warning.chart import Band, Parameter
from models.early_warning.refusals import ChartGap, ChartOverlap, MalformedChart

__all__ = ["boundaries", "check_bands", "level_of"]

# Decimals kept of a recorded value: conversions between units leave noise far below any chart's resolution.
_DECIMALS = 6


def check_bands(where: str, bands: Sequence[Band], resolution: float) -> None:
    """Raise `ChartGap`, `ChartOverlap` or `MalformedChart` unless the bands own every value of the grid once."""
    if not bands:
        raise ChartGap(f"{where}: no band owns any value")
    for band in bands:
        _check_band(where, band, resolution)
    ordered = sorted(bands, key=lambda band: (band.low, band.high))
    if ordered[0].low != -math.inf:
        raise ChartGap(f"{where}: nothing owns the values below {ordered[0].low:g}; the lowest band starts at -inf")
    for lower, upper in pairwise(ordered):
        if lower.high < upper.low:
            raise ChartGap(f"{where}: nothing owns the values from {lower.high:g} up to {upper.low:g}")
        if lower.high > upper.low:
            raise ChartOverlap(f"{where}: two bands own the values from {upper.low:g} up to {lower.high:g}")
    if ordered[-1].high != math.inf:
        raise ChartGap(f"{where}: nothing owns the values from {ordered[-1].high:g} up; the highest band ends at inf")


def _check_band(where: str, band: Band, resolution: float) -> None:
    # Written so that NaN, which no comparison holds for, is refused too.
    if not band.low < band.high:
        raise MalformedChart(f"{where}: a band from {band.low:g} to {band.high:g} holds no value; low is below high")
    for edge in (band.low, band.high):
        if math.isfinite(edge) and _exact(edge) % _exact(resolution) != 0:
            raise MalformedChart(f"{where}: the edge {edge:g} is not on the grid of {resolution:g}")


def level_of(parameter: Parameter, value: float | str | bool) -> int:
    """The level of one recorded value, in the parameter's unit.

    A value recorded more finely than the chart's resolution takes the worse of the grid cells on either side. For an
    edge that a source writes as 'above 160' or 'below 90' this is exact (160.5 is above 160, 89.5 below 90), and it is
    never milder than the source.
    """
    if isinstance(value, bool):
        return dict(parameter.categories)["yes" if value else "no"]
    if isinstance(value, str):
        return dict(parameter.categories)[value]
    return max(_owner(parameter.bands, cell).level for cell in _grid_cells(value, parameter.resolution))


def boundaries(parameter: Parameter) -> tuple[float, ...]:
    """The edges at which the level changes, ascending; each belongs to the band above it."""
    ordered = sorted(parameter.bands, key=lambda band: band.low)
    return tuple(upper.low for lower, upper in pairwise(ordered) if lower.level != upper.level)


def _owner(bands: Sequence[Band], value: float) -> Band:
    (band,) = (band for band in bands if band.low <= value < band.high)
    return band


def _grid_cells(value: float, resolution: float) -> tuple[float, float]:
    step, exact = _exact(resolution), _exact(round(value, _DECIMALS))
    below = (exact / step).to_integral_value(ROUND_FLOOR) * step
    above = below if below == exact else below + step
    return float(below), float(above)


def _exact(number: float) -> Decimal:
    return Decimal(str(number))
