"""Point estimates against scikit-learn and against the formulas worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from models import metrics


@pytest.fixture
def births() -> dict[str, np.ndarray]:
    random = np.random.default_rng(3)
    risk = np.round(1 / (1 + np.exp(-random.normal(-1.5, 1.0, 3000))), 2).clip(0.01, 0.99)  # many ties
    return {"risk": risk, "observed": random.random(3000) < risk, "weight": random.uniform(0.2, 3.0, 3000)}


def _by_risk(births: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    levels, place = np.unique(births["risk"], return_inverse=True)
    weight, event = births["weight"], births["observed"]
    return {
        "levels": levels,
        "events": np.bincount(place, weight * event),
        "non_events": np.bincount(place, weight * ~event),
    }


def test_auroc_is_scikit_learns_with_weights_and_ties(births):
    bins = _by_risk(births)
    expected = roc_auc_score(births["observed"], births["risk"], sample_weight=births["weight"])
    assert metrics.auroc(bins["events"], bins["non_events"]) == pytest.approx(expected, abs=1e-12)


def test_auroc_of_ties_alone_is_a_half():
    assert metrics.auroc([4.0], [9.0]) == 0.5


def test_brier_is_scikit_learns_with_weights(births):
    risk, event, weight = births["risk"], births["observed"], births["weight"]
    score = metrics.brier_score(
        (weight * event).sum(), (weight * risk * event).sum(), (weight * risk**2).sum(), weight.sum()
    )
    expected = brier_score_loss(event, risk, sample_weight=weight)
    assert score == pytest.approx(expected, abs=1e-12)


def test_calibration_line_is_the_unpenalised_logistic_regression(births):
    bins = _by_risk(births)
    logit = np.log(bins["levels"] / (1 - bins["levels"]))
    intercept, slope, covariance = metrics.calibration_line(bins["events"], bins["events"] + bins["non_events"], logit)
    score = np.log(births["risk"] / (1 - births["risk"]))[:, None]
    fit = LogisticRegression(C=np.inf, tol=1e-12, max_iter=1000).fit(score, births["observed"], births["weight"])
    assert (intercept, slope) == (pytest.approx(fit.intercept_[0], abs=1e-6), pytest.approx(fit.coef_[0, 0], abs=1e-6))
    assert np.all(np.linalg.eigvalsh(covariance) > 0)


def test_calibration_in_the_large_makes_expected_equal_observed(births):
    bins = _by_risk(births)
    logit, total = np.log(bins["levels"] / (1 - bins["levels"])), bins["events"] + bins["non_events"]
    shift = metrics.calibration_in_the_large(bins["events"], total, logit)
    expected = brentq(lambda a: (total / (1 + np.exp(-logit - a))).sum() - bins["events"].sum(), -5, 5, xtol=1e-13)
    assert shift == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("events", [[0.0, 0.0], [5.0, 5.0]])
def test_one_class_has_no_calibration(events):
    assert np.isnan(metrics.calibration_in_the_large(events, [5.0, 5.0], [-1.0, 1.0]))
    assert np.isnan(metrics.calibration_line(events, [5.0, 5.0], [-1.0, 1.0])[1])


def test_a_separating_risk_has_no_slope():
    assert np.isnan(metrics.calibration_line([0.0, 5.0], [5.0, 5.0], [-1.0, 1.0])[1])


def test_net_benefit_of_a_worked_example():
    """At a threshold of .2 four false alarms cost what one woman found is worth: (30 - 80 / 4) / 1000."""
    assert metrics.net_benefit(30, 80, 1000, 0.2) == pytest.approx(0.010)
    assert metrics.standardised_net_benefit(0.010, 0.05) == pytest.approx(0.2)
    with pytest.raises(ValueError, match="threshold"):
        metrics.net_benefit(1, 1, 1, 1.0)


@pytest.mark.parametrize(
    "figure",
    [metrics.sensitivity, metrics.specificity, metrics.positive_predictive_value, metrics.flag_rate,
     metrics.event_rate, metrics.observed_to_expected],
)  # fmt: skip
def test_a_share_of_nothing_is_undefined_not_zero(figure):
    assert np.isnan(figure(0, 0))
    assert figure(1, 4) == 0.25


def test_replicates_go_through_at_once():
    random = np.random.default_rng(1)
    events, non_events = random.poisson(3.0, (50, 8)), random.poisson(9.0, (50, 8))
    together = metrics.auroc(events, non_events)
    one_by_one = [float(metrics.auroc(e, n)) for e, n in zip(events, non_events, strict=True)]
    assert together == pytest.approx(one_by_one, abs=1e-15)
