"""Births in order of time: quarters, years, and what is refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from training.validation.periods import OnePeriod, periods_of
from training.validation.temporal import drift


def _births(when):
    years, months = zip(*when, strict=True)
    return pl.DataFrame(
        {"delivered_year": years, "delivered_month": months},
        schema={"delivered_year": pl.Int16, "delivered_month": pl.Int8},
    )


def test_quarters_where_every_month_is_known():
    found = periods_of(_births([(2021, 12), (2021, 1), (2021, 2), (2021, 3), (2021, 4), (2022, 1)]))
    assert found.names == ("2021 Q1", "2021 Q2", "2021 Q4", "2022 Q1")
    assert found.of_row.tolist() == [2, 0, 0, 0, 1, 3]
    assert found.fitted_on == 1
    assert list(found.judged) == [1, 2, 3]


def test_years_where_a_month_is_not_known_or_quarters_are_many():
    assert periods_of(_births([(2020, None), (2021, 5)])).names == ("2020", "2021")
    many = periods_of(_births([(year, 3 * quarter + 1) for year in range(2010, 2020) for quarter in range(4)]))
    assert many.names == tuple(str(year) for year in range(2010, 2020))
    assert many.fitted_on == 5


def test_the_last_period_is_judged_even_where_it_holds_most_births():
    found = periods_of(_births([(2019, None), *[(2020, None)] * 99]))
    assert (found.fitted_on, list(found.judged)) == (1, [1])


@pytest.mark.parametrize("when", [[(2020, None)] * 3, [(2020, 1), (2020, 2)], [(2020, 1), (None, None)]])
def test_births_that_cannot_be_told_apart_are_refused(when):
    with pytest.raises(OnePeriod):
        periods_of(_births(when))


def test_a_known_drift_is_found_and_none_is_not():
    """O:E that grows by a tenth a year, in ten years of 400 events each; and one that does not grow."""
    years = np.arange(2010, 2020) + 0.5
    random = np.random.default_rng(9)
    variance = np.full(10, 1 / 400)
    grown = drift(years, np.log(1.1) * (years - 2010) + random.normal(0, 0.05, 10), variance)
    assert grown.a_year.low < 1.1 < grown.a_year.high
    assert grown.a_year.low > 1
    assert "drifts" in grown.sentence
    still = drift(years, random.normal(0, 0.05, 10), variance)
    assert still.a_year.low < 1 < still.a_year.high
    assert "not shown to drift" in still.sentence


def test_the_slope_is_that_of_weighted_least_squares():
    years, effect, variance = np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.2, 0.1]), np.array([0.01, 0.02, 0.04])
    oracle = np.polyfit(years, effect, 1, w=1 / np.sqrt(variance))[0]
    assert np.log(drift(years, effect, variance).a_year.value) == pytest.approx(oracle)
