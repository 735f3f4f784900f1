"""How old the values are against the chart's repeat interval, and when the next set is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.early_warning.chart import Chart
from models.early_warning.permission import Mode
from models.early_warning.refusals import RepeatIntervalRefused

__all__ = ["Freshness", "judge_freshness", "repeat_interval"]


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """Ages in minutes of what the chart requires. ``limit_minutes`` None: the chart states no interval, so no value
    can be called fresh or stale. ``stale`` is (concept, age) of those older than the limit."""

    limit_minutes: int | None
    oldest_minutes: float | None
    stale: tuple[tuple[str, float], ...]
    repeat_due: datetime | None
    note: str | None


def repeat_interval(chart: Chart, mode: Mode, brought: int | None) -> int | None:
    """The chart's own interval. One may be brought for a demonstration or an evaluation of an example that has none.

    Raises `RepeatIntervalRefused`: there is no default, and a chart's own interval is not overridden.
    """
    if brought is None:
        return chart.repeat_minutes
    if mode == "live" or chart.repeat_minutes is not None:
        raise RepeatIntervalRefused(f"chart {chart.id!r}: the repeat interval is the chart's own, not the request's")
    if brought <= 0:
        raise RepeatIntervalRefused("a repeat interval is a number of minutes above 0")
    return brought


def judge_freshness(
    required: Mapping[str, datetime], *, at: datetime, limit_minutes: int | None, some_missing: bool
) -> Freshness:
    """``required`` holds when each required concept that is recorded was last observed.

    The next set is due an interval after the oldest of them, and at once where one is missing.
    """
    ages = {concept: (at - observed) / timedelta(minutes=1) for concept, observed in required.items()}
    oldest = max(ages.values(), default=None)
    if limit_minutes is None:
        return Freshness(limit_minutes=None, oldest_minutes=oldest, stale=(), repeat_due=None, note=_not_judged(oldest))
    due = at if some_missing or oldest is None else at + timedelta(minutes=limit_minutes - oldest)
    return Freshness(
        limit_minutes=limit_minutes,
        oldest_minutes=oldest,
        stale=tuple((concept, age) for concept, age in ages.items() if age > limit_minutes),
        repeat_due=due,
        note=None,
    )


def _not_judged(oldest_minutes: float | None) -> str:
    age = "" if oldest_minutes is None else f"The oldest of these values is {oldest_minutes:.0f} minutes old. "
    return f"{age}This chart states no repeat interval, so no value can be called fresh or too old."
