"""One set of observations on one chart: what triggers, what is missing, what is too old, and whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from models.early_warning.chart import Chart
from models.early_warning.freshness import Freshness, judge_freshness, repeat_interval
from models.early_warning.history import DERIVED_PRESSURE, history_of
from models.early_warning.observation import Observation, aware, checked
from models.early_warning.permission import Mode, refuse_unless_runnable
from models.early_warning.readings import ChartReading, read_chart
from models.early_warning.result import Action, EarlyWarning, Escalation, Reading, State
from models.early_warning.saturation_note import saturation_note
from models.early_warning.scope import Circumstances, check_scope
from models.early_warning.shock_index import shock_index
from models.early_warning.triggers import CONCERN, FiredTrigger, concern_trigger, fired_triggers
from models.early_warning.wording import mode_label, reading_note, statement
from records.concepts import concept

__all__ = ["evaluate"]


def evaluate(
    chart: Chart,
    observations: Iterable[Observation],
    *,
    at: datetime,
    mode: Mode,
    circumstances: Circumstances | None = None,
    repeat_minutes: int | None = None,
) -> EarlyWarning:
    """The chart's answer at a moment. The order of the observations does not matter; of each concept the latest counts.

    ``repeat_minutes`` may be given only in demo or evaluation mode, for an example chart that states no interval.
    Raises `UnfilledChart`, `UnsignedChart`, `AlteredChart`, `OutOfScope` and `RepeatIntervalRefused` for the chart;
    `UnknownConcept`, `WrongUnit`, `ImplausibleValue`, `UnknownCategory`, `NaiveTime`, `ImplausibleTime`,
    `FutureObservation` and `ImplausibleBloodPressure` for the observations.
    """
    refuse_unless_runnable(chart, mode)
    limit = repeat_interval(chart, mode, repeat_minutes)
    recorded = checked(observations, aware(at, "at"))
    history = history_of(chart, recorded)
    concern = concern_trigger(history.get(CONCERN, ()))
    scope_note = check_scope(chart, circumstances or Circumstances(), concern=concern is not None)

    readings = read_chart(chart, history)
    missing = _missing(chart, readings, history)
    freshness = judge_freshness(_required(chart, history), at=at, limit_minutes=limit, some_missing=bool(missing))
    triggers = (*((concern,) if concern else ()), *fired_triggers(chart, readings))
    state, action = _state(missing, freshness), _action(triggers)
    recorded_concepts = {observation.concept for observation in recorded}
    on_chart = {parameter.concept for parameter in chart.parameters} | _conditions(chart)
    return EarlyWarning(
        chart_id=chart.id,
        chart_title=chart.title,
        chart_version=chart.version,
        chart_sha256=chart.content_sha256,
        sign_off=chart.sign_off_status,
        mode=mode,
        label=mode_label(mode),
        evaluated_at=at,
        state=state,
        action=action,
        statement=statement(action, state, triggers, missing, freshness),
        missing=missing,
        not_recorded=tuple(p.concept for p in chart.parameters if not p.required and p.concept not in history),
        not_on_chart=tuple(sorted(recorded_concepts - on_chart - {CONCERN})),
        readings=tuple(_shown(chart, reading, recorded, at) for reading in readings),
        total_score=None if chart.colours else sum(reading.level or 0 for reading in readings),
        total_is_lower_bound=not chart.colours and bool(missing),
        triggers=triggers,
        escalation=_escalation(chart, action),
        freshness=freshness,
        shock_index=shock_index(history),
        saturation_note=saturation_note(readings),
        scope_note=scope_note,
    )


def _missing(
    chart: Chart, readings: Sequence[ChartReading], history: Mapping[str, Sequence[Observation]]
) -> tuple[str, ...]:
    """Required parameters without a value the chart can judge, and the conditions they need, in the chart's order."""
    judged = {reading.parameter.concept for reading in readings if reading.level is not None}
    missing: dict[str, None] = {}
    for parameter in chart.parameters:
        if parameter.required and parameter.concept not in judged:
            missing[parameter.concept] = None
        if parameter.required and parameter.normal_only_when and parameter.normal_only_when[0] not in history:
            missing[parameter.normal_only_when[0]] = None
    return tuple(missing)


def _required(chart: Chart, history: Mapping[str, Sequence[Observation]]) -> dict[str, datetime]:
    required = [parameter.concept for parameter in chart.parameters if parameter.required]
    return {name: history[name][-1].observed_at for name in (*required, *sorted(_conditions(chart))) if name in history}


def _conditions(chart: Chart) -> set[str]:
    return {parameter.normal_only_when[0] for parameter in chart.parameters if parameter.normal_only_when}


def _state(missing: Sequence[str], freshness: Freshness) -> State:
    if missing:
        return "INCOMPLETE"
    return "STALE" if freshness.stale else "COMPLETE"


def _action(triggers: Sequence[FiredTrigger]) -> Action:
    if any(trigger.confirmed for trigger in triggers):
        return "escalate"
    return "confirm" if triggers else "none triggered"


def _escalation(chart: Chart, action: Action) -> Escalation:
    plan = chart.escalation
    return Escalation(now=action == "escalate", who=plan.who, within_minutes=plan.within_minutes, text=plan.text)


def _shown(chart: Chart, reading: ChartReading, recorded: Sequence[Observation], at: datetime) -> Reading:
    latest, previous, level = reading.latest, reading.previous, reading.level
    assert latest.value is not None
    return Reading(
        concept=latest.concept,
        title=concept(latest.concept).title,
        value=latest.value,
        unit=latest.unit,
        observed_at=latest.observed_at,
        age_minutes=(at - latest.observed_at) / timedelta(minutes=1),
        colour=chart.colours[level] if chart.colours and level is not None else None,
        score=level if not chart.colours else None,
        abnormal=reading.is_abnormal,
        confirmed=reading.is_confirmed if reading.is_abnormal else None,
        derived=latest.concept == DERIVED_PRESSURE and latest not in recorded,
        previous_value=previous.value if previous else None,
        previous_at=previous.observed_at if previous else None,
        note=reading_note(reading),
    )
