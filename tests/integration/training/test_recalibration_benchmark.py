"""The benchmark of recalibration, in small: what it plants is what it says, and a refusal is counted as one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.recalibration import (
    OTHER,
    REFUSED,
    SAME,
    SHIFTED,
    STRETCH,
    STRETCHED,
    TOLD,
    One,
    extra_log_odds,
    judged,
    planted,
    simulated_model,
    summary,
)
from fairness_audits.figures import Figure
from models.risk_model import RiskModel
from training.cohort import OBSERVED
from training.validation.recalibration import SLOPE, fit_recalibration, log_odds_of


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return simulated_model("preterm_birth", 6_000, seed=1)


def _odds(births) -> float:
    rate = births.frame[OBSERVED].mean()
    return rate / (1 - rate)


def test_births_left_out_multiply_the_odds_of_those_left(model):
    same, shifted = (planted(model, truth, 40_000, seed=1) for truth in (SAME, SHIFTED))
    assert math.log(_odds(shifted) / _odds(same)) == pytest.approx(math.log(1.5), abs=0.04)


def test_log_odds_are_drawn_together(model):
    """The slope on births left, beside that on all of them: its standard error is 0.05 on 40,000 births."""
    slopes = [
        fit_recalibration(SLOPE, log_odds_of(births.risk), births.observed).slope
        for births in (planted(model, truth, 40_000, seed=1) for truth in (SAME, STRETCHED))
    ]
    assert slopes[1] - slopes[0] == pytest.approx(STRETCH - 1, abs=0.15)


def test_under_other_facts_only_these_women_move(model):
    births = planted(model, SAME, 3_000, seed=1)
    assert set(np.unique(extra_log_odds(births, OTHER))) == {-1.5, 0.0, 1.5}


def test_too_few_births_are_counted_as_refused(model):
    done = judged(planted(model, TOLD, 1_200, seed=1))
    assert done == One(update=REFUSED)


def test_a_row_counts_each_update_and_whose_interval_covers_one():
    def ratio(low: float, high: float) -> Figure:
        return Figure(estimand="observed_to_expected", value=(low + high) / 2, low=low, high=high)

    done = [
        One(update="none", before=ratio(0.9, 1.1), after=ratio(0.9, 1.1)),
        One(update="slope", before=ratio(1.3, 1.5), after=ratio(1.1, 1.3)),
        One(update=REFUSED),
    ]
    assert list(summary(done)) == ["1", "0", "1", "0", "1", "1.20 (1.00 to 1.40)", "1.10 (1.00 to 1.20)", "1 of 2"]
