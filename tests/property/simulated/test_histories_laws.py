"""Laws of the simulated histories: the future is not in the record, and its true risks are those of who is there."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from records.clock import PREDICTION_POINTS, WEEKS_28
from records.histories.histories import HERE
from records.sources.nhs_facts import NHS_KNOWN_FROM
from records.sources.simulated import simulate_histories
from records.sources.simulated.births import live
from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.clock import NO_DAY, clock_of_births
from records.sources.simulated.histories.diagnoses import days_of_diagnosis
from records.sources.simulated.histories.parameters import history_parameters
from records.sources.simulated.histories.true_risks import POINTS_WITH_TRUE_RISK, true_risks_at_points
from records.sources.simulated.scenario import Effect, Scenario
from records.sources.simulated.scenario_file import scenario

SEEDS = st.integers(min_value=0, max_value=2**64 - 1)
WEEKS = [name for name in PREDICTION_POINTS if PREDICTION_POINTS[name].gestational_day is not None]


def risk_columns() -> list[tuple[str, str, str]]:
    return [
        (outcome, point, f"{outcome}_true_risk_at_{point}")
        for outcome, points in POINTS_WITH_TRUE_RISK.items()
        for point in points
    ]


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, name=st.sampled_from(WEEKS))
def test_what_is_dated_after_a_point_is_not_known_at_it(seed: int, name: str) -> None:
    at = PREDICTION_POINTS[name]
    records = simulate_histories(150, seed=seed).records
    assert records.histories is not None
    cut = replace(
        records.histories, observations=records.histories.observations.filter(pl.col("day") <= at.gestational_day)
    )
    known = [concept for concept, since in NHS_KNOWN_FROM.items() if since <= at]
    assert_frame_equal(records.known_by(at, known).collect(), cut.known_by(at, known))


@settings(max_examples=6, deadline=None)
@given(seed=SEEDS)
def test_at_a_point_a_risk_is_known_of_women_who_are_there_and_adds_up_to_the_events_that_come(seed: int) -> None:
    simulated = simulate_histories(2_500, seed=seed)
    truth, histories = simulated.truth, simulated.records.histories
    assert histories is not None
    for outcome, point, column in risk_columns():
        standing = histories.standing(PREDICTION_POINTS[point]).head(truth.height)
        possible = truth[f"{outcome}_true"].is_not_null()
        there = standing == HERE
        assert truth[column].filter(there & possible).null_count() == 0
        assert truth[column].filter(~possible).drop_nulls().is_empty()
        gone = standing.is_in(["not booked by then", "no longer pregnant"])
        assert truth[column].filter(gone).drop_nulls().is_empty()
        told = truth.filter(there & possible)
        risk = told[column].to_numpy()
        # Six standard deviations of a sum of independent events: once in 5e8.
        allowed = 6 * math.sqrt((risk * (1 - risk)).sum()) + 1
        assert abs(told[f"{outcome}_true"].sum() - risk.sum()) < allowed, column


def test_the_risk_at_28_weeks_holds_within_whatever_the_record_says_by_then() -> None:
    """A fact that says more of the birth than the risk allows for would leave too many or too few events beside it."""
    simulated = simulate_histories(60_000, seed=31)
    known = simulated.records.known_by(WEEKS_28).collect().head(60_000)
    truth = simulated.truth.select("preterm_birth_true", pl.col("preterm_birth_true_risk_at_weeks_28").alias("risk"))
    told = pl.concat([known, truth], how="horizontal").drop_nulls(["risk"])
    assert simulated.records.histories is not None
    strata = {
        "pre-eclampsia": pl.col("pre_eclampsia"),
        "hypertension alone": pl.col("gestational_hypertension") & ~pl.col("pre_eclampsia"),
        "bled": pl.col("antenatal_bleeding"),
        "bled again": pl.col("antenatal_bleeding_episodes") > 1,
        "twins": pl.col("fetuses") > 1,
        "one baby": pl.col("fetuses") == 1,
        "high blood pressure": pl.col("systolic_blood_pressure_highest") > 140,
        "rising blood pressure": pl.col("systolic_blood_pressure_slope") > 1,
        "booked late": pl.col("gestation_at_booking") > 150,
        "tested": pl.col("diabetes_test_done"),
        "diabetes": pl.col("gestational_diabetes"),
        "anaemic": pl.col("haemoglobin_latest") < 105,
        "low-lying": pl.col("placenta_praevia"),
        "asked how she feels": pl.col("epds_total_in_pregnancy").is_not_null(),
    }
    for name, stratum in strata.items():
        women = told.filter(stratum)
        risk = women["risk"].to_numpy()
        assert women.height >= 100, name
        deviation = (women["preterm_birth_true"].sum() - risk.sum()) / math.sqrt((risk * (1 - risk)).sum())
        # Four standard deviations: once in 16,000 a stratum.
        assert abs(deviation) < 4, (name, deviation)


BEFORE = {"": 37 * 7, "_before_34": 34 * 7, "_before_32": 32 * 7}


def written_out_risks(of: Scenario, women: Women, row: int, day: int, seen: dict[str, bool]) -> dict[str, float]:
    """P(birth before a day | booking facts, number of babies, pregnant after the day, these diagnoses): one woman, one
    state and one day of birth at a time."""
    numbers = history_parameters("england")
    outcome, facts = of.outcome("preterm_birth"), {name: float(c[row]) for name, c in women.facts.items()}
    group = of.groups[women.facts["ethnic_group"][row]]
    hypertension = next(fact for fact in of.after if fact.name == "gestational_hypertension")
    gestation = next(fact for fact in of.after if fact.name == "gestation_at_birth")
    everyone, early = 0.0, dict.fromkeys(BEFORE, 0.0)
    for *later, own in itertools.product([False, True], repeat=len(of.later) + 1):
        state = dict(zip([flag.name for flag in of.later], later, strict=True))
        if state["multiple_pregnancy"] != bool(facts["multiple_pregnancy"]):
            continue
        known, weight = {**facts, **state}, 1.0
        for flag in (*of.later, hypertension):
            chance = sigmoid(flag.intercept + flag.by_group.get(group, 0.0) + effects(flag.effects, known))
            weight *= chance if (own if flag is hypertension else state[flag.name]) else 1 - chance
        logit = outcome.intercept[group] + effects(outcome.effects, known)
        logit += sum(ratio for name, ratio in outcome.later.items() if state[name])
        ill = {"pre_eclampsia": state["pre_eclampsia"], "gestational_hypertension": own or state["pre_eclampsia"]}
        for preterm, happens in ((True, sigmoid(logit)), (False, 1 - sigmoid(logit))):
            for born, chance in days_of_birth(gestation.tables[int(preterm)]).items():
                if born > day:
                    diagnosed = 1.0
                    for name in ill:
                        by_then = 0.0
                        if ill[name]:
                            # The day before birth at the latest.
                            by_then = 1.0 if born - 1 <= day else share_below(numbers.days[name], day + 1)
                        diagnosed *= by_then if seen[name] else 1 - by_then
                    share = weight * happens * chance * diagnosed
                    everyone += share
                    for name, before in BEFORE.items():
                        early[name] += share * (born < before)
    return {name: share / everyone for name, share in early.items()}


def days_of_birth(quantiles: tuple[tuple[float, float], ...]) -> dict[int, float]:
    """The chance of each day: what is drawn from the half before to the half after it."""
    days = range(round(quantiles[0][1]), round(quantiles[-1][1]) + 1)
    return {day: share_below(quantiles, day + 0.5) - share_below(quantiles, day - 0.5) for day in days}


def share_below(quantiles: tuple[tuple[float, float], ...], value: float) -> float:
    share = 0.0
    for (p, v), (next_p, next_v) in itertools.pairwise(quantiles):
        if value >= next_v:
            share = next_p
        elif value > v:
            share = p + (next_p - p) * (value - v) / (next_v - v)
    return share


def effects(of: tuple[Effect, ...], known: dict[str, float]) -> float:
    total = 0.0
    for effect in of:
        value = known[effect.of]
        if math.isnan(value):
            continue
        if effect.equals is not None:
            total += effect.coefficient * (value == effect.equals)
        elif effect.above is not None:
            total += effect.coefficient * max(value - effect.above, 0.0) / effect.per
        elif effect.below is not None:
            total += effect.coefficient * max(effect.below - value, 0.0) / effect.per
        else:
            total += effect.coefficient * (value - effect.centre) / effect.per
    return total


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


@pytest.mark.parametrize("name", ["weeks_16", "weeks_20", "weeks_28"])
def test_the_risk_at_a_week_is_the_sum_over_everything_not_yet_known(name: str) -> None:
    of, numbers, at = scenario("england"), history_parameters("england"), PREDICTION_POINTS[name]
    assert at.gestational_day is not None
    checked = set()
    for women, truths in live(3_000, seed=5, scenario=of):
        clock = clock_of_births(women, numbers)
        told = {column.name: column for column in true_risks_at_points(women, truths, clock, numbers)}
        risks = {kind: told[f"preterm_birth{kind}_true_risk_at_{name}"] for kind in BEFORE}
        days = days_of_diagnosis(women, clock, numbers)
        seen = {ill: (on != NO_DAY) & (on <= at.gestational_day) for ill, on in days.items()}
        of_interest = women.facts["multiple_pregnancy"] | seen["gestational_hypertension"] | seen["pre_eclampsia"]
        for row in map(int, [*np.flatnonzero(of_interest)[:40], *range(0, women.rows, 400)]):
            if risks[""][row] is not None:
                hers = {ill: bool(flags[row]) for ill, flags in seen.items()}
                expected = written_out_risks(of, women, row, at.gestational_day, hers)
                assert {kind: risk[row] for kind, risk in risks.items()} == pytest.approx(expected, rel=1e-10)
                checked.add((bool(women.facts["multiple_pregnancy"][row]), *hers.values()))
    # Nothing is diagnosed by 20 weeks; by 28, hypertension is with and without pre-eclampsia.
    assert {(True, False, False), (False, False, False)} <= checked
    assert ((False, False, True) in checked) == (name == "weeks_28")


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS, name=st.sampled_from(POINTS_WITH_TRUE_RISK["preterm_birth"]))
def test_an_earlier_birth_is_never_the_likelier(seed: int, name: str) -> None:
    truth = simulate_histories(500, seed=seed).truth
    rising = [truth[f"preterm_birth{kind}_true_risk_at_{name}"] for kind in ("_before_32", "_before_34", "")]
    assert len({column.null_count() for column in rising}) == 1
    for earlier, later in itertools.pairwise(column.drop_nulls() for column in rising):
        assert (earlier <= later).all()
    for earlier, later in itertools.pairwise(("preterm_birth_before_32", "preterm_birth_before_34", "preterm_birth")):
        assert truth.filter(pl.col(f"{earlier}_true") & ~pl.col(f"{later}_true")).is_empty()


def test_a_risk_never_comes_back_once_the_time_for_it_is_over() -> None:
    """Given one number of babies and no diagnosis, every week without a birth lowers the risk of one that is early."""
    truth = simulate_histories(5_000, seed=3).truth
    at = [truth[f"preterm_birth_true_risk_at_{name}"] for name in ("weeks_16", "weeks_20", "weeks_28")]
    both = at[0].is_not_null() & at[2].is_not_null()
    # Before 22 weeks nobody gives birth, so that by 20 weeks nothing has changed.
    assert at[0].filter(both).to_numpy() == pytest.approx(at[1].filter(both).to_numpy(), rel=1e-12)
    lower = (at[2] < at[1]).filter(both)
    assert lower.mean() > 0.97


def test_under_recorded_births_are_in_the_risk_of_who_is_still_pregnant() -> None:
    """A preterm birth that is written down as term is still to come at 28 weeks as far as the record can tell."""
    simulated = simulate_histories(40_000, seed=17, plants=["under_recording:White=0.5,outcome=preterm_birth"])
    told = simulated.truth.drop_nulls(["preterm_birth_true_risk_at_weeks_28"])
    risk = told["preterm_birth_true_risk_at_weeks_28"].to_numpy()
    assert abs(told["preterm_birth_true"].sum() - risk.sum()) < 4 * math.sqrt((risk * (1 - risk)).sum())
    plain = simulate_histories(40_000, seed=17).truth.drop_nulls(["preterm_birth_true_risk_at_weeks_28"])
    assert risk.mean() > plain["preterm_birth_true_risk_at_weeks_28"].mean()


def test_plants_of_dates_change_no_truth() -> None:
    plain = simulate_histories(1_000, seed=6).truth
    for plant in ("leak", "leak:everyone=1,predictor=weight_gain", "drift", "unit_change"):
        assert_frame_equal(simulate_histories(1_000, seed=6, plants=[plant]).truth, plain)
