"""POST /v1/risks/batch: many requests, as a JSON list or one JSON object a line; the answers come in kind and in order.

A bad row is a problem in its place and loses no other. Rows are logged together, before any of them is answered.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from serving.answers import SIMULATED_NOTICE
from serving.json_responses import NOTICE_HEADER
from serving.lenient_json import documents
from serving.problems import Problem, Refusal, RefusedRequest, led_by, problem_body
from serving.risks import answered
from serving.safety import body_safety, safety_answer
from serving.state import Serving, serving_of
from serving.strict_json import media_type_of, parse, read_body, strict

__all__ = ["post_risk_batch"]

LINES = "application/x-ndjson"
# As many as one commit of the log takes; between two of these, requests of single women are answered.
ROWS_TOGETHER = 128
# All answers of a batch are held until the last is there: a larger one would fill the worker's memory.
MOST_ROWS = 50_000


async def post_risk_batch(http: Request) -> Response:
    serving = serving_of(http)
    body = await read_body(http.stream(), serving.settings.batch_body_limit, body_safety)
    try:
        media_type = media_type_of(http, "application/json", LINES)
        rows = _at_most(_lines(body) if media_type == LINES else _list(body))
    except Problem as problem:
        raise led_by(problem, body_safety(body, True)) from None
    answers: list[dict[str, Any]] = []
    for start in range(0, len(rows), ROWS_TOGETHER):
        answers += await asyncio.gather(*(_row(serving, row) for row in rows[start : start + ROWS_TOGETHER]))
        await asyncio.sleep(0)
    texts = [json.dumps(answer, allow_nan=False, separators=(",", ":")) for answer in answers]
    content = "".join(f"{text}\n" for text in texts) if media_type == LINES else f"[{','.join(texts)}]"
    simulated = any(answer.get("notice") == SIMULATED_NOTICE for answer in answers)
    return Response(
        content,
        media_type=media_type,
        headers={"Cache-Control": "no-store"} | ({NOTICE_HEADER: SIMULATED_NOTICE} if simulated else {}),
    )


def _at_most(rows: Iterable[tuple[bytes, Any]]) -> list[tuple[bytes, Any]]:
    """Raises `Problem` 422 without reading further than the limit."""
    kept = list(itertools.islice(rows, MOST_ROWS + 1))
    if len(kept) > MOST_ROWS:
        detail = f"a batch has at most {MOST_ROWS} rows: send the rest in another request; nothing was scored"
        raise Problem(status=422, title="Too many rows", detail=detail)
    return kept


def _list(body: bytes) -> Iterable[tuple[bytes, Any]]:
    document = _read_list(body)
    if not isinstance(document, list):
        raise RefusedRequest(
            [Refusal(pointer="#", detail="a batch is a list of requests", accepted={"type": "array"}, value=document)]
        ).problem({})
    return ((b"", row) if isinstance(row, Problem) else (json.dumps(row).encode(), row) for row in document)


def _read_list(body: bytes) -> Any:
    """The document; where one row gives a name twice or a number without end, that row as the problem it is."""
    try:
        return parse(body)
    except Problem:
        found, is_whole = documents(body)
        if not is_whole or len(found) != 1 or not isinstance(found[0], list):
            raise
    return [_strict_row(row) for row in found[0]]


def _strict_row(row: Any) -> Any:
    try:
        return strict(row)
    except Problem as unreadable:
        return led_by(unreadable, safety_answer(row))


def _lines(body: bytes) -> Iterable[tuple[bytes, Any]]:
    """A line that cannot be read is kept as the problem it is."""
    for line in body.splitlines():
        if line.strip():
            try:
                yield line, parse(line)
            except Problem as unreadable:
                yield line, led_by(unreadable, body_safety(line, True))


async def _row(serving: Serving, row: tuple[bytes, Any]) -> dict[str, Any]:
    body, document = row
    if isinstance(document, Problem):
        return problem_body(document)
    try:
        return await answered(serving, document, body=body)
    except Problem as problem:
        return problem_body(problem)
