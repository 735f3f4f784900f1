"""What the log keeps of one answered request: a row for each risk, without anything that says who she is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.explanation import not_shown
from records.groups import age_band
from serving.contract import RiskRequest
from serving.scoring import NotScored, Scored

__all__ = ["Entry", "rows_of"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One request on its way to the log. ``request_digest`` tells a repeated request from another under its key."""

    request_id: str
    request_digest: str
    pregnancy_pseudonym: str
    predicted_at: datetime
    rows: tuple[Mapping[str, Any], ...]


def rows_of(
    request: RiskRequest,
    judgements: Mapping[str, Scored | NotScored],
    *,
    request_id: str,
    request_digest: str,
    pregnancy_pseudonym: str,
    predicted_at: datetime,
) -> Entry:
    """Only what was scored is logged, shown as a percentage or not."""
    scored = {name: judgement for name, judgement in judgements.items() if isinstance(judgement, Scored)}
    shared = {
        "request_id": request_id,
        "request_digest": request_digest,
        "pregnancy_pseudonym": pregnancy_pseudonym,
        "prediction_point": request.prediction_point,
        "scored_by": "model",
        "predicted_at": predicted_at,
        **_groupings(request),
    }
    return Entry(
        request_id=request_id,
        request_digest=request_digest,
        pregnancy_pseudonym=pregnancy_pseudonym,
        predicted_at=predicted_at,
        rows=tuple({**shared, **_risk(request, name, judgement)} for name, judgement in scored.items()),
    )


def _risk(request: RiskRequest, outcome: str, scored: Scored) -> dict[str, Any]:
    model = scored.champion.model
    population = model.intended_population
    return {
        "outcome": outcome,
        "outcome_definition": str(model.design.outcome_definition),
        "model_version": scored.champion.version,
        "model_digest": model.digest,
        "risk": scored.risk,
        "alert": scored.alert,
        "band": scored.band,
        "status": "scored" if scored.withheld is None else "list_only",
        "reasons_not_shown": json.dumps(not_shown(scored.explanation, scored.facts)),
        # An audit never pools schemes: a woman without a recorded group is 'Not known' in the scheme of the model.
        "group_scheme": request.recorded_group.scheme or population.group_scheme,
        "is_simulated": population.is_simulated,
    }


def _groupings(request: RiskRequest) -> dict[str, Any]:
    facts, recorded = request.facts, request.recorded_group
    age, quintile, interpreter = (
        facts.get(name) for name in ("maternal_age", "deprivation_quintile", "interpreter_needed")
    )
    return {
        "ethnic_category": recorded.category,
        "ethnic_group": recorded.group,
        "deprivation_quintile": int(quintile) if isinstance(quintile, float) else None,
        "age_band": age_band(age) if isinstance(age, float) else None,
        "interpreter_needed": interpreter if isinstance(interpreter, bool) else None,
    }
