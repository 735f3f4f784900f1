"""The calibrator as a value: what it computes, what it refuses to be."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit

from models.calibrator import Calibrator, UnusableCalibrator


def test_platt_is_a_logistic_line_and_identity_is_the_logistic_function():
    scores = np.array([-800.0, -3.0, 0.0, 0.5, 800.0])
    np.testing.assert_allclose(
        Calibrator(kind="platt", intercept=-0.4, slope=1.7).apply(scores), expit(-0.4 + 1.7 * scores), rtol=1e-14
    )
    np.testing.assert_allclose(Calibrator(kind="identity").apply(scores), expit(scores), rtol=1e-14)


def test_an_unknown_score_stays_unknown_and_shape_is_kept():
    risk = Calibrator(kind="platt", slope=2.0).apply([[0.0, np.nan]])
    assert risk.shape == (1, 2)
    assert risk[0, 0] == 0.5
    assert np.isnan(risk[0, 1])


def test_a_calibrator_survives_json_to_the_last_bit():
    calibrator = Calibrator(kind="platt", intercept=0.1 + 0.2, slope=1 / 3)
    assert Calibrator.from_dict(json.loads(json.dumps(calibrator.to_dict()))) == calibrator


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "isotonic"},
        {"kind": "platt", "slope": 0.0},
        {"kind": "platt", "slope": -1.0},
        {"kind": "platt", "intercept": float("nan")},
        {"kind": "platt", "slope": float("inf")},
        {"kind": "identity", "intercept": 1.0},
    ],
)
def test_a_map_that_would_not_keep_ranks_is_refused(fields):
    with pytest.raises(UnusableCalibrator):
        Calibrator(**fields)


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "platt", "slope": 1.0},
        {"kind": "platt", "intercept": 0.0, "slope": 1.0, "group": "A"},
        {"kind": "platt", "intercept": "much", "slope": 1.0},
        {"kind": "platt", "intercept": None, "slope": 1.0},
    ],
)
def test_data_that_no_calibrator_wrote_is_refused(data):
    with pytest.raises(UnusableCalibrator):
        Calibrator.from_dict(data)
