"""Conditions in three-valued logic: what is not recorded is neither true nor false."""

from __future__ import annotations

import polars as pl
import pytest

from models.conditions import Condition, all_of, any_of, holds_for

FASTING = Condition(concept="glucose_fasting", comparison="at_least", value=5.6)
TWO_HOURS = Condition(concept="glucose_two_hours", comparison="at_least", value=7.8)


@pytest.mark.parametrize(
    ("fasting", "two_hours", "diabetes"),
    [
        (5.6, 7.7, True),
        (5.5, 7.8, True),
        (5.5, 7.7, False),
        (5.6, None, True),
        (5.5, None, None),
        (None, None, None),
    ],
)
def test_nice_thresholds_with_a_glucose_not_recorded(
    fasting: float | None, two_hours: float | None, diabetes: bool | None
) -> None:
    """NICE NG3: fasting 5.6 mmol/l or above, or 2 h 7.8 mmol/l or above."""
    schema = {"glucose_fasting": pl.Float64, "glucose_two_hours": pl.Float64}
    frame = pl.DataFrame({"glucose_fasting": [fasting], "glucose_two_hours": [two_hours]}, schema=schema)
    assert frame.select(any_of([FASTING, TWO_HOURS])).item() is diabetes


def test_no_condition_holds_of_everyone() -> None:
    frame = pl.DataFrame({"parity": [0, None]})
    assert frame.with_columns(all_of([]).alias("belongs"))["belongs"].to_list() == [True, True]


@pytest.mark.parametrize("comparison", ["below", "at_least", "above", "is", "is_not"])
@pytest.mark.parametrize("fact", [None, 0, 1, 2])
def test_one_woman_and_a_frame_agree(comparison: str, fact: int | None) -> None:
    condition = Condition(concept="parity", comparison=comparison, value=1)  # type: ignore[arg-type]
    frame = pl.DataFrame({"parity": [fact]}, schema={"parity": pl.Int64})
    assert frame.select(all_of([condition])).item() is holds_for([condition], {"parity": fact})


def test_one_failed_condition_decides_whatever_is_unknown() -> None:
    conditions = [FASTING, TWO_HOURS]
    assert holds_for(conditions, {"glucose_fasting": 5.0}) is False
    assert holds_for(conditions, {"glucose_fasting": 6.0}) is None
