"""Asking the service of a home about women of a cohort, each request as a clinical system would send it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import polars as pl

from models.home import Home
from records.concepts import CONCEPTS
from serving.app import create_app
from serving.champions import RegistryChampions
from serving.database.prediction_log import PredictionLog
from serving.state import Serving

TOGETHER = 100


def asked_about(home: Home, outcome: str, women: pl.DataFrame, predictors: Sequence[str]) -> dict[str, Any]:
    """Asks one risk of every woman, none of which may be refused; the answer of GET /v1/models afterwards."""
    settings = home.settings()
    champions = RegistryChampions(home, settings)
    champions.poll()
    log = PredictionLog(home, settings)
    app = create_app(lambda: Serving(home=home, settings=settings, champions=champions, log=log))

    async def ask() -> dict[str, Any]:
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://a") as a:
            requests = [request_about(outcome, woman, predictors) for woman in women.iter_rows(named=True)]
            for start in range(0, len(requests), TOGETHER):
                some = requests[start : start + TOGETHER]
                answers = await asyncio.gather(*(a.post("/v1/risks", json=request) for request in some))
                refused = [answer.text for answer in answers if answer.status_code != 200]
                assert not refused, refused[0]
            catalogue: dict[str, Any] = (await a.get("/v1/models")).json()
            return catalogue

    return asyncio.run(ask())


def request_about(outcome: str, woman: Mapping[str, Any], predictors: Sequence[str]) -> dict[str, Any]:
    facts = {
        name: {"value": woman[name]} | ({"unit": CONCEPTS[name].unit} if CONCEPTS[name].unit else {})
        for name in predictors
        if woman[name] is not None
    }
    return {
        "prediction_point": "booking",
        "outcomes": [outcome],
        "pregnancy_id": woman["pregnancy_id"],
        "facts": facts,
        "groups": {"group_scheme": woman["group_scheme"], "ethnic_category": woman["ethnic_category"]},
    }
