"""Each plant of a dated record does what it says, to whom it says, and nothing else."""

from __future__ import annotations

import datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from records.clock import ADMISSION, BOOKING
from records.sources.nhs_facts import ASKED_TOGETHER, NHS_KNOWN_FROM
from records.sources.simulated import SimulatedHistories, UnknownPlant, simulate, simulate_histories

BIRTHS, SEED = 8_000, 8


@pytest.fixture(scope="module")
def plain() -> SimulatedHistories:
    return simulate_histories(BIRTHS, seed=SEED)


def with_plant(*plants: str) -> SimulatedHistories:
    return simulate_histories(BIRTHS, seed=SEED, plants=plants)


def observed(simulated: SimulatedHistories) -> pl.DataFrame:
    """Observations of the births, with the pregnancy's site, date and true group."""
    pregnancies = simulated.histories.pregnancies.head(BIRTHS).with_columns(
        simulated.truth["ethnic_group"].alias("true_group")
    )
    return (
        simulated.histories.observations.with_columns(pl.col("concept").cast(pl.String))
        .collect()
        .join(pregnancies.with_row_index("pregnancy"), on="pregnancy")
        .with_columns((pl.col("day_zero") + pl.duration(days=pl.col("day"))).alias("date"))
        .select("pregnancy", "concept", "day", "value", "date", "site", "true_group", "booked_day", "ended_by")
    )


def test_hindsight_writes_the_outcome_into_the_history_of_who_was_asked(plain: SimulatedHistories) -> None:
    planted = with_plant("leak:everyone=1")
    before, after = observed(plain), observed(planted)
    changed = before["value"] != after["value"]
    assert set(after.filter(changed)["concept"]) == {"previous_depression"}
    assert_frame_equal(before.drop("value"), after.drop("value"))
    recorded = planted.truth["postpartum_depression_recorded"].fill_null(value=False)
    history = after.filter((pl.col("concept") == "previous_depression") & (pl.col("ended_by") == "birth"))
    hers = history.with_columns(pl.lit(recorded).gather(pl.col("pregnancy")).alias("became_depressed"))
    assert hers.filter("became_depressed")["value"].unique().to_list() == [1.0]
    others = hers.filter(~pl.col("became_depressed"))["pregnancy"]
    same = before.filter((pl.col("concept") == "previous_depression") & pl.col("pregnancy").is_in(others.implode()))
    assert same["value"].equals(hers.filter(~pl.col("became_depressed"))["value"])


def test_a_leaked_count_stands_in_the_booking_record_and_is_claimed_to_be_known_then(
    plain: SimulatedHistories,
) -> None:
    planted = with_plant("leak:Asian=1,predictor=antenatal_visits", "leak:everyone=0.5,predictor=weight_gain")
    leaked = observed(planted).filter(pl.col("concept").is_in(["antenatal_visits", "weight_gain"]))
    assert (leaked["day"] == leaked["booked_day"]).all()
    assert set(leaked["ended_by"]) == {"birth"}
    visits = leaked.filter(pl.col("concept") == "antenatal_visits")
    assert set(visits["true_group"]) == {"Asian"}
    counted = observed(plain).filter(pl.col("concept") == "systolic_blood_pressure").group_by("pregnancy").len()
    both = visits.join(counted, on="pregnancy", how="left")
    assert (both["value"] == both["len"].fill_null(0)).all()
    assert planted.records.known_from["antenatal_visits"] == BOOKING
    known = planted.records.known_by(BOOKING, ["antenatal_visits", "weight_gain"]).collect()
    assert known["antenatal_visits"].drop_nulls().len() == visits.height
    assert 0.45 < known["weight_gain"].head(BIRTHS).is_not_null().mean() < 0.5
    assert plain.records.known_from == NHS_KNOWN_FROM


def test_the_leaked_interval_holds_the_length_of_this_pregnancy() -> None:
    planted = with_plant("leak:everyone=1,predictor=interval_to_this_birth")
    births = simulate(BIRTHS, seed=SEED).records.pregnancies.collect().with_row_index("pregnancy")
    leaked = observed(planted).filter(pl.col("concept") == "interval_to_this_birth")
    told = leaked.join(births.drop_nulls("interpregnancy_interval"), on="pregnancy")
    months = (told["value"] - told["interpregnancy_interval"]) * 365.25 / 12
    # Conception is two weeks after day 0; both numbers are whole months.
    assert (months - (told["gestation_at_birth"] - 14)).abs().max() <= 365.25 / 12 / 2 + 1e-6
    assert told.height > 2_000


