"""What a later reporting period adds or says otherwise was not known before, and changes nobody's booking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from records.clock import point
from records.histories.histories import HERE
from records.records import Records
from tests.spec.msds.msds_tables import BOOKING, MOTHER, afterwards, clock, known, scan, tables

PRETERM, NOTHING = "161765003", "160243008"


def sent(period: str) -> dict[str, str]:
    return {"RPStartDate": period, "UniqSubmissionID": period.replace("-", "")}


def before(code: str, period: str, on: str = "") -> dict[str, str]:
    return {"UniqPregID": "P1", "MasterSnomedCTPrevDiagCode": code, "DiagDate": on, **sent(period)}


def family(period: str, code: str = "160303001") -> dict[str, str]:
    return {"UniqPregID": "P1", "MasterSnomedCTSituationCode": code, **sent(period)}


def booked(period: str, **changed: str) -> dict[str, Any]:
    return {**BOOKING, **changed, **sent(period)}


def later(records: Records) -> list[tuple[int, str]]:
    return [(count, doubt[:6]) for doubt, count in records.doubts.items() if "first sent in a later" in doubt]


# The booking is first sent in March 2024, and she gives birth on 7 October (day 280).
HISTORIES: dict[str, tuple[list[dict[str, str]], str, str, Any]] = {
    "of the booking's period": ([before(PRETERM, "2024-03-01")], "booking", "previous_preterm_birth", True),
    "of a period before": ([before(PRETERM, "2024-02-01")], "booking", "previous_preterm_birth", True),
    "without a period": ([before(PRETERM, "")], "booking", "previous_preterm_birth", True),
    "of a period that cannot be read": ([before(PRETERM, "March")], "booking", "previous_preterm_birth", True),
    "sent in March and again in November": (
        [before(PRETERM, "2024-11-01"), before(PRETERM, "2024-03-01")], "booking", "previous_preterm_birth", True),
    "first sent after the birth": ([before(PRETERM, "2024-11-01")], "booking", "previous_preterm_birth", None),
    "nor by the time of the birth": ([before(PRETERM, "2024-11-01")], "birth", "previous_preterm_birth", None),
    "first sent after the birth, as asked": (
        [before(NOTHING, "2024-11-01")], "booking", "previous_gestational_diabetes", None),
    "asked in March, and the birth told in November": (
        [before(NOTHING, "2024-03-01"), before(PRETERM, "2024-11-01")], "birth", "previous_preterm_birth", False),
    "first sent in April: not by 16 weeks, 22 April": (
        [before(PRETERM, "2024-04-01")], "weeks_16", "previous_preterm_birth", None),
    "by 20 weeks it is": ([before(PRETERM, "2024-04-01")], "weeks_20", "previous_preterm_birth", True),
    "without a date in March, with that of a birth since in November": (
        [before("47821001", "2024-03-01"), before("47821001", "2024-11-01", on="2024-10-07")],
        "booking", "previous_postpartum_haemorrhage", True),
    "without a date in March, with one of June in July": (
        [before(PRETERM, "2024-03-01"), before(PRETERM, "2024-07-01", on="2024-06-20")],
        "booking", "previous_preterm_birth", True),
    "with a date of before the pregnancy, first sent in November": (
        [before(PRETERM, "2024-11-01", on="2021-06-01")], "birth", "previous_preterm_birth", None),
    "with a date in the pregnancy, first sent after it": (
        [before(PRETERM, "2024-11-01", on="2024-03-20")], "weeks_28", "previous_preterm_birth", None),
    "with a date later than its period": (
        [before(PRETERM, "2024-04-01", on="2024-06-20")], "weeks_20", "previous_preterm_birth", None),
}  # fmt: skip


@pytest.mark.parametrize("case", HISTORIES)
def test_a_history_is_known_from_the_end_of_the_period_in_which_it_was_first_sent(tmp_path: Path, case: str) -> None:
    rows, at, name, expected = HISTORIES[case]
    assert known(scan(tmp_path, tables(MSD107=rows)), at, name) is expected


def test_a_history_first_sent_later_is_known_afterwards_and_counted(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD107=[before(PRETERM, "2024-11-01")]))
    assert afterwards(records, "previous_preterm_birth") is True
    assert later(records) == [(1, "MSD107")]


def test_a_history_sent_with_the_booking_is_not_counted(tmp_path: Path) -> None:
    assert later(scan(tmp_path, tables(MSD107=[before(PRETERM, "2024-03-01")]))) == []


@pytest.mark.parametrize(("period", "expected"), [("2024-03-01", True), ("2024-11-01", None)])
def test_a_family_history_too(tmp_path: Path, period: str, expected: bool | None) -> None:
    records = scan(tmp_path, tables(MSD108=[family(period)]))
    assert known(records, "booking", "family_history_of_diabetes") is expected


def test_the_first_period_of_the_booking_counts_though_it_was_sent_again(tmp_path: Path) -> None:
    twice = [booked("2024-03-01"), booked("2024-11-01")]
    records = scan(tmp_path, tables(MSD101=twice, MSD107=[before(PRETERM, "2024-11-01")]))
    assert known(records, "booking", "previous_preterm_birth") is None


def test_an_extract_of_one_submission_loses_no_history(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD101=[booked("2024-11-01")], MSD107=[before(PRETERM, "2024-11-01")]))
    assert known(records, "booking", "previous_preterm_birth") is True
    assert later(records) == []


def test_bookings_without_periods_lose_no_history(tmp_path: Path) -> None:
    records = scan(tmp_path, tables(MSD101=[booked("")], MSD107=[before(PRETERM, "2024-11-01")]))
    assert known(records, "booking", "previous_preterm_birth") is True


def test_a_table_kept_of_one_period_in_an_extract_that_begins_after_booking_loses_none(tmp_path: Path) -> None:
    """Bookings of April and May are kept; of the histories only what May's submission says."""
    twice = [booked("2024-04-01"), booked("2024-05-01")]
    history = [before(PRETERM, "2024-05-01")]
    records = scan(tmp_path, tables(MSD101=twice, MSD107=history))
    assert known(records, "booking", "previous_preterm_birth") is True
    # Of two periods the table shows which of its rows came later.
    longer = scan(tmp_path / "longer", tables(MSD101=twice, MSD107=[*history, before(NOTHING, "2024-04-01")]))
    assert known(longer, "booking", "previous_preterm_birth") is False


