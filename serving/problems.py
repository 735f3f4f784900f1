"""Refusals over HTTP, as RFC 9457 `application/problem+json`.

A refused value is echoed only where it is a number too small to be an identifier; text never is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from records.errors import EquipartumError

__all__ = [
    "PROBLEM_TYPE",
    "Problem",
    "Refusal",
    "RefusedRequest",
    "led_by",
    "printable",
    "problem_body",
    "problem_response",
]

PROBLEM_TYPE = "application/problem+json"
# Identifiers that are numbers (an NHS number has ten digits) are longer than any clinical value here.
LARGEST_ECHOED = 1e6
# The safety rule is answered before anything else, in a refusal as in an answer.
FIRST = ("safety",)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One refused place of a request. ``pointer`` is an RFC 6901 JSON pointer as a URI fragment."""

    pointer: str
    detail: str
    accepted: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None

    def to_dict(self) -> dict[str, Any]:
        refused = {} if (seen := printable(self.value)) is None else {"value": seen}
        return {"pointer": self.pointer, "detail": self.detail, **refused, "accepted": dict(self.accepted)}


class Problem(EquipartumError):
    """A request that is answered with an error. ``extension`` members come before the standard ones if they are
    named in `FIRST`."""

    def __init__(
        self,
        *,
        status: int,
        title: str,
        detail: str,
        extension: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail
        self.extension, self.headers = dict(extension or {}), dict(headers or {})


class RefusedRequest(EquipartumError):
    """A request of which some places are not as the contract says: all of them are named at once."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("; ".join(f"{refusal.pointer}: {refusal.detail}" for refusal in refusals))
        self.refusals = tuple(refusals)

    def problem(self, extension: Mapping[str, Any]) -> Problem:
        return Problem(
            status=422,
            title="The request is not as the contract says",
            detail=f"{len(self.refusals)} places are refused; nothing was scored"
            if len(self.refusals) > 1
            else "one place is refused; nothing was scored",
            extension={**extension, "errors": [refusal.to_dict() for refusal in self.refusals]},
        )


def led_by(problem: Problem, safety: Mapping[str, Any] | None) -> Problem:
    """The problem with a safety rule's answer in it, unless it carries one already."""
    if safety is not None:
        problem.extension.setdefault("safety", dict(safety))
    return problem


def problem_body(problem: Problem) -> dict[str, Any]:
    return {
        **{name: value for name, value in problem.extension.items() if name in FIRST},
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **{name: value for name, value in problem.extension.items() if name not in FIRST},
    }


def problem_response(problem: Problem) -> Response:
    # ASCII only: a pointer may hold a lone surrogate that a client sent, and UTF-8 cannot.
    return Response(
        json.dumps(problem_body(problem), allow_nan=False),
        status_code=problem.status,
        media_type=PROBLEM_TYPE,
        headers=dict(problem.headers),
    )


def printable(value: object) -> float | int | bool | str | None:
    """What may be echoed of a refused value: small numbers and flags as they are, else what kind of thing it is."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if isinstance(value, float) and math.isnan(value):
            return "NaN"
        if isinstance(value, float) and math.isinf(value):
            return "Infinity"
        return value if abs(value) < LARGEST_ECHOED else "a number too large to be echoed"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"
