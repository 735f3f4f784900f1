"""Until when a depression was under way, as far as its Condition tells.

``clinicalStatus`` is of the day the record was exported, and has no day of its own: 'resolved' may have been set years
after booking. Only an abatement with a date says when a depression ended. One that is active has not ended; one that
came back had ended, and neither day is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from records.sources.fhir.dates import first_possible_day, last_possible_day
from records.sources.fhir.meanings import codings_of
from records.sources.fhir.references import Json

__all__ = ["under_way_until"]

_CAME_BACK = {"recurrence", "relapse"}
_OTHER_ABATEMENTS = ("abatementAge", "abatementRange", "abatementString")


def under_way_until(condition: Json) -> Iterator[tuple[int | None, bool | None]]:
    """Days since 1970 before which it was certainly under way (true) or may have been (None); no day: without end."""
    period = condition.get("abatementPeriod") or {}
    written = condition.get("abatementDateTime") or period.get("end")
    first = first_possible_day(written, "Condition.abatement")
    last = last_possible_day(written, "Condition.abatement")
    statuses = {coding.get("code") for coding in codings_of(condition.get("clinicalStatus"))}
    if statuses & _CAME_BACK:
        yield None, None
    elif first is not None:
        yield first, True
        if last != first:
            yield last, None
    elif "active" in statuses and not period and not any(name in condition for name in _OTHER_ABATEMENTS):
        yield None, True
    else:
        yield None, None
