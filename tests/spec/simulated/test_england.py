"""Scenario 'england' has the rates it cites, within what chance allows."""

from __future__ import annotations

import math

import polars as pl
import pytest

from records.groups import ENGLAND_2001, NOT_KNOWN, NOT_STATED
from records.sources.simulated import simulate
from records.sources.simulated.margins import solved_intercepts
from records.sources.simulated.scenario_file import scenario

BIRTHS = 200_000
OUTCOMES = ("preterm_birth", "haemorrhage", "gestational_diabetes", "postpartum_depression")
# True rates by group. Preterm: ONS, birth characteristics 2021. Haemorrhage: Jardine 2021, BJOG 129:1269. Gestational
# diabetes and depression are assumptions of the scenario.
RATES = {
    "preterm_birth": {"White": 0.074, "Asian": 0.081, "Black": 0.087, "Mixed": 0.08, "Other": 0.08},
    "haemorrhage": {"White": 0.027, "Asian": 0.028, "Black": 0.039, "Mixed": 0.035, "Other": 0.035},
    "gestational_diabetes": {"White": 0.05, "Asian": 0.12, "Black": 0.08, "Mixed": 0.07, "Other": 0.07},
    "postpartum_depression": {"White": 0.13, "Asian": 0.12, "Black": 0.13, "Mixed": 0.13, "Other": 0.13},
}
# Recorded: Asian 9 of 12 %, Black 8 of 13 % (assumption of the scenario).
RECORDED_DEPRESSION = {"White": 0.13, "Asian": 0.09, "Black": 0.08, "Mixed": 0.13, "Other": 0.13}
# Rates are met by the mean risk of a large reference cohort, solved to about this.
SOLVED_WITHIN = 0.001


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    births = simulate(BIRTHS, seed=77)
    told = births.truth.rename({"ethnic_category": "true_category", "ethnic_group": "true_group"})
    return births.records.pregnancies.collect().join(told, on="pregnancy_id", validate="1:1")


def within_chance(observed: float, rate: float, women: int) -> bool:
    """Four binomial standard errors, and the solving's own error."""
    return abs(observed - rate) < 4 * math.sqrt(rate * (1 - rate) / women) + SOLVED_WITHIN


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_true_rates_by_group_are_those_cited(table: pl.DataFrame, outcome: str) -> None:
    possible = table.filter(pl.col(f"{outcome}_true").is_not_null())
    for group, women in possible.group_by("true_group"):
        rate = RATES[outcome][str(group[0])]
        assert within_chance(women[f"{outcome}_true"].mean(), rate, women.height), (outcome, group)
        assert abs(women[f"{outcome}_true_risk"].mean() - rate) < 0.003, (outcome, group)


def test_depression_is_recorded_less_in_asian_and_black_women(table: pl.DataFrame) -> None:
    possible = table.filter(pl.col("postpartum_depression_true").is_not_null())
    for group, women in possible.group_by("true_group"):
        rate = RECORDED_DEPRESSION[str(group[0])]
        assert within_chance(women["postpartum_depression_recorded"].mean(), rate, women.height), group


def test_preterm_birth_of_one_baby_rises_with_deprivation(table: pl.DataFrame) -> None:
    """From 4.9 % in the least deprived fifth to 7.2 % in the most (Jardine 2021, Lancet 398:1905): 1.47 times."""
    single = table.filter((pl.col("fetuses") == 1) & pl.col("deprivation_quintile").is_not_null())
    risks = dict(single.group_by("deprivation_quintile").agg(pl.col("preterm_birth_true").mean()).rows())
    assert 1.3 < risks[1] / risks[5] < 1.65


def test_women_at_risk_miss_the_diabetes_test_more_where_deprived(table: pl.DataFrame) -> None:
    """15 % missed in deprived areas and 8 % in the least deprived (Gnanasambanthan 2023, Obstetric Medicine)."""
    at_risk = table.filter(
        pl.col("true_group").is_in(["Asian", "Black"])
        | (pl.col("body_mass_index") >= 30)
        | pl.col("family_history_of_diabetes")
    ).filter(~pl.col("pre_existing_diabetes"))
    missed = dict(at_risk.group_by("deprivation_quintile").agg(1 - pl.col("diabetes_test_done").mean()).rows())
    assert missed[1] == pytest.approx(0.15, abs=0.015)
    assert missed[5] == pytest.approx(0.08, abs=0.015)


def test_all_18_codes_of_the_scheme_are_used_and_missing_ethnicity_has_rows(table: pl.DataFrame) -> None:
    assert set(table["ethnic_category"].unique()) == set(ENGLAND_2001.by_code)
    assert {NOT_STATED, NOT_KNOWN} < set(table["ethnic_group"].unique())


def test_deprivation_crosses_ethnicity(table: pl.DataFrame) -> None:
    most_deprived = dict(table.group_by("true_category").agg((pl.col("deprivation_quintile") == 1).mean()).rows())
    assert most_deprived["J"] > 0.4 > 0.25 > most_deprived["A"] > most_deprived["H"]


def test_epds_finds_depression_as_often_as_published(table: pl.DataFrame) -> None:
    """At 13 or more: sensitivity .66, specificity .95; at 11 or more: .81 and .88 (Levis 2020, BMJ 371:m4022)."""
    asked = table.filter(pl.col("epds_total").is_not_null() & pl.col("postpartum_depression_true").is_not_null())
    depressed, well = asked.filter("postpartum_depression_true"), asked.filter(~pl.col("postpartum_depression_true"))
    for cut, sensitivity, specificity in ((13, 0.66, 0.95), (11, 0.81, 0.88)):
        assert (depressed["epds_total"] >= cut).mean() == pytest.approx(sensitivity, abs=0.015)
        assert (well["epds_total"] < cut).mean() == pytest.approx(specificity, abs=0.015)


def test_twins_and_history_raise_the_true_risk(table: pl.DataFrame) -> None:
    twins = pl.col("fetuses") > 1
    assert table.filter(twins)["preterm_birth_true"].mean() > 5 * table.filter(~twins)["preterm_birth_true"].mean()
    before = table.filter(pl.col("previous_gestational_diabetes"))["gestational_diabetes_true"].mean()
    assert before > 4 * table["gestational_diabetes_true"].mean()


@pytest.mark.parametrize("name", ["england", "benchmark"])
def test_intercepts_in_the_file_are_those_that_follow_from_its_rates(name: str) -> None:
    of = scenario(name)
    solved = solved_intercepts(of, births=60_000)
    for outcome in of.outcomes:
        for group in of.groups:
            # The smallest group has 400 women here: its mean risk is known to a few per cent.
            assert solved[outcome.name][group] == pytest.approx(outcome.intercept[group], abs=0.15), (outcome, group)
