"""Every constraint betters what it is about, on simulated 'benchmark' births; and nothing else is relaxed for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from models.encoding import Encoding
from records.sources.simulated import simulate
from training.cohort import OBSERVED, assemble
from training.fair_boost import FairBoostClassifier
from training.fair_boost.constraints import CONSTRAINTS
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED, SMALLEST_GAIN_TAKEN, SMALLEST_LOG_LOSS_GAIN_TAKEN
from training.fair_boost.judging import standing
from training.fair_boost.multipliers import DualAscent

ACTING = tuple(name for name in CONSTRAINTS if name != "none")
TWO_SIDED = ("tpr", "fpr", "equalized_odds")
ROUNDS = 30
LOOSE = 1.0  # nobody is that far from everyone, so its rounds are plain ones: as many trees, and no constraint


@dataclass(frozen=True)
class Benchmark:
    predictors: NDArray[np.float64]
    event: NDArray[np.int8]
    group: NDArray[np.object_]

    def fit(self, booster: Any, **settings: Any) -> FairBoostClassifier:
        model = FairBoostClassifier(booster(n_jobs=1), **{"random_state": 1, "certificate_fraction": 0.0, **settings})
        return model.fit(self.predictors, self.event, sensitive_features=self.group)


@pytest.fixture(scope="module")
def benchmark_births() -> Benchmark:
    cohort = assemble("preterm_birth", "booking", simulate(90_000, seed=21, scenario="benchmark").records)
    known = cohort.frame.filter(pl.col(OBSERVED).is_not_null())
    return Benchmark(
        predictors=Encoding.of(cohort.predictors).encode(known),
        event=known[OBSERVED].to_numpy().astype(np.int8),
        group=known["ethnic_group"].to_numpy(),
    )


@pytest.fixture(scope="module")
def constrained(benchmark_births, booster) -> dict[str, FairBoostClassifier]:
    """One frontier a constraint: row 0, rounds without a constraint, and rounds with a strict one."""
    return {
        name: benchmark_births.fit(
            booster, constraint=name, tolerance=0.005, frontier=[LOOSE], fair_rounds=ROUNDS, validation_fraction=0.4
        )
        for name in ACTING
    }


def _full(model: FairBoostClassifier, tolerance: float):
    return next(row for row in model.frontier_ if row.tolerance == tolerance and row.fair_rounds == ROUNDS)


@pytest.mark.parametrize("name", ACTING)
def test_a_constraint_betters_its_own_figure_of_the_worst_group(constrained, name):
    model = constrained[name]
    strict = standing(_full(model, 0.005).figures, name)
    assert strict > standing(model.frontier_[0].figures, name)
    assert strict > standing(_full(model, LOOSE).figures, name)  # and not by having more trees alone


@pytest.mark.parametrize("name", ACTING)
def test_harm_to_any_group_is_told_whatever_the_constraint_and_never_chosen(constrained, name):
    model = constrained[name]
    row_0 = model.frontier_[0].figures.groups
    for row in model.frontier_:
        losses = {
            now.group: max(
                was.shrunken_sensitivity - now.shrunken_sensitivity, was.shrunken_net_benefit - now.shrunken_net_benefit
            )
            for was, now in zip(row_0, row.figures.groups, strict=True)
        }
        assert set(row.worsened) == {group for group, loss in losses.items() if loss > LARGEST_LOSS_ALLOWED}
    chosen = model.frontier_[model.chosen_row_]
    assert not chosen.worsened
    bar = SMALLEST_LOG_LOSS_GAIN_TAKEN if name == "group_loss" else SMALLEST_GAIN_TAKEN
    gain = standing(chosen.figures, name) - standing(model.frontier_[0].figures, name)
    assert model.chosen_row_ == 0 or gain >= bar


def test_levelling_down_is_seen_and_refused(constrained):
    """What the warning says: two-sided rows lower a group, and are named for it."""
    strict = _full(constrained["tpr"], 0.005)
    assert strict.worsened
    assert strict.largest_loss > LARGEST_LOSS_ALLOWED


def test_row_0_is_the_plain_fit_under_every_constraint(constrained, benchmark_births, booster):
    plain = benchmark_births.fit(booster, constraint="none", validation_fraction=0.4)
    for model in constrained.values():
        assert model.frontier_[0].tolerance is None
        assert model.boosters_[0].model_to_string() == plain.booster_.model_to_string()
        assert model.frontier_[0].figures.groups == plain.frontier_[0].figures.groups


@pytest.mark.parametrize("name", ACTING)
def test_missing_ethnicity_is_in_every_table_and_never_pulled(constrained, name):
    for row in constrained[name].frontier_:
        assert "Not known" in {group.group for group in row.figures.groups if not group.constrained}
        both = (dict(row.multipliers), dict(row.false_positive_multipliers))
        assert both[0]["Not known"] == both[1].get("Not known", 0.0) == 0.0
        assert "Not known" not in row.binding_groups


@pytest.mark.parametrize("name", ACTING)
def test_only_two_sided_constraints_push_down(constrained, name):
    strict = _full(constrained[name], 0.005)
    values = [value for _, value in (*strict.multipliers, *strict.false_positive_multipliers)]
    assert max(values) > 0
    assert (min(values) < 0) == (name in TWO_SIDED)
    assert bool(strict.false_positive_multipliers) == (name == "equalized_odds")


@pytest.mark.parametrize("name", ["fpr", "equalized_odds", "group_loss"])
def test_an_unreachable_tolerance_is_said_and_not_relaxed(benchmark_births, booster, name):
    model = benchmark_births.fit(booster, constraint=name, tolerance=0.0, fair_rounds=3, dual_cap=1e-4)
    full = next(row for row in model.frontier_ if row.fair_rounds == 3)
    assert full.tolerance == 0.0
    assert model.feasible_ is False
    assert set(full.at_cap) <= set(full.binding_groups) == set(model.binding_groups_)
    assert full.at_cap


@pytest.mark.parametrize("name", ["equalized_odds", "group_loss"])
def test_threads_do_not_change_the_model(births, booster, name):
    fits = [
        FairBoostClassifier(booster(n_jobs=threads), constraint=name, tolerance=0.0, fair_rounds=8, random_state=4).fit(
            births.predictors, births.event, sensitive_features=births.group
        )
        for threads in (1, 2)
    ]
    first, second = ([one.model_to_string() for one in model.boosters_] for model in fits)
    assert first == second


def test_row_0_of_a_plain_fit_binds_groups_below_the_floor_and_none_above(births, booster):
    """'none' is judged as the default is: a group that is found more often than everyone breaks nothing."""
    model = FairBoostClassifier(booster(), constraint="none", random_state=0)
    model.fit(births.predictors, births.event, sensitive_features=births.group)
    figures = model.frontier_[0].figures
    below = {g.group for g in figures.groups if g.constrained and g.shrunken_sensitivity < figures.sensitivity - 0.02}
    assert set(model.binding_groups_) == below != set()


def test_a_surplus_binds_two_sided_parity_alone():
    surplus = np.array([[-0.2, 0.0], [0.0, 0.2]])
    both = np.array([True, True])
    bounds = {
        name: DualAscent(constraint=name, tolerance=0.05, rate=6.0, cap=8.0, constrained=both).excess(surplus)
        for name in CONSTRAINTS
    }
    for name in ("none", "tpr_floor", "group_loss"):
        np.testing.assert_allclose(bounds[name], [[0.0, 0.0], [0.0, 0.15]])
    for name in TWO_SIDED:
        np.testing.assert_allclose(bounds[name], [[-0.175, 0.0], [0.0, 0.175]])
