"""What simulated records hold, what they must not, and that they agree with the truth beside them."""

from __future__ import annotations

import polars as pl
import pytest

from records.clock import ADMISSION, BIRTH, BOOKING, POSTNATAL
from records.concepts import CONCEPTS, concept
from records.groups import MISSING_ETHNICITY, ethnic_scheme
from records.records import IDENTITY_COLUMNS
from records.sources.simulated import SIMULATED, NoBirths, SimulatedBirths, UnknownScenario, simulate

OUTCOMES = ("preterm_birth", "haemorrhage", "gestational_diabetes", "postpartum_depression")


@pytest.fixture(scope="module")
def table(births: SimulatedBirths) -> pl.DataFrame:
    """Records and truth side by side."""
    return births.records.pregnancies.collect().join(
        births.truth.select("pregnancy_id", pl.selectors.contains(*OUTCOMES)), on="pregnancy_id", validate="1:1"
    )


def test_records_are_marked_simulated_and_have_every_concept_they_name(births: SimulatedBirths) -> None:
    records = births.records
    assert records.is_simulated
    assert records.source == SIMULATED.name
    columns = records.pregnancies.collect_schema().names()
    assert set(columns) == {*IDENTITY_COLUMNS, *records.known_from}
    assert len(columns) == len(set(columns))
    assert set(records.known_from) <= set(CONCEPTS)


def test_identity_columns_have_their_types(births: SimulatedBirths) -> None:
    schema = births.records.pregnancies.collect_schema()
    assert {name: schema[name] for name in IDENTITY_COLUMNS} == dict(IDENTITY_COLUMNS)


def test_the_truth_is_never_a_column_of_the_records(births: SimulatedBirths) -> None:
    told = set(births.truth.columns) - {"pregnancy_id", "ethnic_category", "ethnic_group"}
    assert told == {f"{o}_{what}" for o in OUTCOMES for what in ("true_risk", "true", "recorded", "ascertained")}
    assert not told & set(births.records.pregnancies.collect_schema().names())


def test_nothing_of_the_birth_is_known_at_booking(births: SimulatedBirths) -> None:
    at_booking = set(births.records.known_by(BOOKING).collect_schema().names())
    after = {name for name, since in births.records.known_from.items() if since > BOOKING}
    assert not at_booking & after
    assert {"gestation_at_birth", "measured_blood_loss", "fetuses", "epds_total", "gestational_diabetes"} <= after


def test_screening_is_known_by_admission_and_depression_only_after_birth(births: SimulatedBirths) -> None:
    known_from = births.records.known_from
    assert known_from["gestational_diabetes"] == ADMISSION
    assert known_from["gestation_at_birth"] == BIRTH
    assert known_from["depression_within_a_year"] == POSTNATAL


def test_every_recorded_value_is_plausible(births: SimulatedBirths) -> None:
    frame = births.records.pregnancies.collect()
    for name in births.records.known_from:
        values, definition = frame[name].drop_nulls(), concept(name)
        assert len(values) > 0, name
        if definition.kind == "category":
            assert set(values.unique()) == set(definition.categories), name
        elif definition.plausible is not None:
            assert values.is_between(*definition.plausible).all(), name
        else:
            assert set(values.unique()) == {True, False}, name


def test_history_is_undefined_in_a_first_pregnancy_and_mostly_known_after(births: SimulatedBirths) -> None:
    frame = births.records.pregnancies.collect()
    first, later = frame.filter(pl.col("parity") == 0), frame.filter(pl.col("parity") > 0)
    history = [n for n in births.records.known_from if concept(n).defined_if == "parity"]
    assert len(history) == 6
    for name in history:
        assert first[name].null_count() == first.height, name
        assert later[name].null_count() < 0.15 * later.height, name


def test_a_recorded_group_is_the_true_one_or_missing(births: SimulatedBirths) -> None:
    both = births.records.pregnancies.collect().join(births.truth, on="pregnancy_id", suffix="_true")
    stated = both.filter(~pl.col("ethnic_group").is_in(MISSING_ETHNICITY))
    assert (stated["ethnic_category"] == stated["ethnic_category_true"]).all()
    assert 0 < both.height - stated.height < 0.12 * both.height
    scheme = ethnic_scheme(both["group_scheme"][0])
    assert all(scheme.group_of(code) == group for code, group in both.select("ethnic_category", "ethnic_group").rows())


def test_preterm_birth_is_a_live_birth_before_259_days(table: pl.DataFrame) -> None:
    live = table.filter("live_birth")
    assert (live["preterm_birth_recorded"] == (live["gestation_at_birth"] < 259)).all()
    assert (live["preterm_birth_recorded"] == (live["gestation_at_birth_combined"] < 37 * 7)).all()
    stillborn = table.filter(~pl.col("live_birth"))
    assert stillborn["preterm_birth_true"].null_count() == stillborn.height > 0
    assert stillborn["apgar_5_minutes"].null_count() == stillborn.height


