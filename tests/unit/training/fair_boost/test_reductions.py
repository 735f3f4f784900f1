"""fairlearn's reduction as a classifier: its own expectation, nothing drawn, no birth kept, judged as all are."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from fairlearn.reductions import ErrorRate, ExponentiatedGradient, TruePositiveRateParity
from scipy.special import expit
from sklearn.base import clone

from training.fair_boost import HELD_OUT, TRAINING
from training.fair_boost.births import UnusableWeights
from training.fair_boost.reductions import ReductionClassifier
from training.offer_policy import absolute_threshold

# of fairlearn 0.15 under pandas 3, where the tests call it themselves
pytestmark = pytest.mark.filterwarnings(r"ignore:Setting an? (value|item) o")

ALERT_RATE, TOLERANCE, ITERATIONS = 0.10, 0.02, 4


@pytest.fixture(scope="module")
def few(births):
    """Eight thousand births, all of stated groups: what fairlearn itself is given."""
    stated = np.flatnonzero(~np.isin(births.group.astype(str), ["Not stated", "None"]))[:8000]
    return births.predictors[stated], births.event[stated], births.group[stated].astype(str)


@pytest.fixture(scope="module")
def reduction(few, booster):
    predictors, event, group = few
    model = ReductionClassifier(booster(), max_iter=ITERATIONS, tolerance=TOLERANCE, random_state=5)
    return model.fit(predictors, event, sensitive_features=group)


@pytest.fixture(scope="module")
def of_fairlearn(few, booster, reduction):
    """Fitted by fairlearn alone, with its own moment, on the births that trained ours."""
    predictors, event, group = few
    parts = reduction.split_parts(event, sensitive_features=group)
    training, held_out = parts == TRAINING, parts == HELD_OUT
    cut = absolute_threshold(reduction.risk_at(predictors[held_out], 0), ALERT_RATE)
    fair = ExponentiatedGradient(
        booster(random_state=reduction.seed_),
        TruePositiveRateParity(difference_bound=TOLERANCE / 2),
        objective=ErrorRate(costs={"fp": cut, "fn": 1 - cut}),
        max_iter=ITERATIONS,
    )
    return fair.fit(predictors[training], event[training], sensitive_features=group[training])


def test_the_expected_risk_is_that_of_fairlearns_own_predictors_by_weight(reduction, of_fairlearn, other_births):
    unseen = other_births.predictors[:3000]
    expected = sum(
        weight * of_fairlearn.predictors_[number].predict_proba(unseen)[:, 1]
        for number, weight in of_fairlearn.weights_.items()
        if weight > 0
    )
    assert len(reduction.boosters_[1].boosters) > 1
    np.testing.assert_allclose(reduction.boosters_[1].expected_probability(unseen), expected, rtol=1e-9)


def test_its_members_decide_as_fairlearns_expectation_does(reduction, of_fairlearn, other_births):
    unseen = other_births.predictors[:3000]
    kept = reduction.boosters_[1]
    decided = kept.constant + sum(
        weight * (booster.predict(unseen) > 0.5) for booster, weight in zip(kept.boosters, kept.weights, strict=True)
    )
    np.testing.assert_allclose(decided, of_fairlearn._pmf_predict(unseen)[:, 1], atol=1e-9)


def test_the_weights_are_a_distribution(reduction):
    kept = reduction.boosters_[1]
    assert min(kept.weights) > 0
    assert sum(kept.weights) + kept.constant == pytest.approx(1, abs=1e-9)


def test_the_risk_is_the_expected_one_recalibrated(reduction, other_births):
    unseen = other_births.predictors[:3000]
    expected = reduction.boosters_[1].expected_probability(unseen)
    calibrator = reduction.calibrators_[1]
    by_hand = expit(calibrator.intercept + calibrator.slope * np.log(expected / (1 - expected)))
    np.testing.assert_allclose(reduction.risk_at(unseen, 1), by_hand, rtol=1e-9)


def test_nothing_is_drawn_at_random(reduction, few, other_births):
    predictors, event, group = few
    again = clone(reduction).fit(predictors, event, sensitive_features=group)
    unseen = other_births.predictors[:3000]
    for row in (0, 1):
        np.testing.assert_array_equal(reduction.risk_at(unseen, row), again.risk_at(unseen, row))
        np.testing.assert_array_equal(reduction.risk_at(unseen, row), reduction.risk_at(unseen, row))


def test_no_birth_is_kept_and_the_size_is_not_that_of_the_births(reduction, few, booster):
    predictors, event, group = few
    kept = pickle.dumps(reduction)
    # three doubles as they lie in memory, of a row and of a column
    for row in (0, 17, 4999):
        assert predictors[row, :3].tobytes() not in kept
    assert np.ascontiguousarray(predictors[:3, 0]).tobytes() not in kept
    doubled = ReductionClassifier(booster(), max_iter=ITERATIONS, tolerance=TOLERANCE, random_state=5).fit(
        np.tile(predictors, (2, 1)), np.tile(event, 2), sensitive_features=np.tile(group, 2)
    )
    a_member = len(kept) / (1 + len(reduction.boosters_[1].boosters))
    a_member_of_twice = len(pickle.dumps(doubled)) / (1 + len(doubled.boosters_[1].boosters))
    assert a_member_of_twice < 1.3 * a_member


def test_it_is_judged_beside_row_0_like_any_other_row(reduction):
    plain, constrained = reduction.frontier_
    assert (plain.tolerance, constrained.tolerance) == (None, TOLERANCE)
    assert reduction.chosen_row_ == 0 or not constrained.worsened
    assert reduction.certificate_.births > 0
    # the capacity is kept on the held-out births, ties aside
    assert plain.figures.threshold > 0
    assert constrained.figures.threshold > 0


def test_women_of_missing_ethnicity_are_constrained_to_nothing(births, booster):
    """With one stated group there is nothing to equal: the missing ones alone move no weight."""
    event = births.event[:6000]
    group = np.where(np.arange(6000) % 3 == 0, "Not stated", "Large")
    model = ReductionClassifier(booster(), max_iter=3, random_state=2)
    model.fit(births.predictors[:6000], event, sensitive_features=group)
    assert len(model.boosters_[1].boosters) == 1


@pytest.mark.parametrize("constraint", ["none", "tpr_floor", "group_loss", "demographic_parity"])
def test_what_no_reduction_here_holds_is_refused(few, booster, constraint):
    predictors, event, group = few
    with pytest.raises(ValueError, match=r"no reduction; choose one of tpr, fpr, equalized_odds"):
        ReductionClassifier(booster(), constraint=constraint).fit(predictors, event, sensitive_features=group)


def test_ethnicity_is_needed_to_fit_and_weights_are_refused(few, booster):
    predictors, event, group = few
    with pytest.raises(ValueError, match="needs sensitive_features"):
        ReductionClassifier(booster()).fit(predictors, event)
    with pytest.raises(UnusableWeights, match="sets the weights of births itself"):
        ReductionClassifier(booster()).fit(
            predictors, event, sensitive_features=group, sample_weight=np.ones(len(event))
        )


def test_a_rare_outcome_is_not_answered_with_nobody(births, booster):
    """At its own cut of one half, a reduction on a rare outcome flags nobody and calls the gap closed."""
    random = np.random.default_rng(9)
    rare = births.event * (random.random(births.event.size) < 0.25)
    model = ReductionClassifier(booster(), max_iter=2, random_state=1)
    model.fit(births.predictors, rare, sensitive_features=births.group)
    risk = model.risk_at(births.predictors, 1)
    flagged = risk >= model.frontier_[1].figures.threshold
    assert 0.08 < flagged.mean() < 0.12
    assert flagged[rare == 1].mean() > 2 * flagged.mean()
