"""Reading facts from observations up to a day, in one pass over them in any order.

Cost: one step an observation and reading of its concept; memory: 10 bytes a pregnancy and reading (40 more where it is
a slope). No sort, so that 60 million observations need no copy of themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from records.compiled import compiled
from records.histories.tables import CONCEPT_NAMES
from records.reading import HOW, Reading

__all__ = ["FOREVER", "NEVER", "read_as_of"]

Days = npt.NDArray[np.int16]
Numbers = npt.NDArray[np.float64]

#: A last day that no observation reaches, and one that none passes.
NEVER, FOREVER = np.iinfo(np.int16).min, np.iinfo(np.int16).max
#: Where a pregnancy has no birth, no day is after it.
_NO_BIRTH = FOREVER

_FIRST, _LAST, _MAXIMUM, _MINIMUM, _COUNT, _SLOPE, _SINCE = (
    HOW.index(how) for how in ("first", "last", "maximum", "minimum", "count", "slope", "days_since_first")
)
# A slope is a sum of floats, whose last digits the order of the observations moves; nobody's care needs so many.
_DIGITS_OF_A_SLOPE = 9


@dataclass(frozen=True, kw_only=True)
class _Readings:
    """The readings as arrays: which belong to a concept, and what each asks."""

    start: npt.NDArray[np.int64]
    which: npt.NDArray[np.int64]
    how: npt.NDArray[np.int8]
    low: npt.NDArray[np.int32]
    high: npt.NDArray[np.int32]

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> _Readings:
        by_concept = {name: [n for n, r in enumerate(readings) if r.of == name] for name in CONCEPT_NAMES}
        windows = [_window(reading) for reading in readings]
        return cls(
            start=np.cumsum([0, *(len(found) for found in by_concept.values())]),
            which=np.array([n for found in by_concept.values() for n in found], dtype=np.int64),
            how=np.array([HOW.index(reading.how) for reading in readings], dtype=np.int8),
            low=np.array([low for low, _ in windows], dtype=np.int32),
            high=np.array([high for _, high in windows], dtype=np.int32),
        )


def _window(reading: Reading) -> tuple[int, int]:
    """Days after birth; no observation is further from it than the ends that stand for none."""
    everything = 2 * FOREVER
    low, high = reading.window
    return int(max(low, -everything)), int(min(high, everything))


def read_as_of(
    observations: Iterable[pl.DataFrame], readings: Sequence[Reading], limit: Days, birth: Days, *, until: Days
) -> list[Numbers]:
    """For each reading one number a pregnancy, NaN where nothing was observed.

    ``observations`` in parts. ``limit`` is each pregnancy's last day that counts (`NEVER`: none does), ``birth`` the
    day she gave birth (`FOREVER`: she did not), ``until`` the day to which `days_since_first` counts (`NEVER`: none).
    """
    asked, pregnancies = _Readings.of(readings), len(limit)
    dated = [r.how in ("first", "last", "days_since_first") for r in readings]
    value = np.full((len(readings), pregnancies), np.nan)
    day = np.zeros((len(readings), pregnancies), dtype=np.int16) if any(dated) else np.zeros((1, 1), dtype=np.int16)
    slopes = [n for n, reading in enumerate(readings) if reading.how == "slope"]
    place = np.full(len(readings), -1, dtype=np.int64)
    place[slopes] = np.arange(len(slopes))
    sums = np.zeros((len(slopes), 5, pregnancies if slopes else 0))
    for part in observations:
        _fold(
            part["pregnancy"].to_numpy(),
            part["concept"].to_physical().to_numpy(),
            part["day"].to_numpy(),
            part["value"].to_numpy(),
            *(asked.start, asked.which, asked.how, asked.low, asked.high, place),
            *(limit, birth, value, day, sums),
        )
    return [
        _finished(reading, value[n], day[n] if dated[n] else None, sums[place[n]] if place[n] >= 0 else None, until)
        for n, reading in enumerate(readings)
    ]


def _finished(reading: Reading, value: Numbers, day: Days | None, sums: Numbers | None, until: Days) -> Numbers:
    if reading.how == "days_since_first" and day is not None:
        return np.where(np.isnan(value) | (until == NEVER), np.nan, until.astype(np.float64) - day)
    if sums is not None:
        count, days, values, products, squares = sums
        spread = count * squares - days * days
        with np.errstate(invalid="ignore", divide="ignore"):
            a_week = 7.0 * (count * products - days * values) / spread
        return np.where(spread > 0, np.round(a_week, _DIGITS_OF_A_SLOPE), np.nan)
    return value


@compiled()
def _fold(
    pregnancy: npt.NDArray[np.uint32],
    concept: npt.NDArray[np.uint8],
    observed_on: Days,
    observed: Numbers,
    start: npt.NDArray[np.int64],
    which: npt.NDArray[np.int64],
    how: npt.NDArray[np.int8],
    low: npt.NDArray[np.int32],
    high: npt.NDArray[np.int32],
    place: npt.NDArray[np.int64],
    limit: Days,
    birth: Days,
    value: Numbers,
    day: Days,
    sums: Numbers,
) -> None:
    """Takes one part of the observations into ``value``, ``day`` and ``sums``."""
    for row in range(pregnancy.shape[0]):
        one, on, number = pregnancy[row], observed_on[row], observed[row]
        if on > limit[one]:
            continue
        for index in range(start[concept[row]], start[concept[row] + 1]):
            n = which[index]
            after = np.int32(on) - np.int32(birth[one])
            # Before a birth that never came, every day is before birth.
            if after < low[n] or after > high[n]:
                continue
            asked, had = how[n], value[n, one]
            if asked in (_FIRST, _LAST):
                newer = on < day[n, one] if asked == _FIRST else on > day[n, one]
                if np.isnan(had) or newer or (on == day[n, one] and number > had):
                    value[n, one], day[n, one] = number, on
            elif asked == _SINCE:
                if number != 0.0 and (np.isnan(had) or on < day[n, one]):
                    value[n, one], day[n, one] = number, on
            elif asked == _MAXIMUM:
                if np.isnan(had) or number > had:
                    value[n, one] = number
            elif asked == _MINIMUM:
                if np.isnan(had) or number < had:
                    value[n, one] = number
            elif asked == _COUNT:
                if np.isnan(had):
                    value[n, one] = 0.0
                if number != 0.0:
                    value[n, one] += 1.0
            elif asked == _SLOPE:
                s = place[n]
                sums[s, 0, one] += 1.0
                sums[s, 1, one] += on
                sums[s, 2, one] += number
                sums[s, 3, one] += on * number
                sums[s, 4, one] += np.float64(on) * on
