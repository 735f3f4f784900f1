"""The service's ASGI application: its routes, what it opens when it starts, and how it refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.guard import Guard, Measure
from serving.problems import Problem, problem_response
from serving.risks import post_risks
from serving.state import Serving

__all__ = ["create_app"]


def create_app(open_serving: Callable[[], Serving], measure: Measure | None = None) -> Starlette:
    """``open_serving`` is called when the application starts; what it opened is closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        serving = open_serving()
        app.state.serving = serving
        try:
            yield
        finally:
            serving.close()

    return Starlette(
        routes=[Route("/v1/risks", post_risks, methods=["POST"])],
        middleware=[Middleware(Guard, measure=measure)],
        lifespan=lifespan,
        exception_handlers={Problem: _problem, HTTPException: _http_error},
    )


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    titles = {404: "No such page", 405: "Not this way"}
    return problem_response(
        Problem(
            status=error.status_code,
            title=titles.get(error.status_code, "Refused"),
            detail="see /openapi.json for what this service answers",
            headers=error.headers,
        )
    )
