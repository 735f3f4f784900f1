"""JSON answers, with the notice that goes with every risk in a header too."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

__all__ = ["NOTICE_HEADER", "json_response"]

NOTICE_HEADER = "Equipartum-Notice"


def json_response(content: Any, *, notice: str | None = None, media_type: str = "application/json") -> Response:
    """Raises ValueError on NaN and infinity, which no answer may hold."""
    headers = {"Cache-Control": "no-store"} | ({NOTICE_HEADER: notice} if notice is not None else {})
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(body.encode("utf-8"), media_type=media_type, headers=headers)
