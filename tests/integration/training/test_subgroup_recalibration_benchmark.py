"""The comparison of ways to move risks by group, in small: hand-counted figures, and who is the worst and the loser."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from benchmarks.subgroup_recalibration import report
from benchmarks.subgroup_recalibration_judging import BLIND, INTERCEPTS, SUBGROUPS, Counting, Judged, Seed, judge_seed
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest


@pytest.fixture(scope="module")
def seed() -> Seed:
    births = simulate(12_000, seed=3, scenario="benchmark")
    request = RetrainRequest(outcome="preterm_birth", seed=3, constraint="none")
    return judge_seed(births.records, request, births.truth, None)


def test_every_way_is_judged_on_the_same_births(seed: Seed) -> None:
    assert tuple(seed.by_way) == (BLIND, INTERCEPTS, SUBGROUPS)
    assert seed.crossing_events.sum() == seed.events.sum()
    for judged in seed.by_way.values():
        assert 70 < judged.flags_per_1000 < 130
        # risks that are right on average tell as many events as there are true risks, whoever is moved
        assert 0.85 < np.nanmean(judged.true_over_expected) < 1.2


def test_intercepts_bring_the_group_that_is_told_too_little_nearer(seed: Seed) -> None:
    black = seed.groups.index("Black")
    blind, moved = (seed.by_way[way].true_over_expected[black] for way in (BLIND, INTERCEPTS))
    assert blind > 1.1
    assert abs(math.log(moved)) < abs(math.log(blind))


def test_figures_are_those_counted_by_hand() -> None:
    unseen = pl.DataFrame(
        {
            "pregnancy_id": ["a", "b", "c", "d", "e"],
            "observed": [True, True, False, True, False],
            "ethnic_group": ["Black", "Black", "Black", "White", None],
            "deprivation_quintile": [1, 2, 1, None, 1],
        }
    )
    truth = pl.DataFrame(
        {"pregnancy_id": ["e", "d", "c", "b", "a"], "preterm_birth_true_risk": [0.1, 0.5, 0.2, 0.3, 0.4]}
    )
    counting = Counting(unseen, truth, "preterm_birth")
    assert counting.groups == ("Black", "Not known", "White")
    assert counting.crossings == ("Black / 1", "Black / 2", "Not known / 1", "White / Not known")
    judged = counting.judged(np.array([0.5, 0.2, 0.3, 0.25, 0.1]), 0.3, 1.5)
    assert judged.sensitivity[[0, 2]].tolist() == [0.5, 0.0]
    assert math.isnan(judged.sensitivity[1])
    assert judged.observed_over_expected.tolist() == pytest.approx([2.0, 0.0, 4.0])
    assert judged.crossing_observed_over_expected.tolist() == pytest.approx([1 / 0.8, 5.0, 0.0, 4.0])
    # true risks are 1.5 events where 3 were seen
    assert judged.true_over_expected.tolist() == pytest.approx([1.8, 2.0, 4.0])
    assert (judged.overall_sensitivity, judged.flags_per_1000) == pytest.approx((1 / 3, 400.0))
    # of 3 x 2 pairs of a woman with the outcome and one without, the second ranks higher in two
    assert judged.auroc == pytest.approx(4 / 6)
    likelihood = 0.5 * 0.2 * 0.7 * 0.25 * 0.9
    assert judged.log_loss == pytest.approx(-math.log(likelihood) / 5)


def _judged(sensitivity: list[float], ratio: list[float]) -> Judged:
    own, crossing = np.array(ratio), np.array([1.1, 0.7])
    return Judged(
        sensitivity=np.array(sensitivity),
        observed_over_expected=own,
        calibration_error=np.array([0.01, 0.02, 0.09, 0.05]),
        crossing_observed_over_expected=crossing,
        true_over_expected=own,
        crossing_true_over_expected=crossing,
        overall_sensitivity=0.3,
        flags_per_1000=100.0,
        auroc=0.7,
        log_loss=0.3,
        seconds=0.1,
    )


def test_the_worst_is_a_stated_group_with_enough_events_and_anybody_can_lose(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ways = {
        BLIND: _judged([0.30, 0.20, 0.30, 0.01], [1.1, 0.8, 0.5, 3.0]),
        SUBGROUPS: _judged([0.31, 0.22, 0.25, 0.01], [1.2, 0.9, 0.4, 3.0]),
    }
    one = Seed(
        groups=("Asian", "Black", "Not known", "Tiny"),
        crossings=("Asian / 1", "Black / 2"),
        events=np.array([200.0, 300.0, 150.0, 9.0]),
        crossing_events=np.array([120.0, 110.0]),
        by_way=ways,
        by=("ethnic_group",),
        moved=3,
        split="",
    )
    report([one, one], 100)
    printed = capsys.readouterr().out
    (before, after) = [line.split(" | ") for line in printed.splitlines() if line.startswith("| ") and "0.70" in line]
    assert (before[1], after[1]) == ("0.80 (Black)", "1.20 (Asian)")
    assert before[2] == "0.0200 (Black)"
    assert before[3] == "0.70 (Black / 2)"
    assert after[6] == "0.050 (Not known)"
    assert "Too few events to judge: Tiny." in printed
    assert "by ethnic_group. Subgroups that it moved, by seed: 3, 3." in printed
