"""Whom and where a chart is for: pregnancy and some days after birth, and the settings it leaves out."""

from __future__ import annotations

from dataclasses import dataclass

from models.early_warning.chart import Chart
from models.early_warning.refusals import OutOfScope

__all__ = ["SETTINGS", "Circumstances", "check_scope"]

SETTINGS = ("ward", "triage", "community", "established_labour", "theatre", "high_dependency")


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Where she is, and how many days ago she gave birth. None is 'not stated'; days are None in pregnancy too."""

    setting: str | None = None
    days_after_birth: int | None = None


def check_scope(chart: Chart, circumstances: Circumstances, *, concern: bool) -> str | None:
    """Raise `OutOfScope`, or return what could not be checked.

    A recorded concern is named in the refusal: it needs no chart.
    """
    setting, days = circumstances.setting, circumstances.days_after_birth
    if setting is not None and setting not in SETTINGS:
        raise OutOfScope(f"no setting is called {setting!r}; there are: {', '.join(SETTINGS)}")
    if days is not None and days < 0:
        raise OutOfScope("days after birth are 0 or more")
    act = " A concern was recorded: escalate it now, it needs no chart." if concern else ""
    if setting in chart.scope.out_of_scope:
        raise OutOfScope(f"chart {chart.id!r} is not for {setting}: use that setting's own chart.{act}")
    covered = chart.scope.days_after_birth
    if days is not None and covered is not None and days > covered:
        raise OutOfScope(f"chart {chart.id!r} covers pregnancy and {covered} days after birth, no longer.{act}")
    unchecked = ["the setting was not stated"] if setting is None else []
    if covered is None:
        unchecked.append("the chart does not state how long after birth it holds")
    elif days is None:
        unchecked.append("the days after birth were not stated")
    return f"Scope not fully checked: {'; '.join(unchecked)}." if unchecked else None
