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

from serving.audit_files import get_audit_file
from serving.audits import get_audit, get_audits
from serving.batch import post_risk_batch
from serving.catalogue import get_model_card, get_models
from serving.data_audits import get_data_audit_file
from serving.early_warning import post_early_warning
from serving.guard import Guard, Measure
from serving.openapi import get_openapi
from serving.pages import get_asset, get_front_page
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
        routes=[
            Route("/v1/risks", post_risks, methods=["POST"]),
            Route("/v1/risks/batch", post_risk_batch, methods=["POST"]),
            Route("/v1/early-warning", post_early_warning, methods=["POST"]),
            Route("/v1/models", get_models),
            Route("/v1/models/{outcome}/card", get_model_card),
            Route("/audits", get_audits),
            Route("/audits/{outcome}/{point}/{audit_id}", get_audit),
            Route("/audits/{outcome}/{point}/{audit_id}/{name}", get_audit_file),
            Route("/data-audits/{audit_id}/{name}", get_data_audit_file),
            Route("/assets/{name}", get_asset),
            Route("/openapi.json", get_openapi),
            Route("/", get_front_page),
        ],
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
