"""FHIR dates: precise ones as days, imprecise ones as none or as the last day they can mean."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.sources.fhir.dates import day_of, first_possible_day, instant_of, last_possible_day
from records.sources.fhir.errors import UnreadableResource

EPOCH = datetime.date(1970, 1, 1)


@given(day=st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
def test_a_day_is_a_day_with_or_without_its_time(day: datetime.date) -> None:
    expected = (day - EPOCH).days
    assert day_of(day.isoformat(), "x") == expected
    assert day_of(f"{day.isoformat()}T22:30:00", "x") == expected
    # Noon in UTC is of the same day in England, summer and winter.
    assert day_of(f"{day.isoformat()}T12:00:00Z", "x") == expected
    assert last_possible_day(day.isoformat(), "x") == expected


@given(day=st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
def test_a_month_or_year_has_no_day_and_none_after_its_last(day: datetime.date) -> None:
    for written in (day.strftime("%Y-%m"), day.strftime("%Y")):
        assert day_of(written, "x") is None
        last = EPOCH + datetime.timedelta(days=last_possible_day(written, "x"))
        assert last.isoformat().startswith(written)
        assert not (last + datetime.timedelta(days=1)).isoformat().startswith(written)
        first = EPOCH + datetime.timedelta(days=first_possible_day(written, "x"))
        assert first.isoformat().startswith(written)
        assert not (first - datetime.timedelta(days=1)).isoformat().startswith(written)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        # Summer time in 2024 from 31 March to 27 October, 01:00 UTC (Summer Time Order 2002).
        ("2024-09-15T23:30:00Z", "2024-09-16"),
        ("2024-09-15T23:30:60.123+00:00", "2024-09-16"),
        ("2024-09-16T00:30:00+01:00", "2024-09-16"),
        ("2024-09-15T23:00Z", "2024-09-16"),  # midnight in England, as a server in UTC sends it
        ("2024-01-15T23:30:00Z", "2024-01-15"),
        ("2024-10-26T23:30:00Z", "2024-10-27"),
        ("2024-10-27T23:30:00Z", "2024-10-27"),
        ("2024-12-31T20:00:00-05:00", "2025-01-01"),
        ("2024-09-15T23:30:00", "2024-09-15"),  # no offset: as written
    ],
)
def test_a_time_with_an_offset_is_of_the_day_it_was_in_england(written: str, day: str) -> None:
    expected = (datetime.date.fromisoformat(day) - EPOCH).days
    assert day_of(written, "x") == last_possible_day(written, "x") == expected


def test_a_time_that_no_clock_shows_is_named_by_its_element() -> None:
    with pytest.raises(UnreadableResource, match=r"^Procedure\.performed is a time that no clock shows"):
        day_of("2024-09-15T24:30:00Z", "Procedure.performed")


def test_nothing_written_is_no_date() -> None:
    assert day_of(None, "x") is last_possible_day(None, "x") is instant_of(None, "x") is None


@pytest.mark.parametrize(
    "written", ["2022-02-30", "2022-2-3", "20220203", "2022-W05-1", "1066-10-14", 20220203, "", "2022-13"]
)
def test_what_is_no_date_is_named_by_its_element_and_not_by_its_value(written: object) -> None:
    with pytest.raises(UnreadableResource, match=r"^Condition\.onset ") as refusal:
        last_possible_day(written, "Condition.onset")
    assert not written or str(written) not in str(refusal.value)


def test_instants_are_compared_across_offsets() -> None:
    assert instant_of("2022-05-01T10:00:00+01:00", "x") == instant_of("2022-05-01T09:00:00Z", "x")
    assert instant_of("2022-05-01T09:00:00.001Z", "x") == instant_of("2022-05-01T09:00:00Z", "x") + 1000
