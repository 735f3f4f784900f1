"""BentoML's one doorway: it gives workers, health and packaging, and the application owns the contract.

Settings come from the environment (EQUIPARTUM_HOME and the rest), because every worker imports this module anew.
"""

from __future__ import annotations

import os

# Before bentoml is imported: it reports usage to its makers from the import on.
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import bentoml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.home import Home
from serving.app import create_app
from serving.journal import open_journal
from serving.opening import open_serving
from serving.state import Serving

__all__ = ["Equipartum"]

_requests = bentoml.metrics.Counter(
    name="equipartum_requests_total", documentation="Requests answered", labelnames=["route", "status"]
)
_seconds = bentoml.metrics.Histogram(
    name="equipartum_request_seconds", documentation="Time to the end of the answer", labelnames=["route"]
)


def _measure(route: str, status: int, seconds: float) -> None:
    _requests.labels(route=route, status=str(status)).inc()
    _seconds.labels(route=route).observe(seconds)


def _open() -> Serving:
    open_journal()
    home = Home.at()
    return open_serving(home, home.settings())


async def _metrics(_: Request) -> Response:
    return Response(bentoml.metrics.generate_latest(), media_type="text/plain; version=0.0.4; charset=utf-8")


application = create_app(_open, _measure)
application.router.routes.append(Route("/metrics", _metrics))


@bentoml.service(
    name="equipartum",
    traffic={"timeout": 30},
    # BentoML's own request metrics are labelled with raw paths, in which a client may have put an identifier.
    metrics={"enabled": False},
    logging={"access": {"enabled": False}},
    # Nothing collects traces here.
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(application, path="/")
class Equipartum:
    """Maternity risks and early warning. Ready when the registry was read and the database answers."""

    def __is_ready__(self) -> bool:
        serving: Serving = application.state.serving
        return serving.is_ready()
