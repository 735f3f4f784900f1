"""/openapi.json: the contract as OpenAPI 3.1, made from the same concepts, outcomes and schemes that requests are
checked against."""

from __future__ import annotations

from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.early_warning import SETTINGS
from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS
from records.concept import Concept
from records.concepts import CONCEPTS
from records.groups import ETHNIC_SCHEMES
from serving import openapi_answers as answers
from serving.contract import LONGEST_PREGNANCY_ID, served_points
from serving.early_warning import LONGEST_INTERVAL_MINUTES, MOST_OBSERVATIONS
from serving.facts import ACCEPTED_FACTS, accepted_units
from serving.json_responses import json_response

__all__ = ["get_openapi", "openapi"]

Schema = dict[str, Any]


async def get_openapi(_: Request) -> Response:
    return json_response(openapi())


@cache
def openapi() -> Schema:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Equipartum",
            "version": "1",
            "description": "Maternity risks and early warning, with what each answer rests on. For research; not a "
            "medical device.",
        },
        "paths": {
            "/v1/risks": {"post": _risks()},
            "/v1/risks/batch": {"post": _batch()},
            "/v1/early-warning": {"post": _early_warning()},
            **answers.READ_PATHS,
        },
        "components": {
            "schemas": {"RiskRequest": _risk_request(), "EarlyWarningRequest": _observations_request()}
            | answers.SCHEMAS,
            "responses": answers.RESPONSES,
        },
    }


def _risks() -> Schema:
    return {
        "operationId": "risks",
        "summary": "Risks of one pregnancy, outcome by outcome",
        "description": "EPDS item 10 is answered first, by rule, whatever else can be answered. An outcome is not "
        "served at every prediction point: "
        + "; ".join(f"{name} at {', '.join(served_points(name))}" for name in OUTCOMES if served_points(name)),
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body are logged once and answered alike.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        ],
        "requestBody": _json_body("RiskRequest"),
        "responses": {
            "200": answers.json_answer("RiskAnswer", "At least one outcome was judged, or the safety rule was."),
            **answers.refusals("400", "409", "413", "415", "422", "503"),
        },
    }


def _batch() -> Schema:
    return {
        "operationId": "risk_batch",
        "summary": "Many requests at once, each answered or refused in its place",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "array"}},
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        },
        "responses": {
            "200": {
                "description": "One row a request, in order: an answer, or a problem.",
                "content": {
                    "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
            },
            **answers.refusals("400", "413", "415", "422"),
        },
    }


def _early_warning() -> Schema:
    return {
        "operationId": "early_warning",
        "summary": "One set of observations on one early-warning chart",
        "requestBody": _json_body("EarlyWarningRequest"),
        "responses": {
            "200": answers.json_answer("EarlyWarning", "What the chart says, what is missing and what is too old."),
            **answers.refusals("400", "413", "415", "422"),
        },
    }


def _json_body(schema: str) -> Schema:
    reference = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"required": True, "content": {"application/json": reference}}


def _risk_request() -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["prediction_point", "outcomes", "facts"],
        "properties": {
            "prediction_point": {"enum": list(PREDICTION_POINTS)},
            "outcomes": {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"enum": [name for name in OUTCOMES if served_points(name)]},
            },
            "pregnancy_id": {
                "type": ["string", "null"],
                "minLength": 1,
                "maxLength": LONGEST_PREGNANCY_ID,
                "description": "Kept as a keyed hash only, to join what happened later.",
            },
            "facts": {
                "type": "object",
                "additionalProperties": False,
                "properties": {name: _fact(CONCEPTS[name]) for name in ACCEPTED_FACTS},
            },
            "groups": {"oneOf": [{"type": "null"}, *(_group(name) for name in ETHNIC_SCHEMES)]},
        },
    }


def _group(scheme: str) -> Schema:
    codes = [category.code for category in ETHNIC_SCHEMES[scheme].categories]
    return {
        "type": "object",
        "title": ETHNIC_SCHEMES[scheme].title,
        "additionalProperties": False,
        "required": ["group_scheme"],
        "properties": {"group_scheme": {"const": scheme}, "ethnic_category": {"enum": [*codes, None]}},
    }


def _fact(concept: Concept) -> Schema:
    """One alternative a unit, because the range depends on it; null is 'not recorded'."""
    not_recorded = {"type": "object", "additionalProperties": False, "required": ["value"]}
    units: Schema = {"unit": {"enum": [*accepted_units(concept), None]}}
    return {
        "description": concept.title,
        "anyOf": [
            {"type": "null"},
            {**not_recorded, "properties": {"value": {"type": "null"}, **units}},
            *_recorded(concept),
        ],
    }


def _recorded(concept: Concept) -> list[Schema]:
    plain: Schema = {"type": "object", "additionalProperties": False, "required": ["value"]}
    if concept.kind == "flag":
        return [{**plain, "properties": {"value": {"type": "boolean"}, "unit": {"type": "null"}}}]
    if concept.kind == "category":
        return [{**plain, "properties": {"value": {"enum": list(concept.categories)}, "unit": {"type": "null"}}}]
    low, high = concept.plausible or (None, None)
    if concept.kind == "count":
        whole = {"type": "integer", "minimum": low, "maximum": high}
        return [{**plain, "properties": {"value": whole, "unit": {"enum": ["1", None]}}}]
    factors = {str(concept.unit): 1.0, **concept.other_units}
    return [
        {
            **plain,
            "required": ["value", "unit"],
            "properties": {
                "value": {"type": "number", "minimum": _in_unit(low, factor), "maximum": _in_unit(high, factor)},
                "unit": {"const": unit},
            },
        }
        for unit, factor in factors.items()
    ]


def _in_unit(limit: float | None, factor: float) -> float | None:
    return None if limit is None else limit / factor


def _observations_request() -> Schema:
    observation = {
        "type": "object",
        "additionalProperties": False,
        "required": ["concept", "observed_at"],
        "properties": {
            "concept": {"enum": list(CONCEPTS)},
            "value": {"type": ["number", "string", "boolean", "null"]},
            "unit": {"type": ["string", "null"]},
            "observed_at": {"type": "string", "format": "date-time"},
            "over_minutes": _whole_or_null(0, LONGEST_INTERVAL_MINUTES),
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["chart", "observations"],
        "properties": {
            "chart": {"type": "string"},
            "observations": {"type": "array", "maxItems": MOST_OBSERVATIONS, "items": observation},
            "at": {"type": ["string", "null"], "format": "date-time"},
            "setting": {"enum": [*SETTINGS, None]},
            "days_after_birth": _whole_or_null(0, 366),
            "repeat_minutes": _whole_or_null(1, LONGEST_INTERVAL_MINUTES),
        },
    }


def _whole_or_null(low: int, high: int) -> Schema:
    return {"type": ["integer", "null"], "minimum": low, "maximum": high}
