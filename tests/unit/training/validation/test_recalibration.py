"""Recalibrations against scikit-learn's logistic regression, and what they may not change."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from training.validation.recalibration import (
    IN_THE_LARGE,
    NONE,
    SLOPE,
    UnusableRecalibration,
    fit_recalibration,
    log_likelihood,
    log_odds_of,
    risk_of,
)


@pytest.fixture(scope="module")
def births():
    """20,000 births whose true log-odds are 0.4 + 0.7 x the log-odds told."""
    random = np.random.default_rng(3)
    told = random.normal(-2.2, 1.0, 20_000)
    return told, (random.random(told.size) < expit(0.4 + 0.7 * told)).astype(float)


def test_intercept_and_slope_are_those_of_an_unpenalised_logistic_regression(births):
    told, observed = births
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(told[:, None], observed)
    found = fit_recalibration(SLOPE, told, observed)
    assert found.intercept == pytest.approx(float(oracle.intercept_[0]), abs=1e-5)
    assert found.slope == pytest.approx(float(oracle.coef_[0, 0]), abs=1e-5)


def test_in_the_large_brings_expected_to_observed_and_changes_nothing_else(births):
    told, observed = births
    found = fit_recalibration(IN_THE_LARGE, told, observed)
    shift = brentq(lambda by: expit(told + by).sum() - observed.sum(), -5, 5)
    assert found.intercept == pytest.approx(shift, abs=1e-8)
    assert found.slope == 1


def test_none_tells_what_was_told(births):
    told, observed = births
    assert np.array_equal(fit_recalibration(NONE, told, observed).apply(told), told)


def test_each_larger_update_fits_its_own_births_at_least_as_well(births):
    told, observed = births
    fits = [
        log_likelihood(fit_recalibration(name, told, observed).apply(told), observed).sum()
        for name in (NONE, IN_THE_LARGE, SLOPE)
    ]
    assert fits == sorted(fits)


def test_the_likelihood_is_that_of_a_coin_with_the_risk_told(births):
    told, observed = births
    risk = expit(told)
    by_hand = np.log(np.where(observed == 1, risk, 1 - risk))
    assert log_likelihood(told, observed) == pytest.approx(by_hand)


@pytest.mark.parametrize("event", [0.0, 1.0])
@pytest.mark.parametrize("name", [IN_THE_LARGE, SLOPE])
def test_births_of_one_kind_teach_nothing(births, name, event):
    told, _ = births
    with pytest.raises(UnusableRecalibration):
        fit_recalibration(name, told, np.full_like(told, event))


def test_an_order_that_is_turned_is_refused(births):
    told, _ = births
    random = np.random.default_rng(4)
    turned = (random.random(told.size) < expit(-2.2 - 0.5 * (told + 2.2))).astype(float)
    with pytest.raises(UnusableRecalibration, match="does not order these women"):
        fit_recalibration(SLOPE, told, turned)


def test_log_odds_and_risks_are_each_others_inverse_to_the_ends():
    risk = np.array([0.0, 1e-300, 1e-9, 0.2, 0.5, 1 - 1e-12, 1.0])
    told = log_odds_of(risk)
    assert np.isfinite(told).all()
    assert risk_of(told) == pytest.approx(risk, abs=1e-15)
    assert log_odds_of(np.array([0.2])) == pytest.approx(np.log(0.25))
