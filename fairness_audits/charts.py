"""Positions for the page's drawings, in percent of their width or height; the drawing itself is in the templates.

Small drawings of the printed figures, each beside its number, need no plotting library and stay sharp at any width.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from fairness_audits.calibration_curve import CalibrationCurve
from fairness_audits.decision_curve import DecisionCurve
from fairness_audits.figures import Figure, percent_text

__all__ = [
    "CurveDrawing",
    "Scale",
    "WorthDrawing",
    "area_scale",
    "common_edge",
    "curve_drawing",
    "ratio_scale",
    "share_scale",
    "worth_drawing",
]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """From a figure's value to percent of the width, from left; ``ticks`` are (percent, label)."""

    lowest: float
    highest: float
    is_logarithmic: bool
    ticks: tuple[tuple[float, str], ...] = ()

    def place(self, value: float | None) -> float | None:
        if value is None:
            return None
        low, high, at = self.lowest, self.highest, min(max(value, self.lowest), self.highest)
        if self.is_logarithmic:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return round(4 + 92 * (at - low) / (high - low), 2)

    def mark(self, figure: Figure) -> dict[str, float | None] | None:
        """Where dot and line go; None where there is nothing to draw."""
        if figure.value is None:
            return None
        return {"at": self.place(figure.value), "low": self.place(figure.low), "high": self.place(figure.high)}


def share_scale(figures: Iterable[Figure]) -> Scale:
    """From 0 to the highest limit, rounded up to the next tenth."""
    limits = [limit for f in figures for limit in (f.value, f.high) if limit is not None]
    highest = min(1.0, math.ceil(max(limits, default=1.0) * 10) / 10) or 0.1
    scale = Scale(lowest=0.0, highest=highest, is_logarithmic=False)
    steps = [highest * part / 2 for part in range(3)]
    return _ticked(scale, [(step, f"{step * 100:g}") for step in steps])


def area_scale(figures: Iterable[Figure]) -> Scale:
    """From a coin's 0.5, or lower where a limit is, to 1."""
    limits = [limit for f in figures for limit in (f.value, f.low) if limit is not None]
    lowest = min(0.5, math.floor(min(limits, default=0.5) * 10) / 10)
    scale = Scale(lowest=lowest, highest=1.0, is_logarithmic=False)
    return _ticked(scale, [(step, f"{step:g}") for step in (lowest, round((lowest + 1) / 2, 2), 1.0)])


def ratio_scale(figures: Iterable[Figure]) -> Scale:
    """Logarithmic around 1, wide enough for every limit: at least from half to double, at most from a fifth to five."""
    limits = [limit for f in figures for limit in (f.low, f.high) if limit is not None and limit > 0]
    widest = max((max(limit, 1 / limit) for limit in limits), default=2.0)
    edge = min(max(2.0, math.ceil(widest * 10) / 10), 5.0)
    scale = Scale(lowest=1 / edge, highest=edge, is_logarithmic=True)
    return _ticked(scale, [(0.5, "0.5"), (1.0, "1"), (2.0, "2")])


def _ticked(scale: Scale, ticks: list[tuple[float, str]]) -> Scale:
    placed = tuple((scale.place(value) or 0.0, label) for value, label in ticks)
    return Scale(lowest=scale.lowest, highest=scale.highest, is_logarithmic=scale.is_logarithmic, ticks=placed)


@dataclass(frozen=True, kw_only=True)
class CurveDrawing:
    """A calibration curve in a square of 100 by 100, origin at the top left."""

    group: str
    dots: tuple[dict[str, float], ...]
    path: str
    highest: str


def curve_drawing(curve: CalibrationCurve, *, highest: float) -> CurveDrawing | None:
    """All curves of one model share ``highest``, to be compared by eye. None with fewer than two points."""
    dots = []
    for point in curve.points:
        if point.told.value is None or point.seen.value is None:
            continue
        dots.append(
            {
                "x": _within(point.told.value, highest),
                "y": 100 - _within(point.seen.value, highest),
                "low": 100 - _within(point.seen.low or 0.0, highest),
                "high": 100 - _within(point.seen.high or 0.0, highest),
            }
        )
    if len(dots) < 2:
        return None
    path = " ".join(f"{'L' if n else 'M'}{dot['x']} {dot['y']}" for n, dot in enumerate(dots))
    return CurveDrawing(group=curve.group, dots=tuple(dots), path=path, highest=f"{highest * 100:g} %")


def _within(value: float, highest: float) -> float:
    return round(100 * min(value / highest, 1.0), 2)


def common_edge(curves: Iterable[CalibrationCurve]) -> float:
    """The edge of the square that every curve is drawn in."""
    seen = [limit for curve in curves for p in curve.points for limit in (p.told.value, p.seen.value) if limit]
    top = max(seen, default=0.1)
    step = 0.05 if top < 0.4 else 0.1
    return min(1.0, round(math.ceil(top / step) * step, 2)) if top > 0.02 else 0.02


@dataclass(frozen=True, kw_only=True)
class WorthDrawing:
    """A decision curve in a square of 100 by 100; ``zero`` is the height of flagging nobody, ``bars`` the limits."""

    model: str
    everyone: str
    bars: tuple[dict[str, float], ...]
    zero: float
    first: str
    last: str


def worth_drawing(curve: DecisionCurve) -> WorthDrawing | None:
    """Each group on its own scale, since net benefit is not compared between groups. None with fewer than two points.

    Flagging everyone falls far below 0 at high thresholds: its line is cut off where the model's limits end.
    """
    points = [p for p in curve.points if p.model.net_benefit.value is not None]
    if len(points) < 2:
        return None
    worth = [p.model.net_benefit for p in points]
    limits = [limit for f in worth for limit in (f.value, f.low, f.high, 0.0) if limit is not None]
    low, high = min(limits), max(limits)
    across = [round(100 * n / (len(points) - 1), 2) for n in range(len(points))]

    def height(value: float) -> float:
        return round(100 - 100 * (min(max(value, low), high) - low) / ((high - low) or 1.0), 2)

    def path(values: list[float | None]) -> str:
        placed = [(x, height(v)) for x, v in zip(across, values, strict=True) if v is not None]
        return " ".join(f"{'L' if n else 'M'}{x} {y}" for n, (x, y) in enumerate(placed))

    return WorthDrawing(
        model=path([f.value for f in worth]),
        everyone=path([p.everyone.net_benefit.value for p in points]),
        bars=tuple(
            {"x": x, "low": height(f.low), "high": height(f.high)}
            for x, f in zip(across, worth, strict=True)
            if f.low is not None and f.high is not None
        ),
        zero=height(0.0),
        first=f"{percent_text(round(points[0].threshold, 3))} %",
        last=f"{percent_text(round(points[-1].threshold, 3))} %",
    )
