"""The calibration curve: risk told against risk seen, in bands of everyone's risks, for everyone and each group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.effective_counts import printed_size
from fairness_audits.figures import Figure, Section
from fairness_audits.levels import EVERYONE, Level
from fairness_audits.printed_rates import mean_of_risks, ratio, share

__all__ = ["CalibrationCurve", "CalibrationPoint", "calibration_curves"]

BANDS = (10, 5, 2)


@dataclass(frozen=True, kw_only=True)
class CalibrationPoint:
    """One band: mean risk told, share that had the outcome, the one over the other, women."""

    told: Figure
    seen: Figure
    observed_to_expected: Figure
    women: int

    def to_dict(self) -> dict[str, Any]:
        figures = ("told", "seen", "observed_to_expected")
        return {**{name: getattr(self, name).to_dict() for name in figures}, "women": self.women}


@dataclass(frozen=True, kw_only=True)
class CalibrationCurve:
    """Without ``points`` where even two bands are too small to print."""

    section: Section
    group: str
    points: tuple[CalibrationPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        return {**self.section.to_dict(), "group": self.group, "points": [point.to_dict() for point in self.points]}


def calibration_curves(
    section: Section, rows: pl.DataFrame, level: Level | None, rule: DisclosureRule
) -> tuple[CalibrationCurve, ...]:
    """Bands hold an equal share of all women (a bin is never split) and are the same for every group.

    Risk told and share seen are weighted, the limits of effective size; ``women`` are counted.

    A group gets as many bands as can all be printed: to leave out those with a few events would bend its curve.
    """
    known = rows.filter(pl.col("bin").is_not_null() & pl.col("observed").is_not_null())
    if not known.height:
        return ()
    rising = known.group_by("bin").agg(pl.col("n").sum()).sort("bin")
    placed = (rising["n"].cum_sum() - 0.5 * rising["n"]) / float(rising["n"].sum())
    known = known.join(rising.select("bin").with_columns(placed=placed), on="bin", how="left")
    parts = [(EVERYONE, known)]
    if level is not None:
        labelled = level.labelled(known)
        parts += [(group, labelled.filter(pl.col("group") == group)) for group in level.groups]
    return tuple(_curve(section, group, part, rule) for group, part in parts)


def _curve(section: Section, group: str, part: pl.DataFrame, rule: DisclosureRule) -> CalibrationCurve:
    for bands in BANDS:
        points = [_point(row, rule) for row in _banded(part, bands).iter_rows(named=True)]
        printed = tuple(point for point in points if point is not None)
        if printed and len(printed) == len(points):
            return CalibrationCurve(section=section, group=group, points=printed)
    return CalibrationCurve(section=section, group=group, points=())


def _banded(part: pl.DataFrame, bands: int) -> pl.DataFrame:
    event = pl.col("observed").cast(pl.Float64)
    return (
        part.group_by((pl.col("placed") * bands).floor().alias("band"))
        .agg(
            women=pl.col("n").sum(),
            events=(pl.col("n") * event).sum(),
            risk=pl.col("risk").sum() / pl.col("weight").sum(),
            share=(pl.col("weight") * event).sum() / pl.col("weight").sum(),
            size=pl.col("weight").sum() ** 2 / pl.col("weight_squared").sum(),
        )
        .sort("band")
    )


def _point(band: Mapping[str, float], rule: DisclosureRule) -> CalibrationPoint | None:
    """None where the counts of its women may not be printed, or, weighted, their effective numbers."""
    women, events = rule.count(band["women"]), rule.count(band["events"])
    if women is None or share("event_rate", events, women, rule).value is None:
        return None
    size = band["size"]
    had, of = printed_size(band["share"] * size, rule), printed_size(size, rule)
    seen = share("event_rate", had, of, rule)
    if seen.value is None:
        return None
    told = mean_of_risks(band["risk"], women, rule)
    return CalibrationPoint(told=told, seen=seen, observed_to_expected=ratio(had, of, told, rule), women=women)