@pytest.mark.parametrize("turned", [False, True])
def test_a_booking_sent_again_with_another_day_keeps_its_first(tmp_path: Path, turned: bool) -> None:
    rows = [booked("2024-03-01"), booked("2024-08-01", AntenatalAppDate="2024-07-28", GestAgeBooking="209")]
    records = scan(tmp_path, tables(MSD101=rows[::-1] if turned else rows))
    assert clock(records, "booked_day") == 70
    assert known(records, "booking", "gestation_at_booking") == 70
    assert records.histories is not None
    assert records.histories.standing(point("weeks_16")).to_list() == [HERE]
    sentence = "what she told at booking is otherwise in a later reporting period; what was recorded first was used"
    assert records.doubts == {sentence: 1}


def test_a_gestation_belongs_to_the_day_it_stands_beside(tmp_path: Path) -> None:
    """Without a due date, 209 days counted back from 11 March would begin the pregnancy in August 2023."""
    first = booked("2024-03-01", EDDAgreed="", GestAgeBooking="")
    second = booked("2024-08-01", EDDAgreed="", AntenatalAppDate="2024-07-28", GestAgeBooking="209")
    records = scan(tmp_path, tables(MSD101=[first, second], MSD301=[], MSD401=[]))
    assert clock(records, "day_zero") is None
    third = booked("2024-04-01", EDDAgreed="", GestAgeBooking="75")
    assert clock(scan(tmp_path / "third", tables(MSD101=[first, third, second])), "booked_day") == 75


def mother(period: str, decile: str) -> dict[str, Any]:
    return {**MOTHER, "Rank_IMD_Decile_2015": decile, **sent(period)}


AREAS: dict[str, tuple[list[dict[str, Any]], int | None]] = {
    "sent again in a later year": ([mother("2024-03-01", "3"), mother("2026-03-01", "9")], 2),
    "moved before booking": ([mother("2023-03-01", "9"), mother("2024-03-01", "3")], 2),
    "corrected in the month of booking": (
        [mother("2024-03-01", "9"), {**mother("2024-03-01", "3"), "UniqSubmissionID": "20240302"}], 2),
    "first sent after booking": ([mother("2024-06-01", "3"), mother("2026-03-01", "9")], 2),
    "what cannot be read takes the place of nothing": ([mother("2024-03-01", "12"), mother("2024-06-01", "3")], 2),
    "nothing that can be read": ([mother("2024-03-01", "12")], None),
}  # fmt: skip


@pytest.mark.parametrize("case", AREAS)
@pytest.mark.parametrize("turned", [False, True])
def test_where_she_lives_is_what_was_last_sent_by_booking(tmp_path: Path, case: str, turned: bool) -> None:
    rows, expected = AREAS[case]
    records = scan(tmp_path, tables(MSD001=rows[::-1] if turned else rows))
    assert known(records, "booking", "deprivation_quintile") == expected
    assert clock(records, "deprivation_quintile") == expected


def test_each_pregnancy_has_the_area_of_its_own_booking(tmp_path: Path) -> None:
    second = {**BOOKING, "UniqPregID": "P2", "EDDAgreed": "2026-09-12", "AntenatalAppDate": "2026-02-14"}
    moved = [mother("2024-03-01", "3"), mother("2026-02-01", "9")]
    records = scan(tmp_path, tables(MSD101=[BOOKING, second], MSD001=moved))
    assert records.histories is not None
    told = records.histories.known_by(point("booking"), ["deprivation_quintile"])
    assert told["deprivation_quintile"].to_list() == [2, 5]