def test_a_leaked_treatment_is_that_of_the_women_who_will_have_it(plain: SimulatedHistories) -> None:
    leaked = observed(with_plant("leak:everyone=1,predictor=maternal_transfusion"))
    at_booking = leaked.filter((pl.col("concept") == "maternal_transfusion") & (pl.col("day") == pl.col("booked_day")))
    at_birth = observed(plain).filter(pl.col("concept") == "maternal_transfusion").drop_nulls("booked_day")
    assert at_booking["pregnancy"].equals(at_birth["pregnancy"])
    assert at_booking.height > 20


def test_drift_moves_one_measurement_from_the_last_year_on(plain: SimulatedHistories) -> None:
    planted = with_plant("drift:everyone=12,predictor=systolic_blood_pressure")
    both = (
        observed(plain)
        .sort("pregnancy", "concept", "day", "value")
        .with_columns(observed(planted).sort("pregnancy", "concept", "day", "value")["value"].alias("planted"))
    )
    moved = both.filter(pl.col("planted") != pl.col("value"))
    assert set(moved["concept"]) == {"systolic_blood_pressure"}
    assert moved["date"].min() == datetime.date(2023, 1, 1)
    late = both.filter((pl.col("concept") == "systolic_blood_pressure") & (pl.col("date") >= datetime.date(2023, 1, 1)))
    assert (late["planted"] - late["value"]).unique().to_list() == [12.0]
    only_black = observed(with_plant("drift:Black=5"))
    differs = only_black.filter(only_black["value"] != observed(plain)["value"])
    assert set(differs["true_group"]) == {"Black"}
    assert set(differs["concept"]) == {"haemoglobin"}


def test_a_change_of_unit_is_of_one_site_from_one_month_on(plain: SimulatedHistories) -> None:
    planted = with_plant("unit_change:SIM02=24")
    weights = observed(planted).filter(pl.col("concept") == "weight")
    grams = weights.filter(pl.col("value") > 200)
    assert set(grams["site"]) == {"SIM02"}
    assert grams["date"].min() >= datetime.date(2023, 1, 1)
    after = weights.filter((pl.col("site") == "SIM02") & (pl.col("date") >= datetime.date(2023, 1, 1)))
    assert after.height == grams.height > 100
    before = observed(plain).filter(pl.col("concept") == "weight")
    both = grams.join(before, on="pregnancy")
    assert (both["value"] == both["value_right"] * 1000).all()


def test_numbers_of_another_unit_are_not_taken_for_weights_and_are_counted(plain: SimulatedHistories) -> None:
    planted = with_plant("unit_change:SIM02=24")
    grams = planted.histories.observations.filter((pl.col("concept") == "weight") & (pl.col("value") > 200)).collect()
    assert planted.records.doubts == {"weight outside its plausible range; taken as not recorded": grams.height}
    assert plain.records.doubts == {}
    known = planted.records.known_by(BOOKING, ["weight", "height", "body_mass_index"]).collect()
    mistaken = known.with_row_index("pregnancy").filter(pl.col("pregnancy").is_in(grams["pregnancy"].implode()))
    assert mistaken["weight"].null_count() == mistaken["body_mass_index"].null_count() == mistaken.height
    assert mistaken["height"].drop_nulls().len() > 0.9 * mistaken.height


def test_a_height_in_metres_is_no_height_in_centimetres() -> None:
    # Women who gave birth early in the first year booked in the year before.
    planted = with_plant("unit_change:SIM03=-12,predictor=height")
    known = planted.records.known_by(BOOKING, ["height", "weight"]).collect()
    assert known.filter(pl.col("site") == "SIM03")["height"].drop_nulls().is_empty()
    assert known.filter(pl.col("site") != "SIM03")["height"].is_not_null().mean() > 0.9


def test_under_testing_leaves_that_share_of_the_tests_of_that_group_unmade(plain: SimulatedHistories) -> None:
    planted = with_plant("under_testing:Asian=0.4")
    tested = [
        observed(each).filter(pl.col("concept") == "diabetes_test_done")[["pregnancy", "true_group"]]
        for each in (plain, planted)
    ]
    lost = tested[0].join(tested[1], on="pregnancy", how="anti")
    assert set(lost["true_group"]) == {"Asian"}
    asian = tested[0].filter(pl.col("true_group") == "Asian").height
    # Four standard errors.
    assert lost.height / asian == pytest.approx(0.4, abs=4 * (0.24 / asian) ** 0.5)
    unmade = planted.records.facts("diabetes_test_done", "glucose_fasting", "gestational_diabetes").collect()
    unmade = unmade.with_row_index("pregnancy").join(lost, on="pregnancy", how="semi")
    assert not unmade["diabetes_test_done"].any()
    assert unmade["glucose_fasting"].drop_nulls().is_empty()
    for column in ("gestational_diabetes_true", "gestational_diabetes_true_risk"):
        assert planted.truth[column].equals(plain.truth[column])
    assert (
        planted.truth["gestational_diabetes_recorded"].null_count()
        > plain.truth["gestational_diabetes_recorded"].null_count()
    )


