"""The minimum sample size of Riley et al., against the worked example they published."""

from __future__ import annotations

import math

import pytest

from training.diagnosis import sample_size_needed


def test_the_published_example_of_a_binary_outcome() -> None:
    """Riley et al. 2020, BMJ 368:m441, pre-eclampsia example: outcome proportion 0.05, 30 parameters, anticipated
    Cox-Snell R2 of 15 % of its maximum 0.33: criterion 1 needs 5,249 women and the overall risk 73.

    They round R2 to 0.05 before going on, which is worth 2 %.
    """
    size = sample_size_needed(0.05, 30, available=6000)
    assert size.shrinkage == pytest.approx(5249, rel=0.02)
    assert size.overall_risk == 73
    assert size.is_enough


def test_criteria_follow_their_formulas() -> None:
    rate, parameters = 0.1, 20
    largest = 1 - (rate**rate * (1 - rate) ** (1 - rate)) ** 2
    anticipated = 0.15 * largest
    shrinkage = anticipated / (anticipated + 0.05 * largest)
    size = sample_size_needed(rate, parameters, available=100)
    assert size.optimism == math.ceil(parameters / ((shrinkage - 1) * math.log(1 - anticipated / shrinkage)))
    assert size.needed == max(size.shrinkage, size.optimism, size.overall_risk)
    assert not size.is_enough


def test_a_rarer_outcome_needs_more_births() -> None:
    needed = [sample_size_needed(rate, 20, available=0).needed for rate in (0.1, 0.03, 0.003)]
    assert needed == sorted(needed)
