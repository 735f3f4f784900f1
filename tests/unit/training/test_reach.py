"""Who could be scored in time, who not and why, and what came of an offer, from dated records of a few women."""

from __future__ import annotations

from fairness_audits.context_rows import GroupNotScored, GroupReach, GroupStep
from records.records import Records
from records.sources.simulated import simulate_histories
from tests.unit.training.dated_women import TERM, Woman, gave_birth, records_of
from training.cascade import offered_and_received
from training.cohort import assemble
from training.reach import never_scored, reached_in_time


def late(day: int) -> Woman:
    return gave_birth(TERM, booked=day).on(day, ("gestation_at_booking", day))


def diabetes(*facts: tuple[str, bool], day: int = 180) -> Woman:
    """A woman without diabetes before, with so much recorded of the test for it."""
    return gave_birth(TERM).on(60, ("gestation_at_booking", 60), ("pre_existing_diabetes", False)).on(day, *facts)


def test_not_booked_by_the_point_is_not_reached_and_a_loss_is_not_counted_as_missed() -> None:
    moved, lost = Woman(booked=60, ended=130, by="transfer"), Woman(booked=None, ended=90, by="loss")
    women = records_of(late(60), late(100), late(150), gave_birth(TERM, booked=None), moved, lost)
    found = assemble("preterm_birth", "weeks_20", women)
    assert never_scored(found) == (
        GroupNotScored(group="White", scored=2, reasons={"care moved elsewhere": 1, "not booked by then": 3}),
    )
    # Two were scored; one who booked at 150 days and one who never booked gave birth unscored.
    assert reached_in_time(found) == (GroupReach(group="White", gave_birth=4, scored_in_time=2),)


def test_who_books_after_the_offers_last_day_is_scored_and_not_in_time() -> None:
    """Prevention acts until 24 weeks, 168 days (Saving Babies' Lives version 3, element 5)."""
    found = assemble("preterm_birth", "booking", records_of(late(60), late(168), late(169)))
    assert reached_in_time(found) == (GroupReach(group="White", gave_birth=3, scored_in_time=2),)
    assert never_scored(found) == ()


def test_who_booked_on_a_day_that_is_not_recorded_is_not_counted_as_late() -> None:
    unknown = [gave_birth(TERM, booked=60) for _ in range(3)]
    found = assemble("preterm_birth", "booking", records_of(late(60), late(169), *unknown))
    assert reached_in_time(found) == (GroupReach(group="White", gave_birth=2, scored_in_time=1, not_known=3),)


def test_a_point_that_offers_nothing_reaches_nobody() -> None:
    found = assemble("perinatal_death", "booking", records_of(late(60), gave_birth(TERM, booked=None)))
    assert reached_in_time(found) == ()
    assert [row.reasons for row in never_scored(found)] == [{"not booked by then": 1}]


def test_every_pregnancy_of_the_records_is_scored_has_a_reason_or_is_outside_the_population() -> None:
    records = simulate_histories(3_000, seed=4).records
    found = assemble("preterm_birth", "weeks_28", records)
    counted = sum(row.scored + sum(row.reasons.values()) for row in never_scored(found))
    outside = found.denominator.outside_population + found.denominator.population_unknown
    assert counted + outside == found.denominator.in_records


def _steps(*women: Woman) -> dict[str, GroupStep]:
    records: Records = records_of(*women)
    return {step.step: step for step in offered_and_received(assemble("gestational_diabetes", "booking", records))}


def test_a_step_is_of_those_who_took_the_one_before_and_unknown_is_not_no() -> None:
    offered, accepted, done = "diabetes_test_offered", "diabetes_test_accepted", "diabetes_test_done"
    tested = [("glucose_fasting", 4.4), ("glucose_two_hours", 6.0)]
    steps = _steps(
        diabetes((offered, True), (accepted, True), (done, True), *tested),
        diabetes((offered, True), (accepted, True)),
        diabetes((offered, True), (accepted, False)),
        diabetes((offered, True)),
        diabetes((offered, False)),
        diabetes(),
    )
    # Six women; of five it is recorded whether they were offered it, and four were.
    assert steps["offered"] == GroupStep(group="White", step="offered", women=6, recorded=5, yes=4)
    # Of one of the four it is not recorded whether she accepted.
    assert steps["accepted"] == GroupStep(group="White", step="accepted", women=4, recorded=3, yes=2)
    # No entry of a test in an English record is no test.
    assert steps["received"] == GroupStep(group="White", step="received", women=2, recorded=2, yes=1)


def test_a_step_that_no_record_holds_is_left_out_and_the_next_is_of_all() -> None:
    """As in tables that hold tests and no offers."""
    tested = [("glucose_fasting", 4.4), ("glucose_two_hours", 6.0)]
    steps = _steps(diabetes(("diabetes_test_done", True), *tested), diabetes(), diabetes())
    assert steps == {"received": GroupStep(group="White", step="received", women=3, recorded=3, yes=1)}


def test_an_outcome_whose_offers_are_not_recorded_has_no_cascade() -> None:
    assert offered_and_received(assemble("preterm_birth", "booking", records_of(late(60)))) == ()
