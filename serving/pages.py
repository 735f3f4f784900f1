"""The service's own pages: templates that escape everything, with the style and script of files beside them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS
from records.concepts import CONCEPTS
from records.groups import ETHNIC_SCHEMES
from serving.catalogue import catalogue_of
from serving.problems import Problem
from serving.state import serving_of

__all__ = ["get_asset", "get_front_page", "page"]

# UCUM codes that a person does not read as units.
UNIT_WORDS = {"a": "years", "mo": "months", "d": "days", "kg/m2": "kg/m²"}
ASSETS = {"style.css": "text/css", "try_one_risk.js": "text/javascript"}

_environment = Environment(
    loader=PackageLoader("serving", "templates"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> Response:
    """Kept by nobody on its way; ``headers`` are sent in place of those that every answer gets."""
    rendered = _environment.get_template(template).render(**content)
    return HTMLResponse(rendered, headers={"Cache-Control": "no-store", **(headers or {})})


async def get_front_page(http: Request) -> Response:
    serving = serving_of(http)
    catalogue = catalogue_of(serving)
    asked = dict.fromkeys(name for model in catalogue["models"] for name in model["predictors"])
    schemes = {champion.model.intended_population.group_scheme for champion in serving.champions.current().values()}
    return page(
        "front.html",
        catalogue=catalogue,
        outcomes=OUTCOMES,
        points=PREDICTION_POINTS,
        concepts=[CONCEPTS[name] for name in asked],
        unit_words=UNIT_WORDS,
        schemes=[ETHNIC_SCHEMES[name] for name in sorted(schemes & ETHNIC_SCHEMES.keys())],
    )


async def get_asset(http: Request) -> Response:
    name = http.path_params["name"]
    if name not in ASSETS:
        raise Problem(status=404, title="No such page", detail="the service has no file of this name")
    content = resources.files("serving").joinpath("assets", name).read_bytes()
    return Response(content, media_type=ASSETS[name])
