"""Histories are the births of the first edition, written down day by day as an English record writes them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from records.clock import BOOKING, POSTNATAL
from records.concepts import CONCEPTS, concept
from records.sources.nhs_facts import ASKED_TOGETHER, NHS_CLOSED, NHS_KNOWN_FROM
from records.sources.simulated import (
    NoBirths,
    NoHistories,
    SimulatedBirths,
    SimulatedHistories,
    UnknownScenario,
    simulate,
    simulate_histories,
)

BIRTHS, SEED = 8_000, 12
# Seen at a contact or a scan: only of a woman under care, and before the day she gives birth.
BEFORE_BIRTH = (
    "systolic_blood_pressure", "haemoglobin", "diabetes_test_done", "glucose_fasting", "glucose_two_hours",
    "gestational_diabetes", "placenta_praevia", "pre_eclampsia", "gestational_hypertension", "antenatal_bleeding",
)  # fmt: skip
AT_BIRTH = (
    "gestation_at_birth", "onset_of_birth", "live_birth", "stillbirth", "measured_blood_loss", "estimated_blood_loss",
    "maternal_transfusion", "apgar_5_minutes", "neonatal_unit_admission", "birth_weight",
)  # fmt: skip


@pytest.fixture(scope="module")
def first_edition() -> SimulatedBirths:
    return simulate(BIRTHS, seed=SEED)


@pytest.fixture(scope="module")
def simulated() -> SimulatedHistories:
    return simulate_histories(BIRTHS, seed=SEED)


@pytest.fixture(scope="module")
def observed(simulated: SimulatedHistories) -> pl.DataFrame:
    """Every observation with the clock of its pregnancy."""
    pregnancies = simulated.histories.pregnancies.with_row_index("pregnancy")
    return (
        simulated.histories.observations.with_columns(pl.col("concept").cast(pl.String))
        .collect()
        .join(
            pregnancies.select("pregnancy", "woman_id", "booked_day", "ended_day", "ended_by", "followed_days"),
            on="pregnancy",
            how="left",
            validate="m:1",
        )
    )


def only(observed: pl.DataFrame, *names: str) -> pl.DataFrame:
    return observed.filter(pl.col("concept").is_in(names))


def test_the_truth_is_that_of_the_first_edition(first_edition: SimulatedBirths, simulated: SimulatedHistories) -> None:
    assert_frame_equal(simulated.truth.select(first_edition.truth.columns), first_edition.truth)


def test_the_births_come_first_and_the_lost_pregnancies_are_of_other_women(
    first_edition: SimulatedBirths, simulated: SimulatedHistories
) -> None:
    pregnancies, births = simulated.histories.pregnancies, first_edition.records.pregnancies.collect()
    identity = ["pregnancy_id", "woman_id", "site"]
    assert_frame_equal(pregnancies.head(BIRTHS).select(identity), births.select(identity))
    lost = pregnancies[BIRTHS:]
    assert lost.height > 0
    assert lost["ended_by"].unique().to_list() == ["loss"]
    assert set(lost["woman_id"]).isdisjoint(births["woman_id"])
    # A loss is before 24 weeks; from then on it would be a stillbirth.
    assert (lost["ended_day"] < 24 * 7).all()
    assert (lost["booked_day"] < lost["ended_day"]).all()


def test_what_birth_and_the_year_after_recorded_is_what_the_first_edition_recorded(
    first_edition: SimulatedBirths, simulated: SimulatedHistories
) -> None:
    names = (*AT_BIRTH, "fetuses")
    here = simulated.records.facts(*names).collect().head(BIRTHS)
    before = first_edition.records.pregnancies.collect()
    born = simulated.histories.pregnancies.head(BIRTHS)["ended_by"] == "birth"
    assert 0.9 < born.mean() < 1
    for name in names:
        recorded = before[name].filter(born)
        if name in NHS_CLOSED:
            recorded = recorded.fill_null(value=False)
        assert here[name].filter(born).equals(recorded, check_dtypes=False), name
        assert name == "fetuses" or here[name].filter(~born).null_count() == (~born).sum(), name


def test_depression_is_recorded_of_the_same_women_where_they_were_followed_a_year(
    first_edition: SimulatedBirths, simulated: SimulatedHistories
) -> None:
    pregnancies = simulated.histories.pregnancies.head(BIRTHS)
    followed = (pregnancies["followed_days"] >= 365).fill_null(value=False)
    here = simulated.records.facts("depression_within_a_year").collect().head(BIRTHS)["depression_within_a_year"]
    before = first_edition.records.pregnancies.collect()["depression_within_a_year"].fill_null(value=False)
    assert here.filter(followed).equals(before.filter(followed))
    # Of the others a diagnosis that was seen says yes, and nothing says no.
    assert here.filter(~followed).drop_nulls().all()


def test_the_test_for_diabetes_is_that_of_the_first_edition_where_she_was_there_for_it(
    first_edition: SimulatedBirths, simulated: SimulatedHistories
) -> None:
    names = ["diabetes_test_done", "glucose_fasting", "glucose_two_hours"]
    here = simulated.records.facts(*names).collect().head(BIRTHS)
    before = first_edition.records.pregnancies.collect()
    tested = here["diabetes_test_done"].fill_null(value=False)
    assert before["diabetes_test_done"].filter(tested).all()
    assert tested.sum() > 0.9 * before["diabetes_test_done"].sum()
    for name in names[1:]:
        assert here[name].filter(tested).equals(before[name].filter(tested))
        assert here[name].filter(~tested).null_count() == (~tested).sum()


def test_the_clock_runs_forward(simulated: SimulatedHistories) -> None:
    pregnancies = simulated.histories.pregnancies
    booked, admitted, ended = (pl.col(f"{name}_day") for name in ("booked", "admitted", "ended"))
    assert pregnancies.select((booked < ended).all()).item()
    by_end = {str(end[0]): group for end, group in pregnancies.group_by("ended_by")}
    assert set(by_end) == {"birth", "loss", "transfer"}
    assert by_end["birth"].select(((ended - admitted).is_between(0, 1)).all()).item()
    assert by_end["birth"]["followed_days"].null_count() == 0
    for end in ("loss", "transfer"):
        assert by_end[end]["booked_day"].null_count() == 0
        assert by_end[end]["admitted_day"].drop_nulls().is_empty()
        assert by_end[end]["delivered_year"].drop_nulls().is_empty()
    # Some come to birth without having booked, and nobody else is without a booking.
    assert 0 < by_end["birth"]["booked_day"].null_count() < 0.02 * BIRTHS


def test_a_returning_woman_conceives_after_her_earlier_birth(simulated: SimulatedHistories) -> None:
    twice = simulated.histories.pregnancies.sort("woman_id", "day_zero").with_columns(
        (pl.col("day_zero") + pl.duration(days=pl.col("ended_day"))).shift().over("woman_id").alias("earlier_end")
    )
    again = twice.drop_nulls("earlier_end")
    assert again.height > 300
    # Conception is two weeks after day 0.
    assert (again["day_zero"].dt.offset_by("14d") > again["earlier_end"]).all()


def test_nothing_is_written_down_before_booking_or_after_the_record_ended(observed: pl.DataFrame) -> None:
    assert observed.filter((pl.col("day") < pl.col("booked_day")) & ~pl.col("concept").is_in(AT_BIRTH)).is_empty()
    over = observed.filter((pl.col("ended_by") != "birth") & (pl.col("day") > pl.col("ended_day")))
    assert over.is_empty()
    unfollowed = observed.filter(
        (pl.col("ended_by") == "birth") & (pl.col("day") > pl.col("ended_day") + pl.col("followed_days"))
    )
    assert unfollowed.is_empty()


def test_contacts_are_of_women_under_care_and_birth_is_on_its_day(observed: pl.DataFrame) -> None:
    contacts = only(observed, *BEFORE_BIRTH)
    assert contacts.select(
        ((pl.col("booked_day") <= pl.col("day")) & (pl.col("day") < pl.col("ended_day"))).all()
    ).item()
    assert contacts["booked_day"].null_count() == 0
    birth = only(observed, *AT_BIRTH)
    assert (birth["day"] == birth["ended_day"]).all()
    assert (birth["ended_by"] == "birth").all()
    length = only(observed, "gestation_at_birth")
    assert (length["value"] == length["ended_day"]).all()


def test_a_history_is_asked_whole_or_not_at_all(observed: pl.DataFrame) -> None:
    for asked_together in ASKED_TOGETHER:
        asked = only(observed, *asked_together)
        assert (asked["day"] == asked["booked_day"]).all()
        told = asked.group_by("pregnancy").len()["len"]
        assert told.unique().to_list() == [len(asked_together)]


def test_a_flag_whose_absence_means_no_is_never_written_as_no(observed: pl.DataFrame) -> None:
    closed = {concept(name).read_by.of for name in NHS_CLOSED}
    assert only(observed, *closed)["value"].unique().to_list() == [1.0]


def test_only_facts_of_an_english_record_are_held_within_their_ranges(
    observed: pl.DataFrame, simulated: SimulatedHistories
) -> None:
    assert set(observed["concept"]) <= {concept(name).read_by.of for name in NHS_KNOWN_FROM}
    assert simulated.records.known_from == NHS_KNOWN_FROM
    for (name,), rows in observed.group_by("concept"):
        if (plausible := CONCEPTS[str(name)].plausible) is not None:
            assert rows["value"].is_between(*plausible).all(), name


def test_body_mass_index_is_that_of_the_height_and_weight_of_booking(simulated: SimulatedHistories) -> None:
    known = simulated.records.known_by(BOOKING, ["body_mass_index", "height", "weight"]).collect()
    both = known.drop_nulls(["height", "weight"])
    index = np.floor(both["weight"].to_numpy() / (both["height"].to_numpy() / 100) ** 2 * 10 + 0.5) / 10
    assert both["body_mass_index"].to_numpy() == pytest.approx(index, abs=1e-9)
    without = known.filter(pl.col("height").is_null() | pl.col("weight").is_null())
    assert without.height > 0
    assert without["body_mass_index"].drop_nulls().is_empty()


def test_what_was_written_down_twice_alike_is_one_and_all_is_in_order(simulated: SimulatedHistories) -> None:
    observations = simulated.histories.observations.collect()
    assert observations.is_unique().all()
    assert_frame_equal(observations, observations.sort("pregnancy", "day", "concept", "value"))


def test_an_early_epds_is_no_outcome_and_one_after_birth_is_no_predictor(observed: pl.DataFrame) -> None:
    epds = only(observed, "epds_total").with_columns((pl.col("day") - pl.col("ended_day")).alias("after"))
    after = epds.filter((pl.col("ended_by") == "birth") & (pl.col("after") > 0))["after"]
    assert (after == 10).any()
    # The rest from day 14 on: about 6 to 8 weeks.
    assert after.filter(after != 10).is_between(38, 8 * 7).all()
    before = epds.filter(pl.col("after") < 0)
    assert before.height > 0
    assert (before["day"] >= before["booked_day"]).all()


def test_item_10_is_asked_with_the_scale_after_birth(simulated: SimulatedHistories) -> None:
    known = simulated.records.known_by(POSTNATAL, ["epds_total", "epds_item_10"]).collect()
    assert known.filter(pl.col("epds_item_10").is_not_null())["epds_total"].null_count() == 0
    asked = known.drop_nulls("epds_total")
    assert (asked["epds_item_10"] <= asked["epds_total"]).all()


def test_pre_eclampsia_is_diagnosed_before_birth_of_every_booked_woman_who_has_it(
    first_edition: SimulatedBirths, simulated: SimulatedHistories
) -> None:
    pregnancies = simulated.histories.pregnancies.head(BIRTHS)
    seen = (pregnancies["ended_by"] == "birth") & pregnancies["booked_day"].is_not_null()
    here = simulated.records.facts("pre_eclampsia").collect().head(BIRTHS)["pre_eclampsia"]
    assert here.filter(seen).equals(first_edition.records.pregnancies.collect()["pre_eclampsia"].filter(seen))


def test_the_same_arguments_give_the_same_record(simulated: SimulatedHistories) -> None:
    again = simulate_histories(BIRTHS, seed=SEED)
    assert again.records.data_digest == simulated.records.data_digest
    assert simulate_histories(300, seed=1).records.data_digest != simulate_histories(300, seed=2).records.data_digest


def test_what_cannot_be_simulated_is_refused_by_name() -> None:
    with pytest.raises(NoHistories, match="'benchmark' has births without dates only"):
        simulate_histories(10, seed=1, scenario="benchmark")
    with pytest.raises(UnknownScenario):
        simulate_histories(10, seed=1, scenario="atlantis")
    with pytest.raises(NoBirths):
        simulate_histories(0, seed=1)
