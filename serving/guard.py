"""Around every request: one log line without identifiers, security headers, and no traceback to anybody.

A line and a measurement name the route by its template, never by the path that was asked for: a client may put an
identifier into a path, or a method, that does not exist.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import Problem, led_by, problem_response

__all__ = ["PAGE_POLICY", "SAFETY", "Guard", "Measure"]

Measure = Callable[[str, int, float], None]

_log = structlog.get_logger("equipartum.requests")

# Where a route leaves a safety rule's answer in the scope of its request, so that a fault does not lose it.
SAFETY = "equipartum.safety"
# A method is whatever text a client sends.
KNOWN_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
UNKNOWN_ROUTE = "no such route"
# A page of this service loads only what this service serves, runs no inline script, and is framed by nobody.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """ASGI middleware; ``measure`` gets route template, status and seconds of each request."""

    def __init__(self, app: ASGIApp, measure: Measure | None = None) -> None:
        self.app = app
        self.measure = measure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_guarded)
        # Whatever failed, the client gets a problem and the log its kind: a message might quote a value.
        except Exception as error:
            _log.error("fault", kind=type(error).__name__, where=_innermost(error), route=_template(scope))
            if status == 0:
                problem = Problem(status=500, title="A fault of the service", detail="nothing was answered")
                await problem_response(led_by(problem, scope.get(SAFETY)))(scope, receive, send_guarded)
        seconds = time.perf_counter() - started
        _log.info(
            "request",
            method=scope["method"] if scope["method"] in KNOWN_METHODS else "other",
            route=_template(scope),
            status=status,
            milliseconds=round(seconds * 1000, 2),
        )
        if self.measure is not None:
            self.measure(_template(scope), status, seconds)


def _template(scope: Scope) -> str:
    """The router leaves the endpoint it chose in the scope; its route's path is the template."""
    endpoint, app = scope.get("endpoint"), scope.get("app")
    routes = getattr(app, "routes", ())
    return next((route.path for route in routes if getattr(route, "endpoint", None) is endpoint), UNKNOWN_ROUTE)


def _innermost(error: BaseException) -> str:
    """Module and line at which it was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"
