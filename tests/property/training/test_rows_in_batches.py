"""Births encoded in batches are the births encoded whole, and the model fitted on them is the same model."""

from __future__ import annotations

import lightgbm
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoding import Encoding
from training.fair_boost import FairBoostClassifier
from training.rows_in_batches import RowsInBatches

PREDICTORS = ("maternal_age", "body_mass_index", "parity", "previous_preterm_birth", "smoking_status")
ENCODING = Encoding.of(PREDICTORS)


def births(rows: int, seed: int = 0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    drawn = pl.DataFrame(
        {
            "maternal_age": random.normal(29, 5, rows),
            "body_mass_index": random.gamma(20, 1.3, rows),
            "parity": random.poisson(1.0, rows).astype(np.int16),
            "previous_preterm_birth": random.random(rows) < 0.1,
            "smoking_status": random.choice(["never", "former", "current"], rows),
        }
    )
    unrecorded = [pl.when(pl.Series(random.random(rows) > 0.1)).then(name).alias(name) for name in drawn.columns]
    return drawn.select(unrecorded)


@given(
    rows=st.integers(1, 60),
    batch=st.integers(1, 70),
    chosen=st.lists(st.integers(0, 10_000), max_size=30),
    bounds=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_any_rows_asked_for_are_those_of_the_whole(
    rows: int, batch: int, chosen: list[int], bounds: tuple[int, int]
) -> None:
    known = births(rows)
    whole, batches = ENCODING.encode(known), RowsInBatches(ENCODING, known)
    batches.batch_size = batch
    places = np.array([place % rows for place in chosen], dtype=np.intp)
    narrowed = batches[places]
    narrowed.batch_size = batch
    np.testing.assert_array_equal(np.asarray(batches), whole)
    np.testing.assert_array_equal(batches[min(bounds) : max(bounds)], whole[min(bounds) : max(bounds)])
    np.testing.assert_array_equal(np.asarray(narrowed), whole[places])
    for position, place in enumerate(places):
        np.testing.assert_array_equal(narrowed[position], whole[place])
    assert batches.shape == whole.shape
    assert narrowed.shape == (len(places), whole.shape[1])


@pytest.mark.parametrize("rows", [3_000, 210_000])
def test_the_model_is_the_same_model(rows: int) -> None:
    """Above 200,000 births LightGBM places its bins by a sample, which must be the same one."""
    known, random = births(rows), np.random.default_rng(1)
    risk = 0.05 + 0.1 * known["previous_preterm_birth"].fill_null(value=False).to_numpy()
    event = (random.random(rows) < risk).astype(np.int8)
    group = random.choice(["White", "Black", "Asian"], rows)
    estimator = lightgbm.LGBMClassifier(n_estimators=15, max_depth=3, min_child_samples=100, random_state=4)
    texts = []
    for predictors in (ENCODING.encode(known), RowsInBatches(ENCODING, known)):
        model = FairBoostClassifier(estimator, fair_rounds=3, validation_fraction=0.02, certificate_fraction=0.02)
        model.set_params(random_state=7).fit(predictors, event, sensitive_features=group)
        texts.append([booster.model_to_string() for booster in model.boosters_])
    assert texts[0] == texts[1]


def test_births_and_outcomes_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="X has 20 rows; y has 19"):
        FairBoostClassifier(constraint="none").fit(RowsInBatches(ENCODING, births(20)), np.zeros(19))
