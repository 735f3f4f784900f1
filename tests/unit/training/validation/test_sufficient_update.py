"""Which update births call for, where it is known: births are drawn from risks that were told wrong in a known way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom, chi2
from sklearn.linear_model import LogisticRegression

from fairness_audits.intervals import Interval
from training.validation.recalibration import IN_THE_LARGE, NONE, REFIT, SLOPE, UnusableRecalibration
from training.validation.sufficient_update import gain_by_woman, sufficient_update


def _births(seed, *, intercept=0.0, slope=1.0, women=8_000):
    random = np.random.default_rng(seed)
    told = random.normal(-2.0, 0.8, women)
    return told, (random.random(women) < expit(intercept + slope * told)).astype(float)


def _named(*births):
    return sufficient_update(*births, None).update


def test_risks_that_are_right_are_left_alone_in_95_of_100_samples():
    """The closed procedure keeps its level: at most as many false alarms as chance at 5 % allows (p > 0.001)."""
    samples = 300
    alarms = sum(_named(*_births(seed, women=1_500)) != NONE for seed in range(samples))
    assert binom.cdf(alarms, samples, 0.05) > 0.001
    assert binom.sf(alarms - 1, samples, 0.05) > 0.001


@pytest.mark.parametrize("intercept", [-0.5, 0.5])
def test_a_shift_is_named_in_the_large(intercept):
    """A slope is called for too in 5 % of samples of a pure shift, by the same level."""
    samples = 60
    named = [_named(*_births(seed, intercept=intercept)) for seed in range(samples)]
    assert NONE not in named
    assert binom.sf(named.count(SLOPE) - 1, samples, 0.05) > 0.001


@pytest.mark.parametrize("slope", [0.6, 1.5])
def test_risks_too_extreme_or_too_alike_need_a_slope(slope):
    named = [_named(*_births(seed, intercept=2.0 * (slope - 1), slope=slope)) for seed in range(20)]
    assert named.count(SLOPE) == 20


def test_the_direction_of_a_shift_is_told():
    low, high = (sufficient_update(*_births(1, intercept=by), None) for by in (0.5, -0.5))
    assert "too low" in low.sentence
    assert "too high" in high.sentence


def test_p_values_are_those_of_likelihood_ratios_of_an_independent_fit():
    told, observed = _births(7, intercept=0.1, slope=0.95)
    found = sufficient_update(told, observed, None)

    def likelihood(line):
        return float((observed * line - np.logaddexp(0, line)).sum())

    largest = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(told[:, None], observed)
    best = likelihood(largest.intercept_[0] + largest.coef_[0, 0] * told)
    only_shifted = max(likelihood(told + shift) for shift in np.linspace(-0.5, 0.5, 20_001))
    assert found.p_none == pytest.approx(chi2.sf(2 * (best - likelihood(told)), 2), abs=1e-4)
    assert found.p_in_the_large == pytest.approx(chi2.sf(2 * (best - only_shifted), 1), abs=1e-4)


def test_fitting_anew_is_called_for_only_where_it_is_surely_better():
    births = _births(2)
    assert sufficient_update(*births, Interval(0.002, 0.001, 0.003)).update == REFIT
    assert sufficient_update(*births, Interval(0.002, -0.001, 0.005)).update == NONE


def test_the_gain_holds_its_interval_over_samples():
    """Mean gain known to be 0: about 95 of 100 intervals hold it, with births of one woman alike."""
    samples, held = 400, 0
    for seed in range(samples):
        random = np.random.default_rng(seed)
        women = np.arange(300)
        gain = np.repeat(random.normal(0, 1, women.size), 2) + random.normal(0, 0.2, 2 * women.size)
        interval = gain_by_woman(gain, np.repeat(women, 2))
        held += interval.low <= 0 <= interval.high
    assert binom.cdf(held, samples, 0.95) > 0.001


def test_a_birth_written_twice_tells_no_more():
    random = np.random.default_rng(5)
    gain, women = random.normal(0.1, 1, 500), np.arange(500)
    once = gain_by_woman(gain, women)
    twice = gain_by_woman(np.repeat(gain, 2), np.repeat(women, 2))
    assert (twice.value, twice.low, twice.high) == pytest.approx((once.value, once.low, once.high))


def test_one_woman_compares_nothing():
    with pytest.raises(UnusableRecalibration):
        gain_by_woman(np.array([0.1, 0.2]), np.array([1, 1]))


def test_what_is_written_is_rounded_as_print_is():
    told = sufficient_update(*_births(3, intercept=0.3), Interval(0.0012345678, 0.0, 0.01)).to_dict()
    assert all(told[name] == round(told[name], 2) for name in ("shift", "intercept", "slope"))
    assert "Vergouwe" in told["rule"]
    assert told["update"] in (NONE, IN_THE_LARGE, SLOPE)
