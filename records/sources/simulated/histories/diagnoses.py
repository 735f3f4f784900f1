"""On which days hypertension of pregnancy is diagnosed, and by what chance it is by a day."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import from_quantiles, share_below
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days
from records.sources.simulated.histories.parameters import HistoryParameters

__all__ = ["HYPERTENSION", "chance_drawn_by", "days_of_diagnosis"]

HYPERTENSION = ("pre_eclampsia", "gestational_hypertension")


def days_of_diagnosis(women: Women, clock: Clock, numbers: HistoryParameters) -> Mapping[str, Days]:
    """As drawn; the day before a birth that came first; at booking what was there before. `NO_DAY` of who is not ill,
    or had not booked."""
    return {name: _days(women, clock, name, numbers) for name in HYPERTENSION}


def chance_drawn_by(name: str, day: int, numbers: HistoryParameters) -> float:
    """That the day drawn for a diagnosis is this one or earlier."""
    return float(share_below(np.array([day + 1.0]), numbers.days[name])[0])


def _days(women: Women, clock: Clock, name: str, numbers: HistoryParameters) -> Days:
    drawn = np.floor(from_quantiles(women.streams.uniform(f"day of {name}", women.rows), numbers.days[name]))
    day = np.minimum(drawn.astype(np.int64), women.facts["gestation_at_birth"].astype(np.int64) - 1)
    ill = women.facts[name].astype(bool) & (clock.booked != NO_DAY)
    return np.where(ill, np.maximum(day, clock.booked), NO_DAY)
