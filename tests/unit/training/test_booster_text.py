"""A saved booster predicts as it was fitted, and tells nobody's age."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np

from models.encoding import Encoding
from training.booster_text import without_extremes

ENCODING = Encoding.of(("maternal_age", "body_mass_index", "previous_preterm_birth"))


def test_extremes_are_gone_and_risks_are_the_same() -> None:
    rng = np.random.default_rng(5)
    known = np.column_stack(
        [rng.uniform(17.25, 44.75, 2000), rng.uniform(16.5, 49.5, 2000), (rng.random(2000) < 0.1).astype(float)]
    )
    known[rng.random(known.shape) < 0.1] = np.nan
    observed = (rng.random(2000) < 0.1 + 0.2 * np.nan_to_num(known[:, 2])).astype(int)
    parameters = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    text = lgb.train(parameters, lgb.Dataset(known, observed), 30).model_to_string()
    oldest = str(np.nanmax(known[:, 0]))
    assert oldest[:9] in text.split("feature_infos=")[1].split("\n")[0]

    kept = without_extremes(text, ENCODING)
    assert "feature_infos=[10:60] [10:70] [0:1]\n" in kept
    assert oldest[:9] not in kept.split("Tree=0")[0]
    probe = rng.uniform(-5, 100, (500, 3))
    for raw in (False, True):
        np.testing.assert_array_equal(
            lgb.Booster(model_str=kept).predict(probe, raw_score=raw, pred_contrib=not raw),
            lgb.Booster(model_str=text).predict(probe, raw_score=raw, pred_contrib=not raw),
        )


def test_a_column_that_never_varied_stays_so() -> None:
    text = "tree\nfeature_infos=none [18:44] [0:1]\nTree=0\n"
    assert without_extremes(text, ENCODING) == "tree\nfeature_infos=none [10:70] [0:1]\nTree=0\n"
