"""The answers' side of the contract: what comes back, and in which forms a request is refused."""

from __future__ import annotations

from typing import Any

from models.outcomes import OUTCOMES

__all__ = ["READ_PATHS", "RESPONSES", "SCHEMAS", "json_answer", "refusals"]

Schema = dict[str, Any]

NUMBER, TEXT, FLAG, WHOLE = ({"type": kind} for kind in ("number", "string", "boolean", "integer"))
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
TEXTS: Schema = {"type": "array", "items": TEXT}
EPDS_STATUSES = ("positive", "recorded as 0", "not recorded", "cannot be evaluated", "cannot be read: ask item 10")
TITLES = {
    "400": "The body, or a header, cannot be read.",
    "404": "There is no such thing.",
    "409": "The Idempotency-Key was used for something else, or the model changed since.",
    "413": "The body is too large.",
    "415": "The body is not sent as JSON.",
    "422": "Some places of the request are not as the contract says; all of them are named.",
    "503": "No risk can be answered now; the reasons say what to run.",
}


def _object(properties: Schema, *, required: list[str] | None = None) -> Schema:
    return {"type": "object", "required": list(properties) if required is None else required, "properties": properties}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def json_answer(schema: str, description: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}


def refusals(*statuses: str) -> Schema:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


RESPONSES: Schema = {
    status: {"description": title, "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    for status, title in TITLES.items()
}

_FREQUENCY = _object({"of": {"enum": [100, 1000]}, "will": WHOLE, "will_not": WHOLE})
_INTERVAL = _object(
    {
        "meaning": TEXT,
        "observed": SHARE,
        "lower": SHARE,
        "upper": SHARE,
        "risk_told": {"enum": ["within", "below", "above"]},
        "women_scored_like_this": FLAG,
    }
)
_BOUND = _or_null(_object({"outcome": TEXT, "sentence": TEXT}))
_INPUTS = dict.fromkeys(("inputs_used", "inputs_missing", "inputs_undefined", "facts_not_read", "groups_read"), TEXTS)
_OFFER = {"alert": FLAG, "offer": _or_null(_object({"offer": TEXT, "by": TEXT, "window": TEXT, "harm": TEXT}))}
_PROVENANCE = {"model": _ref("ModelReference"), "audit": _or_null(_ref("AuditReference"))}

SCHEMAS: Schema = {
    "Safety": _object(
        {
            "rule": {"enum": ["epds_item_10", "concern"]},
            "status": {"enum": [*EPDS_STATUSES, "recorded", "cannot be read"]},
            "headline": TEXT,
            "acknowledgement_required": FLAG,
        }
    ),
    "Problem": _object(
        {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "detail": TEXT,
            "safety": _ref("Safety"),
            "errors": {"type": "array", "items": _ref("Refusal")},
        },
        required=["type", "title", "status", "detail"],
    ),
    "Refusal": _object(
        {
            "pointer": {"type": "string", "description": "JSON pointer to the refused place, as a URI fragment"},
            "detail": TEXT,
            "value": {"type": ["number", "boolean", "string"]},
            "accepted": {"type": "object"},
        },
        required=["pointer", "detail", "accepted"],
    ),
    "ModelReference": _object(
        dict.fromkeys(("name", "version", "digest", "design_digest", "data_digest", "definition"), TEXT)
        | {"definition_authority": TEXT, "is_proxy": FLAG, "constraint": TEXT}
        | {"intended_population": {"type": "object"}}
    ),
    "AuditReference": _object({"id": TEXT, "report": TEXT, "blocking_findings": TEXTS, "status": TEXT}),
    "Reason": _object(
        {
            "concept": TEXT,
            "wording": TEXT,
            "value": {"type": ["number", "string", "boolean"]},
            "unit": {"type": ["string", "null"]},
            "direction": {"enum": ["raised", "lowered"]},
            "log_odds": NUMBER,
        }
    ),
    "Scored": _object(
        {
            "status": {"const": "scored"},
            "title": TEXT,
            "risk": SHARE,
            "natural_frequency": _object(_FREQUENCY["properties"] | {"sentence": TEXT}),
            "interval": _or_null(_INTERVAL),
            "bounded_by": _BOUND,
            "band": TEXT,
            "average_risk": SHARE,
            "average_natural_frequency": _FREQUENCY,
            **_OFFER,
            "reasons_heading": TEXT,
            "reasons_scale": TEXT,
            "reasons": {"type": "array", "maxItems": 5, "items": _ref("Reason")},
            **_INPUTS,
            **_PROVENANCE,
        }
    ),
    "ListOnly": _object(
        {
            "status": {"const": "list_only"},
            "title": TEXT,
            "reason": TEXT,
            "bounded_by": _BOUND,
            "band": TEXT,
            "order": _or_null(_object({"place": WHOLE, "of": WHOLE, "highest": WHOLE})),
            **_OFFER,
            **_INPUTS,
            **_PROVENANCE,
        }
    ),
    "NotScored": _object({"status": {"enum": ["no_champion", "not_applicable", "unavailable"]}, "reason": TEXT}),
    "RiskAnswer": _object(
        {
            "safety": _ref("Safety"),
            "notice": TEXT,
            "request_id": TEXT,
            "predicted_at": {"type": "string", "format": "date-time"},
            "prediction_point": TEXT,
            "outcomes": {
                "type": "object",
                "additionalProperties": {"oneOf": [_ref("Scored"), _ref("ListOnly"), _ref("NotScored")]},
            },
        },
        required=["notice", "request_id", "predicted_at", "prediction_point", "outcomes"],
    ),
    "EarlyWarning": _object(
        {
            "chart_id": TEXT,
            "state": {"enum": ["COMPLETE", "INCOMPLETE", "STALE"]},
            "action": {"enum": ["escalate", "confirm", "none triggered"]},
            "statement": TEXT,
            "label": {"type": ["string", "null"]},
            "missing": TEXTS,
            "readings": {"type": "array", "items": {"type": "object"}},
            "triggers": {"type": "array", "items": {"type": "object"}},
            "escalation": {"type": "object"},
            "shock_index": {"type": "object"},
            "saturation_note": {"type": ["string", "null"]},
        }
    ),
    "Models": _object(
        {
            "notice": TEXT,
            "mode": TEXT,
            "models": {"type": "array", "items": {"type": "object"}},
            "without_champion": {"type": "array", "items": {"type": "object"}},
        }
    ),
}

READ_PATHS: Schema = {
    "/v1/models": {
        "get": {
            "operationId": "models",
            "summary": "Champions, and what their audits found",
            "responses": {"200": json_answer("Models", "Champions, and what is without one.")},
        }
    },
    "/v1/models/{outcome}/card": {
        "get": {
            "operationId": "model_card",
            "summary": "The card of a champion, as Markdown",
            "parameters": [
                {"name": "outcome", "in": "path", "required": True, "schema": {"enum": list(OUTCOMES)}},
                {"name": "at", "in": "query", "required": False, "schema": {"type": "string"}},
            ],
            "responses": {
                "200": {"description": "The card", "content": {"text/markdown": {"schema": TEXT}}},
                **refusals("404"),
            },
        }
    },
}
