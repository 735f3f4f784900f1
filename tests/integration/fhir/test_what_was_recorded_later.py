"""What is issued or recorded after a point changes nothing that was told at it, and what is not known is no 'no'."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.clock import BOOKING, POSTNATAL, PREDICTION_POINTS, WEEKS_28
from records.sources.fhir import FhirHistories, read_resources
from records.sources.fhir.systems import EPISODE_EXTENSION, LOCAL, LOINC
from records.sources.nhs_facts import NHS_KNOWN_FROM
from tests.integration.fhir.resources import (
    BORN,
    DAY_ZERO,
    Json,
    condition,
    due,
    episode,
    known,
    observation,
    on,
    ordinary,
    patient,
    quantity,
    read,
)

ONGOING = "depression_ongoing_at_booking"
LATER = BORN + 74
NOT_USED = "a due date that was issued after the pregnancy was over says another day, and was not used"
ONLY_LATER = "no due date was issued before the pregnancy was over; the first issued after it was used"
NOT_TOLD = "whether a depression was still ongoing at booking is not told, and was taken as not known"
NOT_NEW = "a depression that is first recorded after the birth began before it, and is not counted as new"


def due_on(day: int, recorded: int | None, identity: str, code: str = "11778-8", **more: object) -> Json:
    return observation(identity, (LOINC, code), recorded, valueDateTime=on(day), **more)


def day_zero(*more: Json, born: int | None = BORN) -> tuple[list[datetime.date], dict[str, int]]:
    undated = [one for one in ordinary(born=born) if one["id"] != "due"]
    found = read_resources([*undated, *more])
    return found.histories.pregnancies["day_zero"].to_list(), dict(found.doubts)


def said(found: FhirHistories, *names: str) -> list[tuple[str, int, float]]:
    return [row for row in known(found.histories) if row[0] in names]


def at(found: FhirHistories, name: str, point: object = BOOKING) -> object:
    return found.histories.known_by(point, [name])[name].item()  # type: ignore[arg-type]


def afterwards(found: FhirHistories, name: str) -> object:
    return found.histories.afterwards([name])[name].item()


def followed(*more: Json) -> FhirHistories:
    """She was followed for more than a year after birth."""
    closed = episode(status="finished", period={"start": on(60), "end": on(BORN + 400)})
    return read_resources([closed if one["resourceType"] == "EpisodeOfCare" else one for one in ordinary(*more)])


def depression(recorded: int | None, status: str | None = "active", **more: object) -> Json:
    held = {} if status is None else {"clinicalStatus": {"coding": [{"code": status}]}}
    return condition("d", "35489007", recorded, **held, **more)


# The due date.


def test_a_due_date_that_is_issued_after_the_birth_moves_no_day_and_is_counted() -> None:
    found = read(due_on(308, LATER, "late"))
    assert at(found, "gestation_at_booking") == 60.0
    assert said(found, "gestation_at_birth") == [("gestation_at_birth", 280, 280.0)]
    assert found.doubts == {NOT_USED: 1}


def test_the_same_where_it_is_of_the_day_by_its_time_of_issue_only() -> None:
    late = due_on(308, None, "late", issued=f"{on(LATER)}T09:00:00Z")
    assert day_zero(due(), late) == ([DAY_ZERO], {NOT_USED: 1})


def test_the_last_due_date_that_was_issued_by_the_day_of_birth_holds() -> None:
    revised, on_the_day = due_on(284, 90, "revised"), due_on(283, BORN, "day")
    days, doubts = day_zero(due(), revised, on_the_day, due_on(300, BORN + 1, "late"))
    assert days == [DAY_ZERO + datetime.timedelta(days=3)]
    assert set(doubts) == {NOT_USED, "more than one due date is recorded; the last recorded was used"}


def test_one_of_a_better_kind_does_not_hold_where_it_was_issued_after_the_birth() -> None:
    by_period = due_on(280, 60, "period", code="11779-6")
    assert day_zero(by_period, due_on(308, LATER, "agreed")) == ([DAY_ZERO], {NOT_USED: 1})


def test_where_none_was_issued_by_the_birth_the_first_that_was_issued_later_holds() -> None:
    first, second = due_on(280, LATER, "one"), due_on(290, LATER + 10, "two")
    for order in ((first, second), (second, first)):
        assert day_zero(*order) == ([DAY_ZERO], {NOT_USED: 1, ONLY_LATER: 1})


def test_a_due_date_that_says_the_same_again_is_no_doubt() -> None:
    assert day_zero(due(), due_on(280, LATER, "again")) == ([DAY_ZERO], {})


def test_a_due_date_a_year_off_that_is_issued_later_does_not_take_the_birth_away() -> None:
    found = read(due_on(280 + 366, LATER, "typed"))
    assert found.histories.pregnancies.select("day_zero", "ended_by", "ended_day").row(0) == (DAY_ZERO, "birth", 280)


def test_a_due_date_that_is_corrected_before_birth_is_not_held_back_by_an_earlier_birth() -> None:
    """The first was typed a year too early, where a birth of hers is; it was corrected on the next day."""
    earlier = observation("before", (LOINC, "93857-1"), None, valueDateTime=on(-200))
    typed, corrected = due_on(-85, 60, "typed"), due_on(280, 61, "right")
    found = read_resources([patient(), episode(booked=None), typed, corrected, earlier])
    assert found.histories.pregnancies.select("day_zero", "ended_by").row(0) == (DAY_ZERO, None)


def test_the_birth_of_a_linked_baby_counts_too_and_so_does_a_loss() -> None:
    of_p1 = {"extension": [{"url": EPISODE_EXTENSION, "valueReference": {"reference": "EpisodeOfCare/p1"}}]}
    linked = observation("born", (LOINC, "93857-1"), BORN, valueDateTime=on(BORN), **of_p1)
    assert day_zero(due(), linked, due_on(308, LATER, "late"), born=None)[0] == [DAY_ZERO]
    lost = condition("l", "17369002", 90)
    found = read(lost, due_on(290, 100, "late"), born=None)
    assert found.histories.pregnancies.select("day_zero", "ended_by", "ended_day").row(0) == (DAY_ZERO, "loss", 90)


def test_each_pregnancy_of_a_woman_has_its_own_due_date() -> None:
    second = [episode("p2", booked=570), observation("due2", (LOINC, "11778-8"), 570, valueDateTime="2024-03-07")]
    # 2024-03-07 is day 796.
    born = observation("born2", (LOINC, "93857-1"), 796, valueDateTime=on(796))
    found = read(*second, born)
    zeros = found.histories.pregnancies.sort("pregnancy_id")["day_zero"].to_list()
    assert zeros == [DAY_ZERO, datetime.date(2023, 6, 1)]
    assert NOT_USED not in found.doubts


# What is known of herself.


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        ("maternal_age", (LOINC, "30525-0"), {"valueQuantity": quantity(31, "a")}),
        ("deprivation_quintile", (LOCAL, "deprivation_quintile"), {"valueInteger": 2}),
        ("interpreter_needed", (LOCAL, "interpreter_needed"), {"valueBoolean": True}),
    ],
)
def test_what_was_issued_after_booking_is_known_from_then(name: str, code: tuple[str, str], value: Json) -> None:
    late = observation("o", code, 60, issued=f"{on(150)}T09:00:00Z", **value)
    found = read(late)
    assert [day for _, day, _ in said(found, name)] == [150]
    assert at(found, name) is None
    assert at(found, name, WEEKS_28) is not None
    early = read({**late, "issued": f"{on(55)}T09:00:00Z", "effectiveDateTime": on(55)})
    assert [day for _, day, _ in said(early, name)] == [60]


def test_an_age_that_is_told_later_does_not_replace_that_of_the_day_of_birth() -> None:
    later = observation("a", (LOINC, "30525-0"), LATER, valueQuantity=quantity(41, "a"))
    alone = [patient(birthDate="1990-03-02"), *ordinary()[1:]]
    before, after = (read_resources([*alone, *more]) for more in ((), (later,)))
    assert said(before, "maternal_age") == said(after, "maternal_age") == [("maternal_age", 60, 32.0)]
    assert after.histories.pregnancies["age_band"].to_list() == ["30-34"]
    told = read_resources([*alone, {**later, "effectiveDateTime": on(58)}])
    assert said(told, "maternal_age") == [("maternal_age", 60, 41.0)]


# Depression at booking.


@pytest.mark.parametrize("status", ["resolved", "remission", "inactive", "recurrence", "relapse", None])
def test_a_depression_of_which_no_day_of_its_end_is_told_is_not_known_to_be_ongoing(status: str | None) -> None:
    found = followed(depression(-400, status))
    assert said(found, ONGOING) == []
    assert at(found, ONGOING) is None
    assert at(found, ONGOING, WEEKS_28) is None
    assert afterwards(found, ONGOING) is None
    assert found.doubts == {NOT_TOLD: 1}
    assert at(followed(), ONGOING) is afterwards(followed(), ONGOING) is False


@pytest.mark.parametrize(
    ("ended", "status", "expected"),
    [
        (on(61), "resolved", True),
        (on(300), "remission", True),
        (on(60), "resolved", False),
        (on(-100), "inactive", False),
        (on(61), None, True),
        ("2022-04", "resolved", True),  # days 90 to 119
        ("2022-02", "resolved", False),  # days 31 to 58
        ("2022-03", "resolved", None),  # booked on the 2nd
        ("2021", "resolved", False),
        ("2022", "resolved", None),
    ],
)
def test_where_the_day_of_its_end_is_told_it_decides(ended: str, status: str | None, expected: bool | None) -> None:
    found = followed(depression(-400, status, abatementDateTime=ended))
    assert at(found, ONGOING) is afterwards(found, ONGOING) is expected
    assert (NOT_TOLD in found.doubts) is (expected is None)
    period = followed(depression(-400, status, abatementPeriod={"start": on(-300), "end": ended}))
    assert at(period, ONGOING) is expected


def test_an_end_that_is_told_in_other_words_has_no_day() -> None:
    assert at(followed(depression(-400, "resolved", abatementString="in her twenties")), ONGOING) is None


@pytest.mark.parametrize("status", ["active", "recurrence", "resolved"])
def test_what_is_recorded_after_booking_does_not_make_it_ongoing_at_booking(status: str) -> None:
    for later in (depression(100, status), depression(100, status, onsetDateTime=on(20))):
        found = followed(later)
        assert at(found, ONGOING) is False


def test_of_two_records_the_one_that_is_sure_holds_and_a_denial_at_booking_too() -> None:
    sure = {**depression(-200), "id": "sure"}
    assert at(followed(depression(-400, "resolved"), sure), ONGOING) is True
    denied = observation("no", (LOCAL, ONGOING), 60, valueBoolean=False)
    found = followed(depression(-400, "resolved"), denied)
    assert at(found, ONGOING) is afterwards(found, ONGOING) is False
    assert NOT_TOLD not in found.doubts


# Depression after birth.


@pytest.mark.parametrize("onset", [20, 55, 200, BORN - 1])
def test_a_depression_that_began_before_the_birth_is_not_new_when_it_is_first_recorded_after_it(onset: int) -> None:
    found = followed(depression(BORN + 30, onsetDateTime=on(onset)))
    assert afterwards(found, "depression_within_a_year") is False
    assert found.doubts == {NOT_NEW: 1}
    assert at(found, ONGOING) is False


def test_one_that_began_by_booking_is_ongoing_at_booking_as_is_known_from_the_day_it_was_recorded() -> None:
    """So she is not of those who could newly fall ill, and no point before that day is told."""
    found = followed(depression(BORN + 30, onsetDateTime=on(20)))
    assert said(found, ONGOING) == [(ONGOING, BORN + 30, 1.0)]
    assert (at(found, ONGOING, WEEKS_28), at(found, ONGOING, POSTNATAL)) == (False, True)
    assert afterwards(found, ONGOING) is True
    resolved = followed(depression(BORN + 30, "resolved", onsetDateTime=on(20)))
    assert (at(resolved, ONGOING), at(resolved, ONGOING, POSTNATAL)) == (False, None)
    assert afterwards(resolved, ONGOING) is None
    in_pregnancy = followed(depression(BORN + 30, onsetDateTime=on(200)))
    assert afterwards(in_pregnancy, ONGOING) is False


def test_one_that_began_on_the_day_of_birth_or_later_is_new() -> None:
    for onset in (BORN, BORN + 10, BORN + 30):
        found = followed(depression(BORN + 30, onsetDateTime=on(onset)))
        assert afterwards(found, "depression_within_a_year") is True
        assert found.doubts == {}
    assert afterwards(followed(depression(BORN + 30)), "depression_within_a_year") is True


# All of it together.

LATE = st.sampled_from(
    [
        due_on(308, None, "late", issued=f"{on(LATER)}T09:00:00Z"),
        due_on(252, LATER, "late2"),
        observation("late age", (LOINC, "30525-0"), LATER, valueQuantity=quantity(44, "a")),
        observation("late area", (LOCAL, "deprivation_quintile"), LATER, valueInteger=5),
        observation("late weight", (LOINC, "29463-7"), LATER, valueQuantity=quantity(90, "kg")),
        depression(LATER, onsetDateTime=on(20)),
        {**depression(LATER, "recurrence"), "id": "again"},
        condition("p", "161765003", LATER),
    ]
)


@given(late=st.lists(LATE, max_size=5, unique_by=lambda one: one["id"]))
@settings(max_examples=40, deadline=None)
def test_no_point_before_it_is_told_what_was_recorded_after_the_birth(late: list[Json]) -> None:
    then = ordinary(observation("age", (LOINC, "30525-0"), 60, valueQuantity=quantity(31, "a")))
    before, after = read_resources(then), read_resources([*then, *late])
    for point in PREDICTION_POINTS.values():
        if point != POSTNATAL:
            one, other = (found.histories.known_by(point, tuple(NHS_KNOWN_FROM)) for found in (before, after))
            assert one.equals(other)
            assert before.histories.standing(point).equals(after.histories.standing(point))


def test_a_diagnosis_without_a_day_is_not_denied_afterwards_and_told_at_no_point() -> None:
    """Gestational diabetes, by the reference alone of this pregnancy: when she had it is not told."""
    of_it = {"url": EPISODE_EXTENSION, "valueReference": {"reference": "EpisodeOfCare/p1"}}
    found = read(condition("gdm", "11687002", None, extension=[of_it]))
    assert afterwards(found, "gestational_diabetes") is None
    assert at(found, "gestational_diabetes", WEEKS_28) is False
    assert afterwards(found, "placenta_praevia") is False
    assert any("no day is recorded" in aside.reason for aside in found.set_aside)
