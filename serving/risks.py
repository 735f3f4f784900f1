"""POST /v1/risks on one screen: the safety rule, the request, the scores, the log, the answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.nesting import bounded
from models.release import registered_name
from serving.answers import Judgement, answer
from serving.champion import Champion, withheld_because
from serving.contract import RiskRequest, read_risk_request
from serving.database.refusals import LogUnavailable, ReusedKey
from serving.guard import SAFETY
from serving.json_responses import json_response
from serving.problems import Problem, RefusedRequest, led_by
from serving.safety import body_safety, safety_answer
from serving.scoring import NotScored, Scored, score
from serving.state import Serving, serving_of
from serving.strict_json import read_json

__all__ = ["answered", "judge", "post_risks"]

LONGEST_KEY = 255


async def post_risks(http: Request) -> Response:
    serving = serving_of(http)
    body, document = await read_json(http, serving.settings.request_body_limit, body_safety)
    http.scope[SAFETY] = safety_answer(document)
    key = _idempotency_key(http, document)
    content = await answered(serving, document, body=body, idempotency_key=key)
    return json_response(content, notice=content["notice"])


async def answered(
    serving: Serving, document: Any, *, body: bytes, idempotency_key: str | None = None
) -> dict[str, Any]:
    """The answer to one request. Raises `Problem`, with the safety rule's answer in it where there is one."""
    safety = safety_answer(document)
    first = {} if safety is None else {"safety": safety}
    try:
        request = read_risk_request(document)
    except RefusedRequest as refused:
        raise refused.problem(first) from None
    judgements = judge(serving, request)
    request_id, predicted_at = uuid.uuid4().hex, datetime.now(UTC)
    try:
        entry = await serving.log.record(request, judgements, body=body, idempotency_key=idempotency_key)
        request_id, predicted_at = entry.request_id, entry.predicted_at
    except LogUnavailable as unavailable:
        judgements = {name: _not_logged(judgement, unavailable) for name, judgement in judgements.items()}
    except ReusedKey as reused:
        raise Problem(status=409, title="Key used before", detail=str(reused), extension=first) from None
    if safety is None:
        _refuse_without_risks(request, judgements)
    return answer(request, judgements, safety=safety, request_id=request_id, predicted_at=predicted_at)


def judge(serving: Serving, request: RiskRequest) -> dict[str, Judgement]:
    """One reading of the champions for all outcomes of a request, each scored once.

    An outcome that lies within others is told no higher than those are told, whether they were asked for or not.
    """
    champions = serving.champions.current()
    found: dict[str, Judgement] = {}

    def risk_of(outcome: str) -> float | None:
        judgement = own(outcome)
        return judgement.risk if isinstance(judgement, Scored) else None

    def own(outcome: str) -> Judgement:
        if outcome not in found:
            found[outcome] = _by_its_champion(serving, request, outcome, champions)
        return found[outcome]

    def told(outcome: str) -> Judgement:
        judgement = own(outcome)
        if isinstance(judgement, NotScored):
            return judgement
        risk, by = bounded(outcome, judgement.risk, risk_of)
        return judgement if by is None else judgement.told_at(risk, by)

    return {outcome: told(outcome) for outcome in request.outcomes}


def _by_its_champion(
    serving: Serving, request: RiskRequest, outcome: str, champions: Mapping[str, Champion]
) -> Judgement:
    champion = champions.get(registered_name(outcome, request.prediction_point))
    if champion is None:
        return NotScored(status="no_champion", reason=_no_champion(serving, request, outcome))
    withheld = withheld_because(champion.model, serving.settings.mode, serving.settings.site)
    return score(champion, request) if withheld is None else NotScored(status="no_champion", reason=withheld)


def _no_champion(serving: Serving, request: RiskRequest, outcome: str) -> str:
    point = request.prediction_point
    trouble = serving.champions.trouble().get(registered_name(outcome, point))
    if trouble is not None:
        return f"the champion of {outcome} could not be loaded: {trouble}"
    if not serving.champions.is_loaded():
        return "the registry has not been read yet"
    return (
        f"no version of {registered_name(outcome, point)} is champion; run "
        f"'equipartum retrain {outcome} --at {point} --source SOURCE --data PATH', read its audit, then "
        f"'equipartum promote {outcome} VERSION --at {point}'"
    )


def _not_logged(judgement: Judgement, unavailable: LogUnavailable) -> Judgement:
    return NotScored(status="unavailable", reason=str(unavailable)) if isinstance(judgement, Scored) else judgement


def _refuse_without_risks(request: RiskRequest, judgements: Mapping[str, Judgement]) -> None:
    """503 where the service, and not the woman's own record, is why none of the outcomes has an answer."""
    none = {name: j for name, j in judgements.items() if isinstance(j, NotScored) and j.status != "not_applicable"}
    if len(none) < len(judgements):
        return
    reasons: dict[str, Any] = {name: {"status": j.status, "reason": j.reason} for name, j in none.items()}
    raise Problem(
        status=503,
        title="No risk can be answered now",
        detail="; ".join(dict.fromkeys(j.reason for j in none.values())),
        extension={"prediction_point": request.prediction_point, "outcomes": reasons},
        headers={"Retry-After": "5"},
    )


def _idempotency_key(http: Request, document: Any) -> str | None:
    key = http.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        detail = f"a key has 1 to {LONGEST_KEY} characters"
        raise led_by(Problem(status=400, title="Unusable Idempotency-Key", detail=detail), safety_answer(document))
    return key
