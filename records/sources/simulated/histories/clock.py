"""When each pregnancy began, booked, was admitted and ended, and how long she was followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from records.sources.simulated.birth import ONSETS
from records.sources.simulated.drawing import Women
from records.sources.simulated.exact_arithmetic import Numbers, from_quantiles
from records.sources.simulated.histories.parameters import HistoryParameters

__all__ = ["NO_DAY", "Clock", "clock_of_births", "clock_of_losses"]

#: Where a pregnancy has no such day.
NO_DAY = np.iinfo(np.int16).min
Days = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FOLLOWED = 400
# Of an induction or a spontaneous labour, admission is the day before birth or its own day; of a planned caesarean its
# own day. Assumption.
_ADMITTED_THE_DAY_BEFORE = 0.5
_FIRST_TRANSFER_AFTER_BOOKING = 14
_WEEKS_42 = 42 * 7


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Gestational days, `NO_DAY` where there is none. ``day_zero`` are dates. ``seen_until`` is the last day on which
    this record is written: of whom care moved elsewhere, the day it did."""

    day_zero: NDArray[np.datetime64]
    booked: Days
    admitted: Days
    ended: Days
    born: Flags
    lost: Flags
    moved: Flags
    followed: Days

    @property
    def seen_until(self) -> Days:
        return np.where(self.moved | self.lost, self.ended, np.iinfo(np.int16).max)


def clock_of_births(women: Women, numbers: HistoryParameters) -> Clock:
    """Of pregnancies that end in a birth, whether this record sees it or her care moved elsewhere before."""
    rows, facts = women.rows, women.facts
    gestation = facts["gestation_at_birth"].astype(np.int64)
    booked = facts["gestation_at_booking"].astype(np.int64)
    unbooked = women.happens("unbooked", women.by_group_or_default(numbers.shares["unbooked"]))
    booked = np.where(unbooked | (booked >= gestation), NO_DAY, booked)
    # Whenever she gives birth: that her care has not moved yet tells nothing of the birth.
    earliest = booked + _FIRST_TRANSFER_AFTER_BOOKING
    left_on = earliest + np.floor(women.streams.uniform("left on", rows) * np.maximum(_WEEKS_42 - earliest, 0))
    moved = women.happens("transferred", women.by_group_or_default(numbers.shares["transferred"]))
    moved &= (booked != NO_DAY) & (left_on < gestation)
    day_before = women.happens("admitted the day before", _ADMITTED_THE_DAY_BEFORE)
    planned = facts["onset_of_birth"] == ONSETS.index("caesarean_before_labour")
    moved_within = from_quantiles(women.streams.uniform("moved within", rows), numbers.days["moved_within_the_year"])
    gone = women.happens("moved", women.by_group_or_default(numbers.shares["followed_less_than_a_year"]))
    followed = np.where(gone, np.floor(moved_within), _FOLLOWED).astype(np.int64)
    return Clock(
        day_zero=_birth_dates(women) - gestation.astype("timedelta64[D]"),
        booked=booked,
        admitted=np.where(moved, NO_DAY, gestation - (day_before & ~planned)),
        ended=np.where(moved, left_on, gestation).astype(np.int64),
        born=~moved,
        lost=np.zeros(rows, dtype=bool),
        moved=moved,
        followed=np.where(moved, NO_DAY, followed),
    )


def clock_of_losses(women: Women, numbers: HistoryParameters) -> Clock:
    """Of pregnancies lost before 24 weeks, all of them after booking."""
    rows = women.rows
    lost_on = np.floor(from_quantiles(women.streams.uniform("lost on", rows), numbers.days["lost"])).astype(np.int64)
    # Booked some time before: at the same share of the time there was.
    booked = np.floor(28 + women.streams.uniform("booked before the loss", rows) * (lost_on - 28)).astype(np.int64)
    ended_on = _birth_dates(women)
    no_day, nobody = np.full(rows, NO_DAY), np.zeros(rows, dtype=bool)
    return Clock(
        day_zero=ended_on - lost_on.astype("timedelta64[D]"),
        booked=np.minimum(booked, lost_on - 1),
        admitted=no_day,
        ended=lost_on,
        born=nobody,
        lost=~nobody,
        moved=nobody,
        followed=no_day,
    )


def _birth_dates(women: Women) -> NDArray[np.datetime64]:
    """A day of the month in which the pregnancy ended."""
    month = np.datetime64(f"{women.scenario.first_year}-01", "M") + women.facts["delivered"].astype("timedelta64[M]")
    first = month.astype("datetime64[D]")
    days_in_month: Numbers = ((month + 1).astype("datetime64[D]") - first).astype(np.float64)
    day = np.floor(women.streams.uniform("day of the month", women.rows) * days_in_month)
    dates: NDArray[np.datetime64] = first + day.astype("timedelta64[D]")
    return dates
