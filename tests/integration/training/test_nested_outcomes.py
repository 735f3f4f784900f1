"""In a table of scores a risk is told no higher than its bounds, and the bounds are those of the outcomes around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.integration.training.conftest import Twice
from training.batch_scoring import lies_within
from training.holdout import predict_holdout


def test_risk_band_and_offer_follow_the_bound(twice: Twice) -> None:
    model, cohort = twice.first.model, twice.first.cohort
    women = cohort.frame.head(500)
    own = model.predict(women)
    bound = np.where(np.arange(500) % 2, own / 3, own + 0.1)
    told = predict_holdout(model, cohort, women, model_version=model.label, bounds=[bound]).filter(scored_by="model")
    expected = np.minimum(own, bound)
    np.testing.assert_array_equal(told["risk"].to_numpy(), expected)
    assert told["band"].to_list() == model.bands_of(expected)
    np.testing.assert_array_equal(told["alert"].to_numpy(), expected >= model.offer_policy.threshold)


@pytest.mark.parametrize(
    ("inner", "outer", "is_within"),
    [
        ("preterm_birth_before_34.weeks_20", "preterm_birth.weeks_20", True),
        ("preterm_birth_before_32.weeks_20", "preterm_birth.weeks_20", True),
        ("preterm_birth.weeks_20", "preterm_birth_before_32.weeks_20", False),
        ("preterm_birth_before_34.weeks_20", "preterm_birth.booking", False),
        ("haemorrhage.booking", "preterm_birth.booking", False),
    ],
)
def test_a_version_is_bounded_by_those_around_it_at_its_own_point(
    twice: Twice, inner: str, outer: str, is_within: bool
) -> None:
    version = twice.first.version
    assert lies_within(replace(version, name=inner), replace(version, name=outer)) is is_within
