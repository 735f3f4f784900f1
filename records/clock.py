"""When things are known: gestational days and the prediction points of maternity care.

A prediction point is data. Everything a model may use at a point was known to care at or before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import total_ordering
from types import MappingProxyType

from records.errors import WrongUse

__all__ = [
    "ADMISSION",
    "BIRTH",
    "BOOKING",
    "POSTNATAL",
    "PREDICTION_POINTS",
    "WEEKS_16",
    "WEEKS_20",
    "WEEKS_28",
    "WEEKS_36",
    "PredictionPoint",
    "UnknownPredictionPoint",
    "point",
]


class UnknownPredictionPoint(WrongUse):
    """A prediction point that this project does not define."""


@total_ordering
@dataclass(frozen=True, kw_only=True)
class PredictionPoint:
    """A moment of the pathway at which a risk may be asked for.

    ``order`` sorts points along the pathway. ``gestational_day`` is the completed day of pregnancy, or None where the
    point is an event (her booking, her admission, the birth) that comes at whatever day it comes. Dates do not order
    what happened within a day: what is dated to the point's own day is known at it, but at admission it is not, since
    labour and birth may be of that same day. ``after_days`` count from the event to the point.
    """

    name: str
    title: str
    order: int
    gestational_day: int | None = None
    includes_its_day: bool = True
    after_days: int = 0

    def __lt__(self, other: PredictionPoint) -> bool:
        return self.order < other.order


BOOKING = PredictionPoint(name="booking", title="at booking", order=10)
WEEKS_16 = PredictionPoint(name="weeks_16", title="at 16 weeks", order=20, gestational_day=16 * 7)
WEEKS_20 = PredictionPoint(name="weeks_20", title="at 20 weeks", order=30, gestational_day=20 * 7)
WEEKS_28 = PredictionPoint(name="weeks_28", title="at 28 weeks", order=40, gestational_day=28 * 7)
WEEKS_36 = PredictionPoint(name="weeks_36", title="at 36 weeks", order=50, gestational_day=36 * 7)
ADMISSION = PredictionPoint(name="admission", title="at admission for birth", order=60, includes_its_day=False)
BIRTH = PredictionPoint(name="birth", title="at birth", order=70)
# NICE NG194 (2021): the assessment after birth is made at 6 to 8 weeks.
POSTNATAL = PredictionPoint(name="postnatal", title="at 6 to 8 weeks after birth", order=80, after_days=8 * 7)

PREDICTION_POINTS: Mapping[str, PredictionPoint] = MappingProxyType(
    {p.name: p for p in (BOOKING, WEEKS_16, WEEKS_20, WEEKS_28, WEEKS_36, ADMISSION, BIRTH, POSTNATAL)}
)


def point(name: str) -> PredictionPoint:
    """The prediction point of that name; `UnknownPredictionPoint` lists the names there are."""
    try:
        return PREDICTION_POINTS[name]
    except KeyError:
        raise UnknownPredictionPoint(
            f"no prediction point is called {name!r}; there are: {', '.join(PREDICTION_POINTS)}"
        ) from None
