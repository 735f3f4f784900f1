"""One observation as recorded, and the check that every observation passes before any of them is read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from models.early_warning.refusals import FutureObservation, ImplausibleTime, NaiveTime
from records.concepts import ImplausibleValue, concept
from records.errors import EquipartumError

__all__ = ["Observation", "aware", "checked"]


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One fact at one moment. ``value`` None is 'not recorded', and is the same as no observation.

    ``unit`` is a UCUM code for a quantity, None for a category or flag. ``over_minutes`` is the time up to
    ``observed_at`` that the value speaks for: 120 for a urine output averaged over the last two hours.
    """

    concept: str
    value: float | str | bool | None
    observed_at: datetime
    unit: str | None = None
    over_minutes: float = 0


def aware(moment: datetime, where: str) -> datetime:
    """The moment; `NaiveTime` where it has no offset from UTC, `ImplausibleTime` where its year is a slip."""
    if moment.utcoffset() is None:
        raise NaiveTime(f"{where}: a time needs its offset from UTC, as in 2026-03-01T09:30:00+00:00")
    if not 1900 <= moment.year < 2200:
        raise ImplausibleTime(f"{where}: the year of a time is from 1900 to 2199")
    return moment


def checked(observations: Iterable[Observation], at: datetime) -> list[Observation]:
    """The recorded ones in their concepts' own units.

    Raises `UnknownConcept`, what `Concept.check` raises, `NaiveTime`, `ImplausibleTime` and `FutureObservation`, each
    with the observation's place in the list, from 0.
    """
    recorded = []
    for place, observation in enumerate(observations):
        where = f"observation {place} ({observation.concept})"
        if aware(observation.observed_at, where) > at:
            raise FutureObservation(f"{where}: observed after the moment of the evaluation")
        try:
            known = concept(observation.concept)
            value = known.check(observation.value, observation.unit)
        except EquipartumError as refusal:
            raise type(refusal)(f"{where}: {refusal}") from None
        if not 0 <= observation.over_minutes < math.inf:
            raise ImplausibleValue(f"{where}: over_minutes is a finite number of minutes, 0 or more")
        if value is not None:
            recorded.append(replace(observation, value=value, unit=known.unit))
    return recorded
