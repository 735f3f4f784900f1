"""Pooling over sites, against a published meta-analysis and over simulated sites of known spread."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from training.validation.random_effects import FEWEST_TO_POOL, pool

# Thirteen trials of BCG vaccine (Colditz et al., JAMA 1994;271:698): cases and others, vaccinated and not.
BCG = np.array(
    [
        [4, 119, 11, 128],
        [6, 300, 29, 274],
        [3, 228, 11, 209],
        [62, 13536, 248, 12619],
        [33, 5036, 47, 5761],
        [180, 1361, 372, 1079],
        [8, 2537, 10, 619],
        [505, 87886, 499, 87892],
        [29, 7470, 45, 7232],
        [17, 1699, 65, 1600],
        [186, 50448, 141, 27197],
        [5, 2493, 3, 2338],
        [27, 16886, 29, 17825],
    ],
    dtype=float,
)


@pytest.fixture(scope="module")
def log_risk_ratios():
    had, had_not, other, other_not = BCG.T
    effect = np.log(had / (had + had_not)) - np.log(other / (other + other_not))
    return effect, 1 / had - 1 / (had + had_not) + 1 / other - 1 / (other + other_not)


def test_a_published_meta_analysis(log_risk_ratios):
    """Q 152.23 on 12 degrees, and Paule and Mandel's tau-squared 0.3181 (metafor's documentation of these trials)."""
    pooled = pool(*log_risk_ratios)
    assert pooled is not None
    assert pooled.between**2 == pytest.approx(0.3181, abs=5e-4)
    assert pooled.heterogeneity.q == pytest.approx(152.23, abs=0.01)
    assert pooled.mean.value == pytest.approx(-0.715, abs=2e-3)
    assert pooled.predicted.low < pooled.mean.low < pooled.mean.high < pooled.predicted.high


def test_sites_that_are_alike_have_no_spread():
    pooled = pool(np.array([0.1, 0.1, 0.1, 0.1]), np.full(4, 0.01))
    assert pooled is not None
    assert pooled.between == 0
    assert pooled.mean.value == pytest.approx(0.1)


def test_too_few_sites_are_not_pooled():
    few = FEWEST_TO_POOL - 1
    assert pool(np.zeros(few), np.ones(few)) is None


def test_a_further_site_lies_in_the_prediction_interval_as_often_as_said():
    """Eight sites of known spread and a ninth, drawn 500 times: at least as many held as chance at 95 % allows."""
    random = np.random.default_rng(11)
    samples, held = 500, 0
    for _ in range(samples):
        variance = random.uniform(0.01, 0.03, 8)
        pooled = pool(random.normal(0.2, 0.2, 8) + random.normal(0, np.sqrt(variance)), variance)
        assert pooled is not None
        held += pooled.predicted.low <= random.normal(0.2, 0.2) <= pooled.predicted.high
    assert binom.cdf(held, samples, 0.95) > 0.001
