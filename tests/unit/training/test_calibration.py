"""Calibration against scikit-learn's logistic regression and known births."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from training.calibration import UncalibratableBirths, fit_calibrator


@pytest.fixture(scope="module")
def held_out():
    """True log-odds are 0.6 + 1.4 x what the booster says: too low and too flat."""
    random = np.random.default_rng(8)
    scores = random.normal(-2.0, 0.9, 40_000)
    event = random.random(40_000) < expit(0.6 + 1.4 * scores)
    return scores, event.astype(float), random.integers(1, 4, 40_000).astype(float)


def _oracle(scores, event, weight=None):
    line = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(scores[:, None], event, sample_weight=weight)
    return float(line.intercept_[0]), float(line.coef_[0, 0])


def test_the_line_is_that_of_logistic_regression(held_out):
    scores, event, _ = held_out
    calibrator = fit_calibrator(scores, event)
    # Platt's targets move a count of thousands by one event's worth
    assert (calibrator.intercept, calibrator.slope) == pytest.approx(_oracle(scores, event), abs=2e-3)
    assert (calibrator.intercept, calibrator.slope) == pytest.approx((0.6, 1.4), abs=0.1)


def test_weights_count_and_their_scale_does_not(held_out):
    scores, event, weight = held_out
    calibrator = fit_calibrator(scores, event, sample_weight=weight)
    assert (calibrator.intercept, calibrator.slope) == pytest.approx(_oracle(scores, event, weight), abs=2e-3)
    scaled = fit_calibrator(scores, event, sample_weight=weight * 1000)
    assert (scaled.intercept, scaled.slope) == pytest.approx((calibrator.intercept, calibrator.slope), rel=1e-6)


def test_expected_events_equal_observed_ones(held_out):
    scores, event, _ = held_out
    assert fit_calibrator(scores, event).apply(scores).sum() == pytest.approx(event.sum(), rel=1e-3)


def test_a_handful_of_perfectly_separated_births_gives_no_certainty():
    calibrator = fit_calibrator([-2.0, -1.0, 1.0, 2.0], [0, 0, 1, 1])
    risk = calibrator.apply([-2.0, 2.0])
    assert 0.15 < risk[0] < 0.3  # Platt's target for two non-events is 1/4
    assert 0.7 < risk[1] < 0.85


@pytest.mark.parametrize("scores", [[2.0, 1.0, -1.0, -2.0], [0.3, 0.3, 0.3, 0.3]])
def test_scores_that_say_nothing_or_the_reverse_keep_their_ranks(scores):
    calibrator = fit_calibrator(scores, [0, 0, 1, 1])
    assert calibrator.slope == 1.0
    assert calibrator.apply(scores).mean() == pytest.approx(0.5, abs=1e-6)


def test_identity_is_left_as_it_is(held_out):
    scores, event, _ = held_out
    np.testing.assert_allclose(fit_calibrator(scores, event, kind="identity").apply(scores), expit(scores))


@pytest.mark.parametrize("event", [[0, 0, 0], [1, 1, 1]])
def test_births_of_one_outcome_are_refused(event):
    with pytest.raises(UncalibratableBirths):
        fit_calibrator([0.0, 1.0, 2.0], event)


def test_an_unknown_kind_is_refused(held_out):
    with pytest.raises(ValueError, match="isotonic"):
        fit_calibrator(held_out[0], held_out[1], kind="isotonic")