def test_haemorrhage_is_a_measured_loss_of_1500_ml(table: pl.DataFrame) -> None:
    measured = table.filter(pl.col("measured_blood_loss").is_not_null())
    assert (measured["haemorrhage_recorded"] == (measured["measured_blood_loss"] >= 1500)).all()
    assert measured["estimated_blood_loss"].null_count() == measured.height
    estimated = table.filter(pl.col("measured_blood_loss").is_null())
    assert estimated["haemorrhage_recorded"].null_count() == estimated.height
    assert estimated["estimated_blood_loss"].null_count() == 0


def test_gestational_diabetes_is_a_glucose_at_its_threshold_and_untested_is_missing(table: pl.DataFrame) -> None:
    tested = table.filter("diabetes_test_done")
    # NICE NG3: fasting 5.6 mmol/l or above, or 2-hour 7.8 mmol/l or above.
    reached = (tested["glucose_fasting"] >= 5.6) | (tested["glucose_two_hours"] >= 7.8)
    assert (tested["gestational_diabetes"] == reached).all()
    assert (tested["gestational_diabetes_recorded"] == reached).all()
    untested = table.filter(~pl.col("diabetes_test_done"))
    for name in ("gestational_diabetes", "glucose_fasting", "glucose_two_hours", "gestational_diabetes_recorded"):
        assert untested[name].null_count() == untested.height > 0
    assert untested["gestational_diabetes_true"].sum() > 0


def test_diabetes_before_pregnancy_is_no_gestational_diabetes(table: pl.DataFrame) -> None:
    before = table.filter("pre_existing_diabetes")
    assert before["gestational_diabetes_true_risk"].null_count() == before.height > 0
    assert before["gestational_diabetes"].null_count() == before.height


def test_a_depression_that_is_ongoing_is_no_new_one(table: pl.DataFrame) -> None:
    ongoing = table.filter("depression_ongoing_at_booking")
    assert ongoing["depression_within_a_year"].null_count() == ongoing.height > 0
    assert ongoing["postpartum_depression_true"].null_count() == ongoing.height


def test_a_record_never_invents_an_event_and_misses_only_what_was_not_ascertained(table: pl.DataFrame) -> None:
    for outcome in OUTCOMES:
        seen = table.filter(pl.col(f"{outcome}_recorded").is_not_null())
        expected = seen[f"{outcome}_true"] & seen[f"{outcome}_ascertained"]
        assert (seen[f"{outcome}_recorded"] == expected).all(), outcome
        impossible = table.filter(pl.col(f"{outcome}_true").is_null())
        assert impossible[f"{outcome}_true_risk"].null_count() == impossible.height
        assert impossible[f"{outcome}_recorded"].null_count() == impossible.height


def test_item_10_is_part_of_the_total(table: pl.DataFrame) -> None:
    asked = table.filter(pl.col("epds_total").is_not_null())
    assert (asked["epds_item_10"] <= asked["epds_total"]).all()
    assert asked["epds_item_10"].sum() > 0


def test_a_woman_who_returns_is_the_same_woman_one_birth_later(table: pl.DataFrame) -> None:
    twice = table.filter(pl.len().over("woman_id") == 2).sort("woman_id", "delivered_year", "delivered_month")
    before, again = twice.gather_every(2), twice.gather_every(2, offset=1)
    assert before.height > 900
    assert table.group_by("woman_id").len()["len"].max() == 2
    assert (again["parity"] == before["parity"] + 1).all()
    assert (again["site"] == before["site"]).all()
    assert (again["maternal_age"] - before["maternal_age"]).is_between(1, 1).all()
    was_preterm = before["preterm_birth_true"].fill_null(False)
    assert again.filter(was_preterm)["previous_preterm_birth"].drop_nulls().all()
    months = (again["delivered_year"] - before["delivered_year"]).cast(pl.Int32) * 12 + (
        again["delivered_month"].cast(pl.Int32) - before["delivered_month"].cast(pl.Int32)
    )
    interval = again["interpregnancy_interval"]
    assert (months - 9 == interval).drop_nulls().all()


def test_births_are_numbered_in_the_order_of_delivery(births: SimulatedBirths) -> None:
    frame = births.records.pregnancies.collect()
    delivered = frame["delivered_year"].cast(pl.Int32) * 12 + frame["delivered_month"]
    assert delivered.is_sorted()
    assert frame["pregnancy_id"].is_sorted()
    assert frame["pregnancy_id"].n_unique() == frame.height
    assert frame["pregnancy_id"].equals(births.truth["pregnancy_id"])
    assert frame["delivered_year"].n_unique() == 3


@pytest.mark.parametrize("count", [0, -5])
def test_no_births_are_refused(count: int) -> None:
    with pytest.raises(NoBirths, match="1 or more"):
        simulate(count, seed=1)


def test_one_birth_is_enough() -> None:
    assert simulate(1, seed=1).truth.height == 1


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(UnknownScenario, match="england, benchmark"):
        simulate(10, seed=1, scenario="wales")
