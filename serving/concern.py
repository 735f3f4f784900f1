"""A recorded concern in a refused set of observations: whatever is wrong with the rest, it is escalated.

A concern by itself triggers every chart, so no chart, unit or time has to be readable for it to be heard.
"""

from __future__ import annotations

from typing import Any

from serving.lenient_json import as_text, documents, objects

__all__ = ["body_concern", "concern_answer"]

_CONCERN = "concern"


def concern_answer(document: Any) -> dict[str, Any] | None:
    """The rule's answer, or None where no concern is in the document, or only one that is false or null."""
    values = [value for pairs in objects(document) for value in _values(pairs)]
    if any(value is True for value in values):
        return _answer(
            "recorded", acknowledge=True, headline="A concern was recorded: escalate it now, whatever the chart says."
        )
    return _unread() if any(value is not None and value is not False for value in values) else None


def body_concern(body: bytes, is_whole: bool) -> dict[str, Any] | None:
    """The rule's answer to a body that is refused unread. ``is_whole`` is False where more was sent than was kept."""
    read, is_read = documents(body)
    answer = concern_answer(read)
    if answer is not None or (is_read and is_whole):
        return answer
    return _unread() if _CONCERN in as_text(body).replace("\x00", "").casefold() else None


def _values(pairs: list[tuple[str, Any]]) -> list[Any]:
    """What one object says of a concern, as an observation of it or as a member of that name."""
    said = [value for name, value in pairs if name == _CONCERN]
    if any(name == "concept" and _is_concern(value) for name, value in pairs):
        # An observation of it without a value says something that cannot be read.
        said += [value for name, value in pairs if name == "value"] or ["no value"]
    return said


def _is_concern(name: Any) -> bool:
    return isinstance(name, str) and name.strip().casefold() == _CONCERN


def _answer(status: str, *, headline: str, acknowledge: bool) -> dict[str, Any]:
    return {"rule": _CONCERN, "status": status, "headline": headline, "acknowledgement_required": acknowledge}


def _unread() -> dict[str, Any]:
    headline = "A concern may have been recorded and could not be read: ask now."
    return _answer("cannot be read", headline=headline, acknowledge=False)
