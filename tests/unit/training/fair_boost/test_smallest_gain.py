"""Row 0 is given up for a rise of the worst group that matters, never for one that chance gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.fair_boost.births import Births
from training.fair_boost.figures import RowFigures
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED, SMALLEST_GAIN_TAKEN, Choice, FrontierRow, choose
from training.fair_boost.groups import GroupedWomen
from training.fair_boost.sure_rise import rises_surely

WORST_BEFORE = 0.20


def row(worst: float, *, tolerance: float | None = 0.02, worsened: tuple[str, ...] = ()) -> FrontierRow:
    figures = RowFigures(
        threshold=0.1,
        sensitivity=0.3,
        false_positive_rate=0.08,
        log_loss=0.3,
        worst_group="Asian",
        worst_sensitivity=worst,
        positive_predictive_value=0.2,
        net_benefit=0.01,
        auroc=0.7,
        brier=0.07,
        level_up_flags_per_1000=4.0,
        groups=(),
    )
    return FrontierRow(
        tolerance=tolerance,
        fair_rounds=0 if tolerance is None else 50,
        figures=figures,
        multipliers=(),
        feasible=True,
        binding_groups=(),
        at_cap=(),
        largest_loss=0.0,
        worsened=worsened,
        seconds=1.0,
    )


ROW_0 = row(WORST_BEFORE, tolerance=None)


def test_a_gain_is_worth_no_less_than_the_loss_it_may_cost_another_group():
    assert SMALLEST_GAIN_TAKEN >= LARGEST_LOSS_ALLOWED


def test_a_rise_that_is_too_small_keeps_row_0_and_says_how_small():
    choice = choose([ROW_0, row(WORST_BEFORE + 0.004)])
    assert choice.row == 0
    assert "raises the worst group by 0.0040, less than the 0.01" in choice.reason


def test_a_rise_that_chance_may_give_keeps_row_0_and_says_so():
    by_chance = replace(row(WORST_BEFORE + 0.03), rise_is_sure=False)
    choice = choose([ROW_0, by_chance])
    assert choice.row == 0
    assert choice.reason.endswith("raises the worst group by 0.0300, which may be chance on so few events")
    assert choose([ROW_0, by_chance, row(WORST_BEFORE + 0.012)]).row == 2


def births(events: int) -> Births:
    """All but one of the worst group had the event; others are there to be counted out."""
    women = GroupedWomen.of(["Asian"] * events + ["White"] * 10 + ["Asian"], events + 11)
    event = np.append(np.ones(events + 10), 0.0)
    return Births(event=event, weight=np.ones(events + 11), weighted=False, women=women)


def rises(gained: int, lost: int, *, constraint: str = "tpr_floor", copies: int = 1) -> bool:
    before = np.array([False] * gained + [True] * lost + [False] * 11)
    after = np.array([True] * gained + [False] * lost + [True] * 11)
    one = births(gained + lost)
    weighted = replace(one, weight=one.weight * copies)
    return rises_surely(constraint, weighted, ROW_0, before, after)


def test_a_rise_is_sure_where_more_are_gained_than_lost_beyond_chance():
    """McNemar's statistic without continuity correction: (6 - 0) / sqrt(6) = 2.4, (6 - 3) / sqrt(9) = 1."""
    assert rises(6, 0)
    assert not rises(6, 3)
    assert not rises(0, 0)
    assert not rises(2, 0)
    assert rises(3, 0)


@given(gained=st.integers(0, 40), lost=st.integers(0, 40))
def test_weights_of_equal_size_decide_nothing_and_more_gained_is_never_less_sure(gained: int, lost: int):
    assert rises(gained, lost) == rises(gained, lost, copies=3)
    assert rises(gained, lost) <= rises(gained + 1, lost)


def test_other_figures_have_a_bar_of_their_own():
    assert rises(0, 5, constraint="fpr")
    assert rises(0, 5, constraint="group_loss")
    assert not rises(0, 5, constraint="tpr")


def test_a_rise_that_matters_is_taken():
    assert choose([ROW_0, row(WORST_BEFORE + 0.004, tolerance=0.06), row(WORST_BEFORE + 0.012)]).row == 2


def test_a_large_rise_that_lowers_a_group_does_not_carry_a_small_one():
    choice = choose([ROW_0, row(WORST_BEFORE + 0.08, worsened=("Black",)), row(WORST_BEFORE + 0.004)])
    assert choice.row == 0
    assert "would leave Black worse off" in choice.reason


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), max_size=6))
def test_what_is_chosen_is_row_0_or_raises_the_worst_group_enough_and_the_most(others):
    rows = [ROW_0, *(row(worst, worsened=("Black",) if harms else ()) for worst, harms in others)]
    chosen = choose(rows).row
    best = max(r.figures.worst_sensitivity for r in rows if not r.worsened)
    if chosen:
        assert not rows[chosen].worsened
        assert rows[chosen].figures.worst_sensitivity == best
        assert best - WORST_BEFORE >= SMALLEST_GAIN_TAKEN
    else:
        assert best - WORST_BEFORE < SMALLEST_GAIN_TAKEN


def test_a_fit_is_chosen_by_the_same_rule(fitted):
    worst = [r.figures.worst_sensitivity for r in fitted.frontier_]
    assert fitted.chosen_row_ == choose(fitted.frontier_).row
    assert fitted.chosen_row_ == 0 or worst[fitted.chosen_row_] - worst[0] >= SMALLEST_GAIN_TAKEN


def test_row_0_alone_is_chosen_without_a_comparison():
    assert choose([ROW_0]) == Choice(row=0, reason="row 0 (unconstrained)")


@pytest.mark.parametrize("worst", [WORST_BEFORE, WORST_BEFORE - 0.05])
def test_no_rise_is_named_as_such(worst):
    assert choose([ROW_0, row(worst)]).reason.endswith("does not raise the worst group")
