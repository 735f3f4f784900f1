"""What each bar for a constrained row chooses among the rows of one fit, judged with the simulator's true risks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchmarks.methods_choice import BARS, JudgedFit, judged_fit
from records.groups import NOT_KNOWN


@pytest.fixture(scope="module")
def judged() -> JudgedFit:
    return judged_fit("benchmark", 16_000, 7)


def test_rows_and_groups_are_judged_alike_by_events_and_by_true_risks(judged):
    assert judged.seen.shape == judged.true.shape == (len(judged.frontier), len(judged.groups))
    for sensitivity in (judged.seen, judged.true):
        assert ((sensitivity >= 0) & (sensitivity <= 1)).all()
    # where events are many, who had the event is what the true risks say, within four standard errors
    many = judged.events >= 100
    assert many.any()
    error = np.sqrt(judged.true[0] * (1 - judged.true[0]) / np.maximum(judged.events, 1))
    assert (np.abs(judged.seen[0] - judged.true[0]) <= 4 * error)[many].all()


def test_a_higher_bar_takes_the_same_row_or_row_0(judged):
    chosen = [judged.chosen(bar) for bar in BARS]
    taken = [row for row in chosen if row > 0]
    assert len(set(taken)) <= 1
    assert chosen == taken + [0] * (len(BARS) - len(taken))


def test_row_0_loses_nothing_and_gains_nothing(judged):
    assert not judged.loses(0, judged.true, fewest_events=0)
    assert judged.worst_group_gain(0) == 0


def test_a_loss_counts_from_so_many_events_and_a_group_without_ethnicity_is_never_the_worst():
    made = JudgedFit(
        frontier=(),
        groups=np.array(["Asian", "White", NOT_KNOWN]),
        events=np.array([40.0, 300.0, 120.0]),
        seen=np.array([[0.20, 0.30, 0.10], [0.18, 0.30, 0.10]]),
        true=np.array([[0.20, 0.30, 0.10], [0.24, 0.30, 0.05]]),
    )
    assert made.loses(1, made.seen, fewest_events=0)
    assert not made.loses(1, made.seen, fewest_events=100)
    assert made.loses(1, made.true, fewest_events=100)
    assert made.worst_group_gain(1) == pytest.approx(0.04)
    smaller = dataclasses.replace(made, true=made.true[:, ::-1])
    assert smaller.worst_group_gain(1) == pytest.approx(0.05 - 0.10)
