"""JSON as clients may send it: bounded, whole, without a name given twice.

NaN and Infinity, which JSON does not have and many writers emit, are read as such, so that they can be refused with
the place where they stand.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request

from serving.problems import Problem

__all__ = ["media_type_of", "parse", "read_body", "read_json"]

# A client that sends too much is heard out to this multiple, so that it reads the refusal and not a broken connection.
HEARD_OUT = 128


async def read_json(request: Request, limit: int) -> tuple[bytes, Any]:
    """The body and what it says. Raises `Problem` 400, 413 or 415."""
    media_type_of(request, "application/json")
    body = await read_body(request.stream(), limit)
    return body, parse(body)


def media_type_of(request: Request, *accepted: str) -> str:
    """The request's media type. Raises `Problem` 415.

    It also keeps other sites' pages out: a browser sends these types across origins only after asking.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in accepted:
        detail = f"send the request as Content-Type: {' or '.join(accepted)}"
        raise Problem(status=415, title="Not of a type that is read here", detail=detail)
    return media_type


async def read_body(stream: AsyncIterator[bytes], limit: int) -> bytes:
    """Raises `Problem` 413."""
    kept, size = bytearray(), 0
    async for chunk in stream:
        size += len(chunk)
        if size <= limit:
            kept += chunk
        elif size > limit * HEARD_OUT:
            break
    if size > limit:
        raise Problem(status=413, title="Too large", detail=f"a request body is at most {limit} bytes")
    return bytes(kept)


def parse(body: bytes) -> Any:
    """Raises `Problem` 400; the message never quotes the body."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_object)
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    except json.JSONDecodeError as error:
        reason = f"{error.msg.partition(':')[0].lower()} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        reason = "it is nested too deeply"
    except _NamedTwice:
        reason = "an object gives the same name twice"
    except ValueError:
        reason = "a number has too many digits"
    raise Problem(status=400, title="Not readable as JSON", detail=f"the body cannot be read: {reason}")


class _NamedTwice(Exception):
    """An object that says two things under one name: which one is meant cannot be known."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise _NamedTwice
    return named