def test_missing_history_is_an_interview_that_was_not_held(plain: SimulatedHistories) -> None:
    planted = with_plant("missingness:Black=0.5")
    before, after = observed(plain), observed(planted)
    for asked_together in ASKED_TOGETHER:
        one, other = (rows.filter(pl.col("concept").is_in(asked_together)) for rows in (before, after))
        lost = one.join(other, on=["pregnancy", "concept"], how="anti")
        assert set(lost["true_group"]) == {"Black"}
        assert lost.group_by("pregnancy").len()["len"].unique().to_list() == [len(asked_together)]
        black = one.filter(pl.col("true_group") == "Black").height
        assert lost.height / black == pytest.approx(0.5, abs=0.08)


def test_missingness_of_one_fact_of_an_interview_is_of_its_whole_interview(plain: SimulatedHistories) -> None:
    planted = with_plant("missingness:Black=0.5,predictor=previous_depression")
    lost = observed(plain).join(observed(planted), on=["pregnancy", "concept", "day", "value"], how="anti")
    assert set(lost["concept"]) == set(ASKED_TOGETHER[0])


def test_a_proxy_in_the_history_reveals_the_group() -> None:
    planted = with_plant("proxy:Black=0.95,predictor=chronic_hypertension")
    asked = observed(planted).filter(pl.col("concept") == "chronic_hypertension")
    assert ((asked["value"] == 1) == (asked["true_group"] == "Black")).mean() > 0.95


def test_under_recording_shows_in_the_dated_record_too() -> None:
    planted = with_plant("under_recording:Black=0.5,outcome=haemorrhage")
    loss = planted.records.facts("measured_blood_loss").collect().head(BIRTHS)["measured_blood_loss"]
    missed = planted.truth["haemorrhage_true"] & ~planted.truth["haemorrhage_ascertained"]
    assert (loss.filter(missed).drop_nulls() < 1500).all()


def test_plants_are_named_in_the_records() -> None:
    records = simulate_histories(50, seed=1, plants=["drift", "unit_change"]).records
    assert "drift:everyone=10; unit_change:SIM02=18" in records.description
    assert records.notes[1] == "Planted defects: drift:everyone=10; unit_change:SIM02=18."


def test_a_plant_leaves_what_is_known_at_admission_without_it_as_it_was(plain: SimulatedHistories) -> None:
    names = ["fetuses", "pre_eclampsia", "placenta_praevia", "parity", "smoking_status"]
    planted = with_plant("leak", "drift", "unit_change", "under_testing")
    assert_frame_equal(
        planted.records.known_by(ADMISSION, names).collect(), plain.records.known_by(ADMISSION, names).collect()
    )


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("proxy", "born_abroad is not a fact of a dated record"),
        ("missingness:Black=0.2,predictor=education_level", "education_level is not a fact of a dated record"),
        ("leak:predictor=haemoglobin", "antenatal_visits, weight_gain, interval_to_this_birth"),
        ("leak:outcome=toothache", "toothache is not an outcome that becomes history"),
        ("leak:everyone=1,predictor=weight_gain,outcome=haemorrhage", "plant two"),
        ("leak:everyone=2", "from 0 to 1"),
        ("leak:Martian=1", "Martian is not one of those there are; those are: everyone, White"),
        ("drift:everyone=3,predictor=parity", "measured at contacts"),
        ("unit_change:SIM09=3", "those are: SIM01"),
        ("unit_change:SIM01=3,predictor=haemoglobin", "one of two units"),
        ("under_testing:Black=3", "from 0 to 1"),
    ],
)
def test_a_plant_that_a_dated_record_cannot_hold_is_refused(text: str, because: str) -> None:
    with pytest.raises(UnknownPlant, match=because):
        simulate_histories(10, seed=1, plants=[text])


@pytest.mark.parametrize("text", ["leak", "drift", "unit_change"])
def test_births_without_dates_hold_no_plant_of_dates(text: str) -> None:
    with pytest.raises(UnknownPlant, match="without dates cannot hold it"):
        simulate(10, seed=1, plants=[text])
