"""POST /v1/risks/batch: many requests, as a JSON list or one JSON object a line; the answers come in kind and in order.

A bad row is a problem in its place and loses no other. Rows are logged together, before any of them is answered.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from serving.answers import SIMULATED_NOTICE
from serving.json_responses import NOTICE_HEADER
from serving.problems import Problem, Refusal, RefusedRequest, problem_body
from serving.risks import answered
from serving.state import Serving, serving_of
from serving.strict_json import media_type_of, parse, read_body

__all__ = ["post_risk_batch"]

LINES = "application/x-ndjson"
# As many as one commit of the log takes; between two of these, requests of single women are answered.
ROWS_TOGETHER = 128


async def post_risk_batch(http: Request) -> Response:
    serving = serving_of(http)
    media_type = media_type_of(http, "application/json", LINES)
    body = await read_body(http.stream(), serving.settings.batch_body_limit)
    rows = list(_lines(body) if media_type == LINES else _list(body))
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


def _list(body: bytes) -> Iterable[tuple[bytes, Any]]:
    document = parse(body)
    if not isinstance(document, list):
        raise RefusedRequest(
            [Refusal(pointer="#", detail="a batch is a list of requests", accepted={"type": "array"}, value=document)]
        ).problem({})
    return ((json.dumps(row).encode(), row) for row in document)


def _lines(body: bytes) -> Iterable[tuple[bytes, Any]]:
    """A line that cannot be read is kept as the problem it is."""
    for line in body.splitlines():
        if line.strip():
            try:
                yield line, parse(line)
            except Problem as unreadable:
                yield line, unreadable


async def _row(serving: Serving, row: tuple[bytes, Any]) -> dict[str, Any]:
    body, document = row
    if isinstance(document, Problem):
        return problem_body(document)
    try:
        return await answered(serving, document, body=body)
    except Problem as problem:
        return problem_body(problem)
