"""EPDS item 10 in a request: read by itself, before the contract is checked and before any model is looked for.

It needs no valid request around it, nor one that is JSON throughout. What cannot be read is answered as 'ask', never
as 'no flag'; where a request says two things, the positive one holds.
"""

from __future__ import annotations

import re
from typing import Any

from models.epds import EpdsSafety, ImplausibleEpds, epds_item_10
from serving.facts import EPDS_FACTS
from serving.lenient_json import Pairs, as_text, documents, members, objects

__all__ = ["UNREAD", "body_safety", "safety_answer"]

# Asking for this outcome is asking about her mental health: an item 10 that is not sent is an item 10 not recorded.
_ASKS_ABOUT_MENTAL_HEALTH = "postpartum_depression"
UNREAD = "cannot be read: ask item 10"
_NUMBER_AS_TEXT = re.compile(r"\s*0*[1-9][0-9]?(\.0+)?\s*", re.ASCII)
# In text that is not JSON throughout: the item's name, then a whole number from 1 to 3 as its value.
# Spaces are bounded, so that no text takes longer than its length.
_POSITIVE_IN_TEXT = re.compile(
    r'"epds_item_10"\s{0,20}:\s{0,20}(?:\{[^{}]{0,200}?"value"\s{0,20}:\s{0,20})?"?[1-3](?:\.0{1,20})?[\s"},\]]'
)


def safety_answer(document: Any) -> dict[str, Any] | None:
    """The rule's answer, or None where neither the scale nor depression is in the document, at whatever depth."""
    found: dict[str, list[Any]] = {name: [] for name in EPDS_FACTS}
    for pairs in objects(document):
        for name, content in pairs:
            if name in found:
                found[name] += _values(content)
    if not any(found.values()) and not _asks_about_mental_health(document):
        return None
    items, *totals = found.values()
    return _answer(_evaluated(items, totals))


def body_safety(body: bytes, is_whole: bool) -> dict[str, Any] | None:
    """The rule's answer to a body that is refused unread. ``is_whole`` is False where more was sent than was kept."""
    read, is_read = documents(body)
    answer = safety_answer(read)
    if (is_read and is_whole) or (answer is not None and answer["status"] == "positive"):
        return answer
    text = as_text(body).replace("\x00", "")
    if _POSITIVE_IN_TEXT.search(text):
        return _answer(epds_item_10(1))
    if answer is None and "epds" not in text.casefold() and _ASKS_ABOUT_MENTAL_HEALTH not in text:
        return None
    unread = "The request cannot be read and may hold EPDS item 10: ask item 10."
    return {"rule": "epds_item_10", "status": UNREAD, "headline": unread, "acknowledgement_required": False}


def _answer(answer: EpdsSafety) -> dict[str, Any]:
    return {
        "rule": "epds_item_10",
        "status": answer.status,
        "headline": answer.headline,
        "acknowledgement_required": answer.acknowledgement_required,
    }


def _asks_about_mental_health(document: Any) -> bool:
    asked = (outcomes for pairs in objects(document) for name, outcomes in pairs if name == "outcomes")
    return any(isinstance(outcomes, list) and _ASKS_ABOUT_MENTAL_HEALTH in outcomes for outcomes in asked)


def _values(content: Any) -> list[Any]:
    """The values of one fact, in whichever of its two forms it came: more than one where it was given twice."""
    if not isinstance(content, dict | Pairs):
        return [_number(content)]
    given = [_number(value) for name, value in members(content) if name == "value"]
    return given or [None]


def _number(value: Any) -> Any:
    """A number above 0 sent as text is that number; any other text stays what cannot be read."""
    return float(value) if isinstance(value, str) and _NUMBER_AS_TEXT.fullmatch(value) else value


def _evaluated(items: list[Any], totals: list[list[Any]]) -> EpdsSafety:
    """``totals`` are the values of each of the facts that hold one: in pregnancy, and after birth."""
    every_total = [total for values in totals for total in values]
    alone = [_positive(item, None) for item in items] + [_positive(None, total) for total in every_total]
    if (positive := next((answer for answer in alone if answer is not None), None)) is not None:
        return positive
    try:
        if all(len(values) <= 1 for values in (items, *totals)):
            item, known = next(iter(items), None), [total for total in every_total if total is not None]
            # Every total is checked; none of them is positive by itself, so all answers are the same.
            answer, *_ = [epds_item_10(item, total=total) for total in known or [None]]
            return answer
    except (ImplausibleEpds, TypeError):
        pass
    return EpdsSafety(
        status="cannot be evaluated",
        headline="EPDS item 10 or its total was sent in a form that cannot be read: ask item 10.",
        acknowledgement_required=False,
    )


def _positive(item_10: Any, total: Any) -> EpdsSafety | None:
    try:
        answer = epds_item_10(item_10, total=total)
    except (ImplausibleEpds, TypeError):
        return None
    return answer if answer.status == "positive" else None
