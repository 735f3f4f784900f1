"""Intervals of net benefit: their multinomial variance where counts are many, and their promise where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from fairness_audits.net_benefit import net_benefit_interval, standardised_net_benefit_interval

REPEATS = 1000


def test_limits_are_those_of_the_multinomial_variance_where_counts_are_many():
    """Variance of a - w b for multinomial shares: (a + w^2 b - (a - w b)^2) / n."""
    found, alarms, women, threshold = 9_000, 30_000, 200_000, 0.1
    a, b, w = found / women, alarms / women, 0.1 / 0.9
    half = 1.959963984540054 * ((a + w**2 * b - (a - w * b) ** 2) / women) ** 0.5
    got = net_benefit_interval(found, alarms, women, threshold)
    assert got.value == pytest.approx(a - w * b, abs=1e-12)
    assert (got.low, got.high) == pytest.approx((got.value - half, got.value + half), abs=0.01 * half)


@pytest.mark.parametrize("women", [400, 4000])
def test_limits_hold_the_truth(women):
    """8 in 100 have the outcome, 30 % of them are flagged and 8 % of the others; threshold .1."""
    random = np.random.default_rng(51)
    shares = np.array([0.08 * 0.3, 0.08 * 0.7, 0.92 * 0.08, 0.92 * 0.92])
    w = 0.1 / 0.9
    truth = shares[0] - w * shares[2]
    hits = np.zeros(2, dtype=int)
    for found, missed, alarms, _ in random.multinomial(women, shares, REPEATS):
        raw = net_benefit_interval(found, alarms, women, 0.1)
        standard = standardised_net_benefit_interval(found, alarms, found + missed, women, 0.1)
        hits += [raw.low <= truth <= raw.high, standard.low <= truth / 0.08 <= standard.high]
    assert all(binomtest(int(n), REPEATS, 0.95, "less").pvalue > 0.001 for n in hits)
    assert (hits / REPEATS < 0.985).all()


def test_flagging_nobody_is_worth_nothing_and_still_has_limits():
    got = net_benefit_interval(0, 0, 100, 0.2)
    assert got.value == 0
    assert got.low < 0 < got.high


def test_a_perfect_model_is_worth_all_that_could_be_gained():
    assert standardised_net_benefit_interval(50, 0, 50, 1000, 0.1).value == 1


def test_undefined_without_women_or_without_events():
    assert np.isnan(net_benefit_interval(0, 0, 0, 0.1).value)
    assert np.isnan(standardised_net_benefit_interval(0, 3, 0, 100, 0.1).value)
