"""What one evaluation of a chart says."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any, Literal

from models.early_warning.chart import SignOffStatus
from models.early_warning.freshness import Freshness
from models.early_warning.permission import Mode
from models.early_warning.shock_index import ShockIndex
from models.early_warning.triggers import FiredTrigger

__all__ = ["Action", "EarlyWarning", "Escalation", "Reading", "State"]

State = Literal["COMPLETE", "INCOMPLETE", "STALE"]
Action = Literal["escalate", "confirm", "none triggered"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The latest recorded value of one parameter, in its own unit, and its cell on the chart.

    ``colour`` or ``score`` is set, by the kind of chart; both are None for a value the chart cannot judge.
    ``confirmed`` is None unless the value is abnormal. ``derived`` values were worked out from other observations.
    """

    concept: str
    title: str
    value: float | str | bool
    unit: str | None
    observed_at: datetime
    age_minutes: float
    colour: str | None
    score: int | None
    abnormal: bool
    confirmed: bool | None
    derived: bool
    previous_value: float | str | bool | None
    previous_at: datetime | None
    note: str | None


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """Whether to escalate now, to whom, within how many minutes (None: the site decides), and the chart's words."""

    now: bool
    who: str
    within_minutes: int | None
    text: str


@dataclass(frozen=True, kw_only=True)
class EarlyWarning:
    """One set of observations on one chart.

    ``state`` is INCOMPLETE where a required parameter is not recorded or cannot be judged (``missing``), else STALE
    where one is older than the repeat interval, else COMPLETE. It says nothing of how she is: ``action`` does, and
    triggers fire in every state. ``not_recorded`` are the optional parameters without a value, ``not_on_chart`` the
    concepts observed that the chart has no row for (a concern counts with or without a row). ``total_score`` is None
    on a coloured chart, and a lower bound where ``total_is_lower_bound``. ``label`` is set outside live use.
    """

    chart_id: str
    chart_title: str
    chart_version: str
    chart_sha256: str
    sign_off: SignOffStatus
    mode: Mode
    label: str | None
    evaluated_at: datetime
    state: State
    action: Action
    statement: str
    missing: tuple[str, ...]
    not_recorded: tuple[str, ...]
    not_on_chart: tuple[str, ...]
    readings: tuple[Reading, ...]
    total_score: int | None
    total_is_lower_bound: bool
    triggers: tuple[FiredTrigger, ...]
    escalation: Escalation
    freshness: Freshness
    shock_index: ShockIndex
    saturation_note: str | None
    scope_note: str | None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; times in ISO 8601 with their offset."""
        plain: dict[str, Any] = _plain(self)
        return plain


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
