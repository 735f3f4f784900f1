"""POST /v1/early-warning: one set of observations on one chart. It needs no model, no registry and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.early_warning import SETTINGS, Chart, Circumstances, Mode, Observation, evaluate
from models.early_warning.result import EarlyWarning
from records.concepts import CONCEPTS
from records.errors import EquipartumError
from serving.concern import body_concern, concern_answer
from serving.facts import RefusedFact, checked_value, escaped
from serving.guard import SAFETY
from serving.json_responses import json_response
from serving.problems import Problem, Refusal, RefusedRequest, led_by
from serving.state import Serving, serving_of
from serving.strict_json import read_json

__all__ = ["LONGEST_INTERVAL_MINUTES", "MOST_OBSERVATIONS", "mode_of", "post_early_warning"]

MEMBERS = ("chart", "observations", "at", "setting", "days_after_birth", "repeat_minutes")
OBSERVATION_MEMBERS = ("concept", "value", "unit", "observed_at", "over_minutes")
MOST_OBSERVATIONS = 1000
# A week: longer than any chart repeats, and than any value is averaged over.
LONGEST_INTERVAL_MINUTES = 10_080
CLOCK_SKEW = timedelta(seconds=60)


async def post_early_warning(http: Request) -> Response:
    serving = serving_of(http)
    _, document = await read_json(http, serving.settings.request_body_limit, body_concern)
    concern = http.scope[SAFETY] = concern_answer(document)
    try:
        result = _evaluated(document, serving)
    except Problem as problem:
        raise led_by(problem, concern) from None
    return json_response(result.to_dict(), notice=result.label)


def _evaluated(document: Any, serving: Serving) -> EarlyWarning:
    chart, observations, at, circumstances, repeat = _read(document, serving)
    try:
        return evaluate(
            chart, observations, at=at, mode=mode_of(serving), circumstances=circumstances, repeat_minutes=repeat
        )
    except EquipartumError as refusal:
        raise Problem(status=422, title=type(refusal).__name__, detail=str(refusal)) from None


def mode_of(serving: Serving) -> Mode:
    """Only a demonstration runs a chart that no site has signed."""
    return "demo" if serving.settings.mode == "demo" else "live"


def _read(document: Any, serving: Serving) -> tuple[Chart, list[Observation], datetime, Circumstances, int | None]:
    if not isinstance(document, dict):
        raise _refused([Refusal(pointer="#", detail="a request is an object", value=document)])
    refusals = [
        Refusal(pointer=f"#/{escaped(name)}", detail="the contract has no such member")
        for name in document
        if name not in MEMBERS
    ]
    chart = _chart(document.get("chart"), serving, refusals)
    observations = _observations(document.get("observations"), refusals)
    at = datetime.now(UTC)
    if document.get("at") is not None:
        at = _time(document["at"], "#/at", refusals) or at
    else:
        observations = [_not_ahead(observation, at) for observation in observations]
    setting = document.get("setting")
    if setting is not None and setting not in SETTINGS:
        accepted = {"one_of": [*SETTINGS, None]}
        refusals.append(Refusal(pointer="#/setting", detail="not a setting", accepted=accepted, value=setting))
    days = _whole(document, "days_after_birth", 0, 366, refusals)
    repeat = _whole(document, "repeat_minutes", 1, LONGEST_INTERVAL_MINUTES, refusals)
    if refusals or chart is None:
        raise _refused(refusals)
    return chart, observations, at, Circumstances(setting=setting, days_after_birth=days), repeat


def _refused(refusals: list[Refusal]) -> Problem:
    return RefusedRequest(refusals).problem({})


def _chart(given: Any, serving: Serving, refusals: list[Refusal]) -> Chart | None:
    if isinstance(given, str) and given in serving.charts:
        return serving.charts[given]
    known = serving.refused_charts.get(given) if isinstance(given, str) else None
    detail = f"this chart cannot be used: {known}" if known is not None else "name one of the charts there are"
    refusals.append(Refusal(pointer="#/chart", detail=detail, accepted={"one_of": sorted(serving.charts)}, value=given))
    return None


def _observations(given: Any, refusals: list[Refusal]) -> list[Observation]:
    if not isinstance(given, list) or len(given) > MOST_OBSERVATIONS:
        refusals.append(
            Refusal(
                pointer="#/observations",
                detail=f"observations is a list of at most {MOST_OBSERVATIONS} observations",
                accepted={"type": "array", "maximum_items": MOST_OBSERVATIONS},
                value=given,
            )
        )
        return []
    read = (_observation(item, f"#/observations/{place}", refusals) for place, item in enumerate(given))
    return [observation for observation in read if observation is not None]


def _observation(given: Any, pointer: str, refusals: list[Refusal]) -> Observation | None:
    if not isinstance(given, dict):
        refusals.append(Refusal(pointer=pointer, detail="an observation is an object", value=given))
        return None
    before = len(refusals)
    refusals += [
        Refusal(pointer=f"{pointer}/{escaped(name)}", detail="an observation has no such member")
        for name in given
        if name not in OBSERVATION_MEMBERS
    ]
    name = given.get("concept")
    if not isinstance(name, str) or name not in CONCEPTS:
        refusals.append(Refusal(pointer=f"{pointer}/concept", detail="no concept has this name: see /openapi.json"))
        return None
    value = None
    try:
        value = checked_value(CONCEPTS[name], given.get("value"), given.get("unit"), pointer)
    except RefusedFact as refused:
        refusals.append(refused.refusal)
    observed_at = _time(given.get("observed_at"), f"{pointer}/observed_at", refusals)
    over = _whole(given, "over_minutes", 0, LONGEST_INTERVAL_MINUTES, refusals, pointer)
    if len(refusals) > before or observed_at is None:
        return None
    # `checked_value` has brought it to the concept's own unit.
    return Observation(
        concept=name, value=value, unit=CONCEPTS[name].unit, observed_at=observed_at, over_minutes=over or 0
    )


def _not_ahead(observation: Observation, now: datetime) -> Observation:
    """A bedside clock a little ahead of this one's has observed now."""
    if now < observation.observed_at <= now + CLOCK_SKEW:
        return replace(observation, observed_at=now)
    return observation


def _time(given: Any, pointer: str, refusals: list[Refusal]) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        example = {"example": "2026-03-01T09:30:00+00:00"}
        detail = "a time is given as RFC 3339, with its offset from UTC"
        refusals.append(Refusal(pointer=pointer, detail=detail, accepted=example))
        return None
    return moment


def _whole(
    members: Mapping[str, Any], name: str, low: int, high: int, refusals: list[Refusal], pointer: str = "#"
) -> int | None:
    """A whole number in a range, or null."""
    given = members.get(name)
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and low <= given <= high):
        return given
    refusals.append(
        Refusal(
            pointer=f"{pointer}/{name}",
            detail=f"{name} is a whole number from {low} to {high}, or null",
            accepted={"minimum": low, "maximum": high},
            value=given,
        )
    )
    return None
