"""The frontier's figures against independent libraries, and the rule that chooses a row."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, count, selection_rate, true_positive_rate
from sklearn.metrics import brier_score_loss, precision_score, recall_score, roc_auc_score

from training.fair_boost import HELD_OUT
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED, choose


@pytest.fixture(scope="module")
def held_out(fitted, births):
    return fitted.split_parts(births.event, sensitive_features=births.group, groups=births.woman) == HELD_OUT


@pytest.mark.parametrize("number", [0, 1, -1])
def test_figures_by_group_agree_with_fairlearn(fitted, births, held_out, number):
    number %= len(fitted.frontier_)
    figures = fitted.frontier_[number].figures
    flag = fitted.risk_at(births.predictors[held_out], number) >= figures.threshold
    named = np.where(births.group == None, "Not known", births.group)[held_out].astype(str)  # noqa: E711
    oracle = MetricFrame(
        metrics={"births": count, "sensitivity": true_positive_rate, "flags": selection_rate},
        y_true=births.event[held_out],
        y_pred=flag.astype(int),
        sensitive_features=named,
    )
    assert figures.sensitivity == pytest.approx(oracle.overall["sensitivity"])
    for group in figures.groups:
        expected = oracle.by_group.loc[group.group]
        assert group.births == expected["births"]
        assert group.sensitivity == pytest.approx(expected["sensitivity"])
        assert group.flags_per_1000 == pytest.approx(1000 * expected["flags"])
        drawn = (group.found + 50 * figures.sensitivity) / (group.events + 50)
        assert group.shrunken_sensitivity == pytest.approx(drawn)


def test_overall_figures_agree_with_scikit_learn(fitted, births, held_out):
    event = births.event[held_out]
    for number, row in enumerate(fitted.frontier_):
        risk = fitted.risk_at(births.predictors[held_out], number)
        flag = risk >= row.figures.threshold
        assert row.figures.auroc == pytest.approx(
            roc_auc_score(event, risk), abs=1e-6
        )  # running scores may break a tie
        assert row.figures.brier == pytest.approx(brier_score_loss(event, risk), abs=1e-9)
        assert row.figures.sensitivity == pytest.approx(recall_score(event, flag))
        assert row.figures.positive_predictive_value == pytest.approx(precision_score(event, flag))
        # Vickers and Elkin 2006, at the odds of row 0's threshold
        t = fitted.frontier_[0].figures.threshold
        benefit = (flag & (event == 1)).mean() - (flag & (event == 0)).mean() * t / (1 - t)
        assert row.figures.net_benefit == pytest.approx(benefit, abs=1e-9)


def test_row_0_comes_first_then_tolerances_from_the_loosest(fitted):
    tolerances = [row.tolerance for row in fitted.frontier_]
    assert tolerances[0] is None
    assert tolerances[1:] == sorted(tolerances[1:], reverse=True)
    assert set(tolerances[1:]) == {0.06, 0.04, 0.02}
    assert fitted.frontier_[0].fair_rounds == 0
    assert fitted.frontier_[0].largest_loss == 0
    assert fitted.frontier_[0].worsened == ()


def test_multipliers_start_warm(fitted):
    """A stricter tolerance goes on from where the looser one ended, so after equal rounds it pulls harder."""
    full = [row for row in fitted.frontier_ if row.fair_rounds == 30]
    third = [dict(row.multipliers)["Third"] for row in full]
    assert third == sorted(third)
    assert third[0] > 0


def test_the_chosen_row_made_no_group_worse(fitted):
    row_0, chosen = fitted.frontier_[0], fitted.frontier_[fitted.chosen_row_]
    for before, after in zip(row_0.figures.groups, chosen.figures.groups, strict=True):
        assert after.shrunken_sensitivity >= before.shrunken_sensitivity - LARGEST_LOSS_ALLOWED
        assert after.shrunken_net_benefit >= before.shrunken_net_benefit - LARGEST_LOSS_ALLOWED
    assert chosen.figures.worst_sensitivity >= row_0.figures.worst_sensitivity
    assert fitted.chosen_.startswith(f"row {fitted.chosen_row_} ")


def test_rounds_that_lower_a_group_are_also_kept_cut_short(fitted):
    harmful = [row for row in fitted.frontier_ if row.worsened]
    assert harmful, "the planted births are meant to have a tolerance that levels a group down"
    for row in harmful:
        assert any(other.tolerance == row.tolerance and other.fair_rounds < 30 for other in fitted.frontier_)


def _row(fitted, *, worst, worsened=(), tolerance=0.02):
    row = fitted.frontier_[0]
    figures = dataclasses.replace(row.figures, worst_sensitivity=worst, worst_group="Third")
    return dataclasses.replace(row, figures=figures, worsened=worsened, tolerance=tolerance, fair_rounds=50)


def test_row_0_is_kept_where_every_other_row_lowers_somebody(fitted):
    rows = [fitted.frontier_[0], _row(fitted, worst=0.9, worsened=("Large", "Second"))]
    choice = choose(rows)
    assert choice.row == 0
    assert choice.reason == "row 0 (unconstrained): tolerance 0.02, 50 fair rounds would leave Large, Second worse off"


def test_row_0_is_kept_where_no_row_raises_the_worst_group(fitted):
    worst = fitted.frontier_[0].figures.worst_sensitivity
    choice = choose([fitted.frontier_[0], _row(fitted, worst=worst)])
    assert choice.row == 0
    assert "does not raise the worst group" in choice.reason


def test_the_best_worst_group_wins_and_ties_go_to_the_looser_tolerance(fitted):
    worst = fitted.frontier_[0].figures.worst_sensitivity
    rows = [
        fitted.frontier_[0],
        _row(fitted, worst=worst + 0.02, tolerance=0.06),
        _row(fitted, worst=worst + 0.02, tolerance=0.04),
        _row(fitted, worst=worst + 0.05, worsened=("Large",)),
    ]
    assert choose(rows).row == 1
    assert choose(rows).reason.startswith("row 1 (tolerance 0.06, 50 fair rounds): raises the worst group (Third)")


def test_level_up_flags_shrink_as_the_constraint_does_the_work(fitted):
    full = [row for row in fitted.frontier_ if row.fair_rounds in (0, 30)]
    assert full[-1].figures.level_up_flags_per_1000 < full[0].figures.level_up_flags_per_1000
    assert all(row.figures.level_up_flags_per_1000 >= 0 for row in full)
