"""EPDS item 10 in a request: read by itself, before the contract is checked and before any model is looked for.

It needs no valid request around it. What cannot be read is answered as 'ask', never as 'no flag'.
"""

from __future__ import annotations

from typing import Any

from models.epds import EpdsSafety, ImplausibleEpds, epds_item_10
from serving.facts import EPDS_FACTS

__all__ = ["safety_answer"]

# Asking for this outcome is asking about her mental health: an item 10 that is not sent is an item 10 not recorded.
_ASKS_ABOUT_MENTAL_HEALTH = "postpartum_depression"


def safety_answer(document: Any) -> dict[str, Any] | None:
    """The rule's answer, or None where neither the scale nor depression is in the request."""
    facts = document.get("facts") if isinstance(document, dict) else None
    recorded = facts if isinstance(facts, dict) else {}
    if not any(name in recorded for name in EPDS_FACTS) and not _asks_about_mental_health(document):
        return None
    item_10, total = (_value(recorded.get(name)) for name in EPDS_FACTS)
    answer = _evaluated(item_10, total)
    return {
        "rule": "epds_item_10",
        "status": answer.status,
        "headline": answer.headline,
        "acknowledgement_required": answer.acknowledgement_required,
    }


def _asks_about_mental_health(document: Any) -> bool:
    outcomes = document.get("outcomes") if isinstance(document, dict) else None
    return isinstance(outcomes, list) and _ASKS_ABOUT_MENTAL_HEALTH in outcomes


def _value(content: Any) -> Any:
    """The value of one fact, in whichever of its two forms it came."""
    return content.get("value") if isinstance(content, dict) else content


def _evaluated(item_10: Any, total: Any) -> EpdsSafety:
    try:
        return epds_item_10(item_10, total=total)
    except (ImplausibleEpds, TypeError):
        unreadable = EpdsSafety(
            status="cannot be evaluated",
            headline="EPDS item 10 or its total was sent in a form that cannot be read: ask item 10.",
            acknowledgement_required=False,
        )
        positive = (_positive(item_10, None), _positive(None, total))
        return next((answer for answer in positive if answer is not None), unreadable)


def _positive(item_10: Any, total: Any) -> EpdsSafety | None:
    try:
        answer = epds_item_10(item_10, total=total)
    except (ImplausibleEpds, TypeError):
        return None
    return answer if answer.status == "positive" else None
