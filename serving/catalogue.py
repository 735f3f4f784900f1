"""GET /v1/models and its cards: which model answers for what, and what its audit found, in the audit's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from models.home import Settings
from models.outcomes import OUTCOMES
from models.release import registered_name
from serving.answers import audit_reference, notice_for
from serving.champion import Champion, withheld_because
from serving.contract import served_points
from serving.json_responses import json_response
from serving.problems import Problem
from serving.state import Serving, serving_of

__all__ = ["catalogue_of", "get_model_card", "get_models"]

HEADLINE_FIGURES = ("sensitivity", "observed_to_expected", "auroc")
# Who is told apart at the first glance: everyone, and each ethnic group.
HEADLINE_LEVELS = ("everyone", "ethnic_group")


async def get_models(http: Request) -> Response:
    content = catalogue_of(serving_of(http))
    return json_response(content, notice=content["notice"])


def catalogue_of(serving: Serving) -> dict[str, Any]:
    """Champions, and every served outcome and point without one."""
    champions = serving.champions.current()
    trouble = serving.champions.trouble()
    absent = [
        {"outcome": outcome, "prediction_point": point, "trouble": trouble.get(registered_name(outcome, point))}
        for outcome in OUTCOMES
        for point in served_points(outcome)
        if registered_name(outcome, point) not in champions
    ]
    return {
        "notice": notice_for(list(champions.values())),
        "mode": serving.settings.mode,
        "models": [_described(champion, serving.settings) for champion in champions.values()],
        "without_champion": absent,
    }


def _described(champion: Champion, settings: Settings) -> dict[str, Any]:
    design = champion.model.design
    return {
        "outcome": design.outcome,
        "title": OUTCOMES[design.outcome].title,
        "prediction_point": design.prediction_point,
        **champion.reference,
        "withheld_because": withheld_because(champion.model, settings.mode, settings.site),
        "list_only_groups": list(champion.model.list_only_groups),
        "not_judged": dict(champion.model.not_judged),
        "predictors": list(champion.model.encoding.concepts),
        "audit": audit_reference(champion),
        "figures": headline_figures(champion),
        "gaps": headline_gaps(champion),
        "card": f"/v1/models/{design.outcome}/card?at={design.prediction_point}",
    }


def headline_figures(champion: Champion) -> list[dict[str, Any]] | None:
    """The audit's rows for everyone and each ethnic group, as they stand in `audit.json`; None without an audit."""
    if champion.audit is None:
        return None
    return [
        {
            "level": row["level"],
            "group": row["group"],
            "status": row["status"],
            **{name: row["figures"][name] for name in HEADLINE_FIGURES if name in row["figures"]},
        }
        for row in champion.audit.get("figures", [])
        if row["primary"] and row["level"] in HEADLINE_LEVELS and _is_of(row, champion)
    ]


def headline_gaps(champion: Champion) -> list[dict[str, Any]] | None:
    if champion.audit is None:
        return None
    shown = ("estimand", "expected", "low", "high", "tolerance", "probability_above", "text", "left_out")
    return [
        {name: gap[name] for name in shown if name in gap}
        for gap in champion.audit.get("gaps", [])
        if gap["level"] == "ethnic_group" and _is_of(gap, champion)
    ]


def _is_of(row: Mapping[str, Any], champion: Champion) -> bool:
    """The audit of a holdout may hold several scorers; those of today's rules are not this model's figures."""
    design = champion.model.design
    return (row["scored_by"], row["outcome"], row["prediction_point"]) == (
        "model",
        design.outcome,
        design.prediction_point,
    )


async def get_model_card(http: Request) -> Response:
    outcome = http.path_params["outcome"]
    if outcome not in OUTCOMES:
        raise Problem(status=404, title="No such outcome", detail=f"outcomes are: {', '.join(OUTCOMES)}")
    point = http.query_params.get("at", OUTCOMES[outcome].earliest_point)
    champion = serving_of(http).champions.current().get(registered_name(outcome, point))
    if champion is None or champion.card is None:
        raise Problem(
            status=404,
            title="No model card",
            detail=f"{outcome} has no champion with a card at that point; GET /v1/models lists those there are",
        )
    return PlainTextResponse(champion.card, media_type="text/markdown")
