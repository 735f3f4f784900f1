"""Who of a dated record is in a cohort at a point, and under which reason the others are counted."""

from __future__ import annotations

import polars as pl
import pytest

from records.histories.earlier_pregnancies import overlapping
from tests.unit.training.dated_women import PRETERM, TERM, Woman, gave_birth, records_of
from training.cohort import Cohort, assemble


def cohort(outcome: str, at: str, *women: Woman) -> Cohort:
    return assemble(outcome, at, records_of(*women))


def test_only_who_is_still_pregnant_and_booked_is_asked() -> None:
    found = cohort(
        *("preterm_birth", "weeks_20", gave_birth(TERM), gave_birth(PRETERM), gave_birth(139)),
        *(gave_birth(TERM, booked=booked) for booked in (141, 140, None)),
    )
    assert found.frame["pregnancy_id"].to_list() == ["p0", "p1", "p4"]
    assert found.frame["observed"].to_list() == [False, True, False]
    assert found.denominator.not_asked == {"no longer pregnant": 1, "not booked by then": 2}
    assert found.denominator.in_records == 6
    assert "1 no longer pregnant; 2 not booked by then;" in str(found.denominator)


def test_a_birth_on_the_day_of_the_point_is_over_by_then() -> None:
    found = cohort("preterm_birth", "weeks_28", gave_birth(196), gave_birth(197))
    assert found.frame["pregnancy_id"].to_list() == ["p1"]


def test_whose_care_moved_elsewhere_is_censored_and_never_a_no() -> None:
    moved = Woman(booked=60, ended=200, by="transfer")
    gone_before = Woman(booked=60, ended=130, by="transfer")
    found = cohort("preterm_birth", "weeks_20", gave_birth(TERM), moved, gone_before)
    assert found.frame["observed"].to_list() == [False, None]
    assert found.denominator.censored == 1
    assert found.denominator.not_asked == {"care moved elsewhere": 1}
    assert "1 of those because care moved elsewhere" in str(found.denominator)


def test_a_loss_competes_and_a_stillbirth_is_outside_live_births() -> None:
    lost = Woman(booked=60, ended=150, by="loss")
    stillborn = Woman(booked=60, ended=TERM, by="birth").on(
        TERM, ("gestation_at_birth", TERM), ("live_birth", False), ("stillbirth", True), ("fetuses", 1)
    )
    found = cohort("preterm_birth", "booking", gave_birth(TERM), lost, stillborn)
    assert found.frame.height == 1
    assert found.denominator.not_asked == {"whose pregnancy was lost before it could be known": 1}
    assert found.denominator.outside_population == 1


@pytest.mark.parametrize(("diagnosed_on", "asked"), [(59, False), (60, False), (61, True)])
def test_a_diagnosis_by_the_day_of_the_point_is_no_prediction(diagnosed_on: int, asked: bool) -> None:
    """Dates do not order a day: a test of her booking day is known at booking."""
    tested = [("glucose_fasting", 6.1), ("diabetes_test_done", True), ("pre_existing_diabetes", False)]
    early = gave_birth(TERM).on(diagnosed_on, *tested, ("glucose_two_hours", 6.0))
    normal = gave_birth(TERM).on(180, ("glucose_fasting", 4.4), ("glucose_two_hours", 6.0), *tested[1:])
    found = cohort("gestational_diabetes", "booking", normal, early)
    assert found.frame["pregnancy_id"].to_list() == (["p0", "p1"] if asked else ["p0"])
    if asked:
        assert found.frame["observed"].to_list() == [False, True]
    else:
        assert found.denominator.not_asked == {"already diagnosed by then": 1}


def test_a_pregnancy_that_goes_on_is_asked_and_not_ascertained() -> None:
    found = cohort("preterm_birth", "weeks_20", gave_birth(TERM), Woman(booked=60, ended=None, by=None))
    assert found.frame["observed"].to_list() == [False, None]
    assert found.denominator.censored == 0


def test_nobody_is_asked_at_birth_who_has_not_given_birth() -> None:
    going_on = Woman(booked=60, ended=None, by=None)
    lost = Woman(booked=60, ended=100, by="loss")
    born = gave_birth(TERM).on(TERM + 100, ("depression", True)).on(60, ("depression_ongoing_at_booking", False))
    found = cohort("postpartum_depression", "birth", born, gave_birth(TERM, followed=100), going_on, lost)
    assert found.frame["observed"].to_list() == [True, None]
    assert found.denominator.not_asked == {"no longer pregnant": 1, "not there yet": 1}


def test_predictors_are_as_they_were_at_the_point_and_outcomes_as_they_became() -> None:
    woman = gave_birth(TERM).on(60, ("haemoglobin", 120.0)).on(190, ("haemoglobin", 101.0)).on(200, ("fetuses", 1))
    at_booking = cohort("preterm_birth", "booking", woman).frame
    assert at_booking["haemoglobin"].to_list() == [120.0]
    at_28 = cohort("preterm_birth", "weeks_28", woman).frame
    assert at_28["haemoglobin"].to_list() == [120.0]
    assert at_28["observed"].to_list() == [False]


def test_who_was_not_followed_long_enough_is_censored_also_where_her_outcome_was_seen() -> None:
    """Of two women left after 180 days one was diagnosed by then: counting her alone would raise the rate."""
    ongoing = ("depression_ongoing_at_booking", False)
    whole = [gave_birth(TERM).on(60, ongoing), gave_birth(TERM).on(60, ongoing).on(TERM + 300, ("depression", True))]
    short = [gave_birth(TERM, followed=180).on(60, ongoing) for _ in range(2)]
    short[0].on(TERM + 100, ("depression", True))
    found = cohort("postpartum_depression", "booking", *whole, *short)
    assert found.frame["observed"].to_list() == [False, True, None, None]
    assert found.denominator.followed_too_short == 2
    assert "2 of those because they were not followed long enough after birth" in str(found.denominator)


def test_a_stillbirth_is_no_surer_event_than_the_deaths_that_were_not_followed() -> None:
    born = [gave_birth(TERM, followed=followed) for followed in (400, 3)]
    stillborn = [
        Woman(booked=60, ended=200, by="birth", followed=followed).on(200, ("stillbirth", True))
        for followed in (400, 3)
    ]
    assert cohort("perinatal_death", "booking", *born, *stillborn).frame["observed"].to_list() == [
        False,
        None,
        True,
        None,
    ]


def test_records_of_one_woman_that_overlap_are_counted() -> None:
    records = records_of(gave_birth(TERM), gave_birth(TERM), Woman(booked=60, ended=None, by=None))
    woman = records.histories.pregnancies.with_columns(pl.lit("w").alias("woman_id"))
    assert list(overlapping(woman).values()) == [2]
    years = woman.with_columns(pl.col("day_zero").dt.offset_by(pl.Series(["0y", "1y", "2y"])))
    assert overlapping(years) == {}
    # Nothing is known of women without an identifier.
    assert overlapping(records.histories.pregnancies) == {}
