"""Births by when they were: quarters where every month is known and quarters are few, years otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from records.errors import EquipartumError

__all__ = ["OnePeriod", "Periods", "periods_of"]

# More would make figures of too few births each, and a table nobody reads. Project default.
MOST_QUARTERS = 12
# A model is fitted on the earliest periods that together hold this share of the births. Project default.
SHARE_TO_FIT_ON = 0.5


class OnePeriod(EquipartumError):
    """Births that cannot be told apart by when they were."""


@dataclass(frozen=True, kw_only=True)
class Periods:
    """``names`` in order of time; ``of_row`` is each birth's place in them; ``years`` each one's middle.

    The first ``fitted_on`` are fitted on, the others judged.
    """

    names: tuple[str, ...]
    years: tuple[float, ...]
    of_row: npt.NDArray[np.int64]
    fitted_on: int

    @property
    def judged(self) -> range:
        return range(self.fitted_on, len(self.names))


def periods_of(frame: pl.DataFrame) -> Periods:
    """Raises `OnePeriod` where the births are of one year without months, of one quarter, or of no known year."""
    when = frame.select(year=pl.col("delivered_year").cast(pl.Int64), month=pl.col("delivered_month").cast(pl.Int64))
    unknown = when["year"].null_count()
    if unknown:
        raise OnePeriod(f"the year of {unknown:,} births is not recorded: they cannot be put in order of time")
    quarter = when.select(pl.col("year") * 4 + (pl.col("month") - 1) // 3).to_series()
    by_quarter = not quarter.null_count() and 1 < quarter.n_unique() <= MOST_QUARTERS
    time = quarter if by_quarter else when["year"]
    found = time.unique().sort().to_list()
    if len(found) < 2:
        raise OnePeriod(
            f"all births are of {found[0]}, and months are not recorded of all: name files of several years with --data"
        )
    of_row = time.replace_strict(found, range(len(found)), return_dtype=pl.Int64).to_numpy()
    share = np.cumsum(np.bincount(of_row)) / frame.height
    fitted_on = min(int(np.searchsorted(share, SHARE_TO_FIT_ON)) + 1, len(found) - 1)
    if by_quarter:
        names = tuple(f"{one // 4} Q{one % 4 + 1}" for one in found)
        years = tuple((one + 0.5) / 4 for one in found)
    else:
        names, years = tuple(str(one) for one in found), tuple(one + 0.5 for one in found)
    return Periods(names=names, years=years, of_row=of_row, fitted_on=fitted_on)
