"""Calibration error: nought where only chance speaks, right where the risks are wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binomtest

from fairness_audits.calibration_error import calibration_error

SCORE = np.linspace(-5, 1, 120)
SHARE = np.exp(-0.5 * ((SCORE + 2.4) / 0.7) ** 2)
SHARE /= SHARE.sum()
REPEATS = 300


def _truth(risk: np.ndarray) -> float:
    """The root of the mean squared distance, over tenths of the women, where women are many."""
    band = np.floor((np.cumsum(SHARE) - 0.5 * SHARE) * 10)
    tenths = [band == b for b in range(10)]
    distance = [SHARE[t] @ (expit(SCORE) - risk)[t] / SHARE[t].sum() for t in tenths]
    return float(np.sqrt(sum(SHARE[t].sum() * d**2 for t, d in zip(tenths, distance, strict=True))))


def _repeats(risk: np.ndarray, women: int) -> list:
    random = np.random.default_rng(41)
    found = []
    for _ in range(REPEATS):
        n = random.multinomial(women, SHARE)
        had = random.binomial(n, risk).astype(float)
        kept = n > 0
        found.append(calibration_error(had[kept], (n - had)[kept], n[kept].astype(float), expit(SCORE)[kept]))
    return found


def test_as_worked_out_by_hand():
    """Two bands of 100: told .1 and seen .2, told .3 and seen .3. (.01 - .16/99 - .21/99) / 2 is the square."""
    found = calibration_error(
        np.array([20.0, 30.0]), np.array([80.0, 70.0]), np.array([100.0, 100.0]), np.array([0.1, 0.3])
    )
    assert found.value == pytest.approx(((0.01 - 0.16 / 99 - 0.21 / 99) / 2) ** 0.5, abs=1e-12)


def test_a_calibrated_model_has_none_beyond_chance():
    """The uncorrected distance of 4,000 women is never 0; the corrected one is 0 in about half of all samples."""
    found = _repeats(expit(SCORE), 4000)
    assert 0.4 <= np.mean([one.value == 0 for one in found]) <= 0.75
    assert binomtest(sum(one.low == 0 for one in found), REPEATS, 0.975).pvalue > 0.001


@pytest.mark.parametrize("shift", [0.3, 0.7])
def test_its_limits_hold_the_truth(shift):
    risk = expit(SCORE + shift)
    truth, found = _truth(risk), _repeats(risk, 8000)
    assert binomtest(sum(one.low <= truth <= one.high for one in found), REPEATS, 0.95).pvalue > 0.001
    assert np.mean([one.value**2 for one in found]) == pytest.approx(truth**2, rel=0.05)


def test_a_band_of_one_woman_has_no_error_to_correct():
    found = calibration_error(np.array([1.0, 5.0]), np.array([0.0, 5.0]), np.array([1.0, 10.0]), np.array([0.1, 0.5]))
    assert np.isnan(found.value)
