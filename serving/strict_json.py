"""JSON as clients may send it: bounded, whole, without a name given twice.

NaN and Infinity, which JSON does not have and many writers emit, are read as such, so that they can be refused with
the place where they stand.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.requests import Request

from serving.lenient_json import Pairs
from serving.problems import Problem, led_by

__all__ = ["SafetyOfBody", "media_type_of", "parse", "read_body", "read_json", "strict"]

# A client that sends too much is heard out to this multiple, so that it reads the refusal and not a broken connection;
# and never further beyond the limit than these bytes.
HEARD_OUT = 128
MOST_HEARD_BEYOND = 33_554_432
# Names that a safety rule looks for are shorter, so none is cut in two between pieces of a body.
OVERLAP = 256

# A safety rule's answer to bytes that are refused unread, and whether they are the whole body.
SafetyOfBody = Callable[[bytes, bool], dict[str, Any] | None]


async def read_json(request: Request, limit: int, safety_of: SafetyOfBody) -> tuple[bytes, Any]:
    """The body and what it says. Raises `Problem` 400, 413 or 415, with the safety rule's answer in it.

    The body is heard before its type is judged: a safety rule answers whatever the headers say.
    """
    body = await read_body(request.stream(), limit, safety_of)
    try:
        media_type_of(request, "application/json")
        return body, parse(body)
    except Problem as problem:
        raise led_by(problem, safety_of(body, True)) from None


def media_type_of(request: Request, *accepted: str) -> str:
    """The request's media type. Raises `Problem` 415.

    It also keeps other sites' pages out: a browser sends these types across origins only after asking.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in accepted:
        detail = f"send the request as Content-Type: {' or '.join(accepted)}"
        raise Problem(status=415, title="Not of a type that is read here", detail=detail)
    return media_type


async def read_body(stream: AsyncIterator[bytes], limit: int, safety_of: SafetyOfBody) -> bytes:
    """Raises `Problem` 413, with the safety rule's answer to as much as was heard."""
    kept, size, overlap = bytearray(), 0, b""
    beyond: dict[str, Any] | None = None
    async for chunk in stream:
        size += len(chunk)
        kept += chunk[: limit - len(kept)]
        if size > limit:
            heard = overlap + chunk
            beyond = _graver(beyond, safety_of(heard, False))
            overlap = heard[-OVERLAP:]
        else:
            overlap = chunk[-OVERLAP:]
        if size > limit + min(limit * (HEARD_OUT - 1), MOST_HEARD_BEYOND):
            break
    if size > limit:
        too_large = Problem(status=413, title="Too large", detail=f"a request body is at most {limit} bytes")
        raise led_by(too_large, _graver(safety_of(bytes(kept), False), beyond))
    return bytes(kept)


def _graver(one: dict[str, Any] | None, other: dict[str, Any] | None) -> dict[str, Any] | None:
    """The one that somebody must acknowledge, else the one that there is."""
    if one is None or (other is not None and other["acknowledgement_required"]):
        return other
    return one


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
    raise _unreadable(reason)


def strict(document: Any) -> Any:
    """What was read leniently, as `parse` would have read it. Raises `Problem` 400 where a name is given twice."""
    try:
        return _without_pairs(document)
    except _NamedTwice:
        raise _unreadable("an object gives the same name twice") from None
    except RecursionError:
        raise _unreadable("it is nested too deeply") from None


def _without_pairs(document: Any) -> Any:
    if isinstance(document, Pairs):
        return _object([(name, _without_pairs(value)) for name, value in document.given])
    return [_without_pairs(value) for value in document] if isinstance(document, list) else document


def _unreadable(reason: str) -> Problem:
    return Problem(status=400, title="Not readable as JSON", detail=f"the body cannot be read: {reason}")


class _NamedTwice(Exception):
    """An object that says two things under one name: which one is meant cannot be known."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise _NamedTwice
    return named
