"""The calibration curve: risk told against risk seen, in ten bands of everyone's risks, for everyone and each group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure, Section, figure
from fairness_audits.intervals import Interval, wilson
from fairness_audits.levels import EVERYONE, Level

__all__ = ["CalibrationCurve", "CalibrationPoint", "calibration_curves"]

BANDS = 10


@dataclass(frozen=True, kw_only=True)
class CalibrationPoint:
    """One band: mean risk told, share that had the outcome, women."""

    told: Figure
    seen: Figure
    women: int

    def to_dict(self) -> dict[str, Any]:
        return {"told": self.told.to_dict(), "seen": self.seen.to_dict(), "women": self.women}


@dataclass(frozen=True, kw_only=True)
class CalibrationCurve:
    """Bands too small to print are left out of ``points``."""

    section: Section
    group: str
    points: tuple[CalibrationPoint, ...]

    def to_dict(self) -> dict[str, Any]:
        return {**self.section.to_dict(), "group": self.group, "points": [point.to_dict() for point in self.points]}


def calibration_curves(
    section: Section, rows: pl.DataFrame, level: Level | None, rule: DisclosureRule
) -> tuple[CalibrationCurve, ...]:
    """Bands hold a tenth of all women each (a bin is never split); the same bands for every group."""
    known = rows.filter(pl.col("bin").is_not_null() & pl.col("observed").is_not_null())
    if not known.height:
        return ()
    falling = known.group_by("bin").agg(pl.col("n").sum()).sort("bin")
    placed = (falling["n"].cum_sum() - 0.5 * falling["n"]) / float(falling["n"].sum())
    band_of = falling.select("bin").with_columns(band=(placed * BANDS).floor().cast(pl.Int32))
    banded = known.join(band_of, on="bin", how="left")
    parts = [(EVERYONE, banded)]
    if level is not None:
        labelled = level.labelled(banded)
        parts += [(group, labelled.filter(pl.col("group") == group)) for group in level.groups]
    return tuple(_curve(section, group, part, rule) for group, part in parts)


def _curve(section: Section, group: str, part: pl.DataFrame, rule: DisclosureRule) -> CalibrationCurve:
    event = pl.col("observed").cast(pl.Float64)
    bands = (
        part.group_by("band")
        .agg(
            women=pl.col("n").sum(),
            events=(pl.col("n") * event).sum(),
            risk=pl.col("risk").sum() / pl.col("weight").sum(),
        )
        .sort("band")
    )
    points = [_point(row["women"], row["events"], row["risk"], rule) for row in bands.iter_rows(named=True)]
    return CalibrationCurve(section=section, group=group, points=tuple(point for point in points if point is not None))


def _point(women: float, events: float, risk: float, rule: DisclosureRule) -> CalibrationPoint | None:
    size, seen = rule.count(women), rule.count(events)
    if size is None or seen is None or not rule.can_divide_by(size):
        return None
    return CalibrationPoint(
        told=figure("mean_risk", Interval(risk, float("nan"), float("nan"))),
        seen=figure("event_rate", wilson(min(seen, size), size)),
        women=size,
    )
