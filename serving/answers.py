"""What a clinical system is told about one woman, outcome by outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models.explanation import REASONS_HEADING, Reason, reasons
from models.outcomes import OUTCOMES
from models.release import audit_address
from models.risk_model import RiskModel
from records.clock import BOOKING, PREDICTION_POINTS
from serving.champion import Champion
from serving.contract import RiskRequest
from serving.natural_frequency import denominator_for, natural_frequency, sentence
from serving.scoring import NotScored, Scored

__all__ = ["RESEARCH_NOTICE", "SIMULATED_NOTICE", "answer", "audit_reference", "notice_for"]

SIMULATED_NOTICE = "SIMULATED: NOT FOR CARE"
RESEARCH_NOTICE = "RESEARCH USE: NOT A MEDICAL DEVICE"

BY_CURVE = (
    "of held-out women scored like this, how often it happened, with a 95 % interval "
    "(bootstrap of a calibration curve, by woman)"
)
BY_TENTHS = "of held-out women scored like this, how often it happened, with a 95 % interval (Wilson 1927)"
# How records write an offer down is nothing that a clinician asks for.
OFFER_MEMBERS = ("offer", "by", "window", "harm", "authority", "latest_day")

Judgement = Scored | NotScored


def answer(
    request: RiskRequest,
    judgements: Mapping[str, Judgement],
    *,
    safety: Mapping[str, Any] | None,
    request_id: str,
    predicted_at: datetime,
) -> dict[str, Any]:
    """The body of an answered request. ``safety`` comes first, whatever else is in it."""
    shown = [j for j in judgements.values() if isinstance(j, Scored) and j.withheld is None]
    of = denominator_for(risk for scored in shown for risk in (scored.risk, scored.champion.model.average_risk))
    return {
        **({"safety": safety} if safety is not None else {}),
        "notice": notice_for([j.champion for j in judgements.values() if isinstance(j, Scored)]),
        "request_id": request_id,
        "predicted_at": predicted_at.isoformat(),
        "prediction_point": request.prediction_point,
        "outcomes": {name: _judged(request, judgement, of) for name, judgement in judgements.items()},
    }


def notice_for(champions: Sequence[Champion]) -> str:
    """One simulated model makes the whole answer unfit for care."""
    simulated = any(champion.model.intended_population.is_simulated for champion in champions)
    return SIMULATED_NOTICE if simulated else RESEARCH_NOTICE


def _judged(request: RiskRequest, judgement: Judgement, of: int) -> dict[str, Any]:
    if isinstance(judgement, NotScored):
        return {"status": judgement.status, "reason": judgement.reason}
    if judgement.withheld is not None:
        return _list_only(request, judgement)
    return _scored(request, judgement, of)


def _scored(request: RiskRequest, scored: Scored, of: int) -> dict[str, Any]:
    model = scored.champion.model
    declared, definition = OUTCOMES[model.design.outcome], model.design.outcome_definition
    frequency, average = natural_frequency(scored.risk, of), natural_frequency(model.average_risk, of)
    return {
        "status": "scored",
        "title": declared.title,
        "risk": scored.risk,
        "natural_frequency": vars(frequency) | {"sentence": sentence(frequency, declared, definition)},
        "interval": _interval(model, scored.risk),
        "bounded_by": _bound(scored),
        "band": scored.band,
        "average_risk": model.average_risk,
        "average_natural_frequency": vars(average),
        **_offer(scored),
        "reasons_heading": REASONS_HEADING,
        "reasons_scale": f"log-odds, against the average of: {model.intended_population.description}",
        "reasons": [_reason(reason) for reason in reasons(scored.explanation, scored.facts)],
        **_inputs(request, scored),
        **_provenance(scored.champion),
    }


def _list_only(request: RiskRequest, scored: Scored) -> dict[str, Any]:
    model = scored.champion.model
    return {
        "status": "list_only",
        "title": OUTCOMES[model.design.outcome].title,
        "reason": scored.withheld,
        "bounded_by": _bound(scored),
        "band": scored.band,
        "order": _order(scored),
        **_offer(scored),
        **_inputs(request, scored),
        **_provenance(scored.champion),
    }


def _bound(scored: Scored) -> dict[str, str] | None:
    """The outcome around this one whose risk this may not exceed, where it would have."""
    if scored.bounded_by is None:
        return None
    title = OUTCOMES[scored.bounded_by].title
    sentence = f"told no higher than the risk of {title}, which it lies within; the reasons are those of its own model"
    return {"outcome": scored.bounded_by, "sentence": sentence}


def _order(scored: Scored) -> dict[str, Any] | None:
    """Her place among the held-out women cut into parts by the model's score; no edge of a part is told."""
    parts = scored.champion.model.calibration_bands
    if not parts:
        return None
    place = sum(scored.risk >= part.low for part in parts)
    return {"place": max(place, 1), "of": len(parts), "highest": len(parts)}


def _interval(model: RiskModel, risk: float) -> dict[str, Any] | None:
    """What was seen of women scored alike, and how the risk told lies to it."""
    band = model.calibration_band_of(risk)
    if band is None:
        return None
    curve = model.observed_curve
    return {
        "meaning": BY_TENTHS if curve is None else BY_CURVE,
        "scored_from": band.low,
        "scored_below": min(band.high, 1.0),
        "observed": band.observed,
        "lower": band.lower,
        "upper": band.upper,
        "risk_told": "below" if risk < band.lower else "above" if risk > band.upper else "within",
        "women_scored_like_this": curve is None or curve.covers(risk),
    }


def _offer(scored: Scored) -> dict[str, Any]:
    design = scored.champion.model.design
    action = OUTCOMES[design.outcome].actions[design.prediction_point]
    if action is None or not scored.alert:
        return {"alert": scored.alert, "offer": None}
    told = {name: getattr(action, name) for name in OFFER_MEMBERS}
    return {"alert": scored.alert, "offer": told | {"in_time": _in_time(scored, action.latest_day)}}


def _in_time(scored: Scored, latest_day: int | None) -> bool | None:
    """Whether what is offered can still be done; None where the day of her pregnancy is not known."""
    if latest_day is None:
        return True
    point = PREDICTION_POINTS[scored.champion.model.design.prediction_point]
    day = scored.facts.get("gestation_at_booking") if point == BOOKING else point.gestational_day
    return day <= latest_day if isinstance(day, int | float) else None


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "concept": reason.concept,
        "wording": reason.wording,
        "value": reason.value,
        "unit": reason.unit,
        "direction": reason.direction,
        "log_odds": reason.log_odds,
    }


def _inputs(request: RiskRequest, scored: Scored) -> dict[str, Any]:
    model = scored.champion.model
    concepts = model.encoding.concepts
    recorded = [name for name, fact in request.facts.items() if fact is not None]
    return {
        "inputs_used": [name for name in concepts if name in recorded],
        "inputs_missing": [name for name in concepts if name not in (*recorded, *request.undefined)],
        "inputs_undefined": [name for name in concepts if name in request.undefined],
        "facts_not_read": [name for name in recorded if name not in concepts],
        "groups_read": list(model.groups_read),
    }


def _provenance(champion: Champion) -> dict[str, Any]:
    return {"model": champion.reference, "audit": audit_reference(champion)}


def audit_reference(champion: Champion) -> dict[str, Any] | None:
    if champion.tags is None or not champion.tags.audit_id:
        return None
    design = champion.model.design
    return {
        "id": champion.tags.audit_id,
        "report": audit_address(design.outcome, design.prediction_point, champion.tags.audit_id),
        "blocking_findings": list(champion.tags.blocking_findings),
        "status": champion.tags.status,
    }
