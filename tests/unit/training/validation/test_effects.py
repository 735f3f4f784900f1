"""Effects of one site against scikit-learn and a bootstrap."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from training.validation.effects import back, effects_of


@pytest.fixture(scope="module")
def births():
    random = np.random.default_rng(6)
    told = random.normal(-2.0, 0.9, 3_000)
    return expit(told), (random.random(told.size) < expit(0.3 + 0.8 * told)).astype(float)


def test_values_are_those_of_independent_code(births):
    risk, observed = births
    found = effects_of(risk, observed)
    assert (found.births, found.events) == (observed.size, int(observed.sum()))
    assert back("auroc", found.estimates["auroc"][0]) == pytest.approx(roc_auc_score(observed, risk))
    ratio = back("observed_to_expected", found.estimates["observed_to_expected"][0])
    assert ratio == pytest.approx(observed.sum() / risk.sum())
    line = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logit(risk)[:, None], observed)
    assert back("calibration_slope", found.estimates["calibration_slope"][0]) == pytest.approx(
        float(line.coef_[0, 0]), abs=1e-5
    )


def test_variances_are_those_of_births_drawn_again(births):
    risk, observed = births
    found = effects_of(risk, observed).estimates
    random = np.random.default_rng(7)
    redrawn = []
    for _ in range(300):
        rows = random.integers(0, observed.size, observed.size)
        again = effects_of(risk[rows], observed[rows]).estimates
        redrawn.append([again[name][0] for name in found])
    spread = np.array(redrawn).std(axis=0)
    for name, seen in zip(found, spread, strict=True):
        # O:E takes the risks told as given, so a bootstrap that draws them again spreads a little differently.
        assert np.sqrt(found[name][1]) == pytest.approx(seen, rel=0.15), name


def test_a_site_without_events_has_no_effects():
    assert effects_of(np.array([0.1, 0.2, 0.3]), np.zeros(3)).estimates == {}


def test_risks_of_one_value_have_no_slope(births):
    _, observed = births
    found = effects_of(np.full(observed.size, 0.1), observed).estimates
    assert "calibration_slope" not in found
    assert "observed_to_expected" in found
