"""A short run of the benchmark of the interval shown with a risk: what the long one states must not be untrue."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.risk_interval import WOMEN, Coverage, Fresh, coverage, fitted_with_interval, fresh_births
from records.sources.simulated import simulate
from training.cohort import assemble

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def fresh() -> Fresh:
    return fresh_births("benchmark", "preterm_birth", 60_000, 0)


@pytest.fixture(scope="module")
def runs(fresh: Fresh) -> list[Coverage]:
    made = []
    for seed in SEEDS:
        births = simulate(20_000, seed=seed, scenario="benchmark").records
        made.append(coverage(fitted_with_interval(assemble("preterm_birth", "booking", births), seed), fresh))
    return made


@pytest.mark.parametrize(("scenario", "outcome"), [("benchmark", "preterm_birth"), ("england", "haemorrhage")])
def test_true_risks_are_those_of_the_outcomes_own_population(scenario: str, outcome: str) -> None:
    """Preterm birth is of one baby: the risk of every pregnancy, twins among them, would be too high."""
    births = fresh_births(scenario, outcome, 60_000, 1)
    apart = births.frame["observed"].to_numpy().astype(float) - births.true_risk
    assert abs(apart.mean()) < 4 * apart.std() / np.sqrt(len(apart))


def test_the_interval_holds_the_true_share_of_women_scored_alike(runs: list[Coverage]) -> None:
    assert np.mean([run.held.mean() for run in runs]) > 0.65


def test_it_holds_it_more_often_than_that_of_her_tenth_where_risks_are_highest(runs: list[Coverage]) -> None:
    first, last = WOMEN["highest tenth"]
    by_curve, by_tenth = (np.mean([getattr(run, name)[first:last] for run in runs]) for name in ("held", "tenths"))
    assert by_curve > by_tenth
