"""scikit-learn's contract, determinism, and that nothing of a birth stays on the fitted model."""

from __future__ import annotations

import pickle

import lightgbm
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator

from training.fair_boost import FairBoostClassifier
from training.fair_boost.lightgbm_parameters import default_estimator

_BY_DESIGN = {
    "check_sample_weight_equivalence_on_dense_data": "a row of weight 2 is in one part, two rows in two",
    "check_classifiers_train": "predict flags the capacity (a tenth), not the likelier class",
}


class FairBoostWithTwoGroups(FairBoostClassifier):
    """Supplies groups of its own, for checks that call fit(X, y)."""

    def fit(self, X, y, *, sensitive_features=None, groups=None, sample_weight=None):
        rows = np.asarray(y).shape[0] if y is not None else 0
        two = np.where(np.arange(rows) % 2, "odd", "even")
        return super().fit(X, y, sensitive_features=two, groups=groups, sample_weight=sample_weight)


def _tiny_booster() -> lightgbm.LGBMClassifier:
    """For the dozens of tiny fits of scikit-learn's checks."""
    return lightgbm.LGBMClassifier(n_estimators=20, min_child_samples=3, n_jobs=1, verbosity=-1)


@pytest.mark.parametrize(
    "classifier",
    [
        FairBoostClassifier(_tiny_booster(), constraint="none"),
        FairBoostWithTwoGroups(_tiny_booster(), fair_rounds=3),
        FairBoostWithTwoGroups(_tiny_booster(), constraint="equalized_odds", fair_rounds=3),
    ],
)
def test_check_estimator(classifier):
    check_estimator(classifier, expected_failed_checks=_BY_DESIGN, on_skip=None)


def test_without_an_estimator_trees_are_shallow_and_leaves_fit_the_births(births):
    model = FairBoostClassifier(constraint="none", random_state=0)
    model.fit(births.predictors[:3000], births.event[:3000])
    trees = model.booster_.dump_model()["tree_info"]
    assert len(trees) == 200
    assert max(tree["num_leaves"] for tree in trees) <= 16
    assert "[min_data_in_leaf: 36]" in model.booster_.model_to_string()  # a fiftieth of 1,800 training births
    assert default_estimator(1_000_000).min_child_samples == 200


def test_a_frame_gives_what_its_numbers_give_and_remembers_its_names(fitted, births):
    names = [f"fact {number}" for number in range(births.predictors.shape[1])]
    frame = pd.DataFrame(births.predictors, columns=names)
    model = clone(fitted).fit(
        frame, births.event, sensitive_features=pd.Series(births.group), groups=pd.Series(births.woman)
    )
    np.testing.assert_array_equal(model.predict_proba(frame.head(200)), fitted.predict_proba(births.predictors[:200]))
    assert list(model.feature_names_in_) == names
    assert model.booster_.feature_name() == [name.replace(" ", "_") for name in names]


def test_any_two_labels_are_predicted_back(fitted, births):
    named = np.where(births.event == 1, "term", "preterm")  # the later in order is the event
    model = clone(fitted).fit(births.predictors, named, sensitive_features=births.group, groups=births.woman)
    np.testing.assert_array_equal(model.predict(births.predictors) == "term", fitted.predict(births.predictors) == 1)


def test_predict_is_risk_at_or_above_the_threshold_and_repeats_itself(fitted, births):
    risk = fitted.predict_proba(births.predictors)
    np.testing.assert_array_equal(risk, fitted.predict_proba(births.predictors))
    np.testing.assert_allclose(risk.sum(axis=1), 1.0)
    np.testing.assert_array_equal(fitted.predict(births.predictors), risk[:, 1] >= fitted.threshold_)


def test_threads_do_not_change_the_model(births, booster):
    texts = []
    for threads in (1, 2):
        model = FairBoostClassifier(booster(n_jobs=threads), fair_rounds=10, random_state=4)
        model.fit(births.predictors, births.event, sensitive_features=births.group)
        texts.append([row.model_to_string() for row in model.boosters_])
    assert texts[0] == texts[1]


def test_another_seed_gives_another_split(births, booster):
    def parts(seed):
        model = FairBoostClassifier(booster(n_estimators=2), fair_rounds=1, random_state=seed)
        model.fit(births.predictors, births.event, sensitive_features=births.group)
        return model.split_parts(births.event, sensitive_features=births.group)

    np.testing.assert_array_equal(parts(1), parts(1))
    assert (parts(1) != parts(2)).any()


def test_scaling_all_weights_changes_nothing(births, booster):
    weight = np.random.default_rng(0).integers(1, 5, len(births.event)).astype(float)
    one, eight = (
        FairBoostClassifier(booster(), fair_rounds=5, random_state=4).fit(
            births.predictors, births.event, sensitive_features=births.group, sample_weight=weight * scale
        )
        for scale in (1.0, 8.0)
    )
    assert one.booster_.model_to_string() == eight.booster_.model_to_string()
    assert one.threshold_ == eight.threshold_


def test_an_artefact_does_not_grow_with_births(births, booster):
    sizes = []
    for rows in (4_000, 16_000):
        model = FairBoostClassifier(booster(min_child_samples=100), fair_rounds=5, random_state=0)
        model.fit(births.predictors[:rows], births.event[:rows], sensitive_features=births.group[:rows])
        sizes.append(len(pickle.dumps(model)) / sum(row.num_trees() for row in model.boosters_))
    assert sizes[1] < 1.5 * sizes[0]  # bytes a tree: 12,000 further births of 8 numbers would be 100 times that


def test_a_pickled_model_answers_as_before(fitted, births):
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(
        again.predict_proba(births.predictors[:300]), fitted.predict_proba(births.predictors[:300])
    )


def test_groups_are_routed(births, booster):
    with sklearn.config_context(enable_metadata_routing=True):
        model = FairBoostClassifier(booster(n_estimators=10), fair_rounds=2, random_state=0)
        model.set_fit_request(sensitive_features=True, groups=True)
        pipeline = make_pipeline(FunctionTransformer(), model)
        given = {"sensitive_features": births.group, "groups": births.woman}
        scores = cross_val_score(pipeline, births.predictors, births.event, cv=2, scoring="roc_auc", params=given)
    assert (scores > 0.6).all()


def test_risks_are_right_on_average_on_births_never_seen(fitted, other_births):
    risk = fitted.predict_proba(other_births.predictors)[:, 1]
    assert other_births.event.sum() / risk.sum() == pytest.approx(1.0, abs=0.08)


def test_calibration_leaves_ranks_alone(fitted, births):
    log_odds = fitted.booster_.predict(births.predictors, raw_score=True)
    risk = fitted.predict_proba(births.predictors)[:, 1]
    order = np.argsort(log_odds, kind="stable")
    assert (np.diff(risk[order]) >= 0).all()
    assert (np.diff(risk[order])[np.diff(log_odds[order]) > 1e-9] > 0).all()
