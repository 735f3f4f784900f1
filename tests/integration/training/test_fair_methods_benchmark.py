"""Other people's methods in small: what each promises on the births it was fitted on, and how it is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.fair_methods_fitted import GRADIENT, GRID, OPTIMIZER, REWEIGHING, Comparators, optimizer_at, reweighing
from benchmarks.fair_methods_tables import OURS, no_worse, print_beside
from benchmarks.fairgbm_apart import NotRun, installed_apart
from benchmarks.methods_judging import FLOOR, ROW_0, Part, count, judge
from benchmarks.methods_tables import Seeds
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest

# of fairlearn 0.15 under pandas 3
pytestmark = pytest.mark.filterwarnings(r"ignore:Setting an? (value|item) o")

ALERT_RATE = 0.10
THEIRS = (GRADIENT, GRID, OPTIMIZER, REWEIGHING)


@pytest.fixture(scope="module")
def run():
    simulated = simulate(15_000, seed=3, scenario="benchmark")
    others = Comparators(methods=THEIRS, alert_rate=ALERT_RATE, tolerance=0.02, max_iter=2, grid_size=3, fairgbm=None)
    true_risks = simulated.truth.select("pregnancy_id", true_risk="preterm_birth_true_risk")
    return judge(simulated.records, RetrainRequest(outcome="preterm_birth", seed=3), true_risks, others.counted)


def test_all_methods_are_counted_on_the_same_births(run):
    first = run.by_method[ROW_0]
    assert set(THEIRS) < set(run.by_method)
    for counted in run.by_method.values():
        np.testing.assert_array_equal(counted.births, first.births)
        np.testing.assert_array_equal(counted.events, first.events)
        np.testing.assert_allclose(counted.truly_expected, first.truly_expected)
        assert (counted.found <= np.minimum(counted.events, counted.flagged) + 1e-9).all()


@pytest.mark.parametrize("method", THEIRS)
def test_each_method_flags_about_the_capacity(run, method):
    # the cut is of about 2,600 held-out births; the optimizer has thresholds between few scores
    assert run.by_method[method].flags_per_1000 == pytest.approx(1000 * ALERT_RATE, abs=25)


def test_recalibrated_methods_expect_about_as_many_events_as_there_are(run):
    for method in (GRADIENT, REWEIGHING):
        counted = run.by_method[method]
        assert counted.events.sum() / counted.expected.sum() == pytest.approx(1, abs=0.15)


def test_a_method_is_no_worse_than_itself_and_tables_name_everyone(run, capsys):
    seeds = Seeds([run, run])
    assert no_worse(seeds, FLOOR, FLOOR)
    print_beside(seeds)
    printed = capsys.readouterr().out
    for name in (*OURS, *THEIRS):
        assert name in printed


def test_a_method_that_finds_fewer_of_the_worst_group_is_worse(run):
    counted = run.by_method[ROW_0]
    worse = replace(run, by_method=run.by_method | {FLOOR: replace(counted, truly_found=counted.truly_found * 0.9)})
    seeds = Seeds([worse, worse])
    assert not no_worse(seeds, FLOOR, ROW_0)
    assert no_worse(seeds, ROW_0, FLOOR)


def made_part(births: int, seed: int) -> tuple[Part, np.ndarray]:
    random = np.random.default_rng(seed)
    group = random.choice(["A", "B", "C"], size=births, p=[0.5, 0.3, 0.2])
    risk = random.beta(2, np.select([group == "A", group == "B"], [14, 10], 22))
    event = random.random(births) < risk
    return Part(predictors=risk[:, None], event=event, group=group), risk


def test_reweighed_births_have_an_outcome_independent_of_group():
    part, _ = made_part(5000, 1)
    weight = reweighing(part)
    overall = np.average(part.event, weights=weight)
    assert overall == pytest.approx(part.event.mean())
    for name in "ABC":
        inside = part.group == name
        assert np.average(part.event[inside], weights=weight[inside]) == pytest.approx(overall)
        assert weight[inside].sum() == pytest.approx(inside.sum())


def test_the_random_cuts_flag_the_capacity_and_find_every_group_alike():
    part, risk = made_part(8000, 2)
    chance = optimizer_at(ALERT_RATE, risk, part)(risk, part.group)
    assert ((chance >= 0) & (chance <= 1)).all()
    assert chance.mean() == pytest.approx(ALERT_RATE, abs=0.02)
    found = [chance[part.event & (part.group == name)].mean() for name in "ABC"]
    assert np.ptp(found) < 0.03


def test_a_chance_of_being_flagged_counts_as_the_mean_of_draws():
    part, risk = made_part(600, 3)
    random = np.random.default_rng(4)
    chance = random.random(600)
    names = ("A", "B", "C")
    expected = count(part.event, risk, chance, part.group, names, cost=1.0)
    flags = random.random((4000, 600)) < chance
    drawn = [flags[:, part.event & (part.group == name)].sum(axis=1).mean() for name in names]
    np.testing.assert_allclose(expected.found, drawn, rtol=0.05)


def test_what_cannot_be_installed_says_why(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    answer = installed_apart(in_the_way / "environment")
    assert isinstance(answer, NotRun)
    assert answer.reason.startswith("fairgbm==0.9.14")
