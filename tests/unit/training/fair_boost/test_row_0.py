"""Row 0 is LightGBM and nothing else; fair rounds go on from it."""

from __future__ import annotations

import numpy as np
import pytest

from training.fair_boost import HELD_OUT, TRAINING, FairBoostClassifier
from training.fair_boost.births import Births
from training.fair_boost.lightgbm_parameters import booster_parameters
from training.fair_boost.live_booster import LiveBooster
from training.fair_boost.pulled_log_loss import PulledLogLoss


def _parts(model, births):
    return model.split_parts(births.event, sensitive_features=births.group, groups=births.woman)


def test_row_0_is_a_plain_fit_of_the_training_part_bit_for_bit(fitted, births, booster):
    training = _parts(fitted, births) == TRAINING
    plain = booster(random_state=fitted.seed_).fit(births.predictors[training], births.event[training])
    ours = fitted.boosters_[0].predict(births.predictors, raw_score=True)
    np.testing.assert_array_equal(ours, plain.predict_proba(births.predictors, raw_score=True))


def test_row_0_with_weights_is_a_plain_fit_with_weights_relative_to_their_mean(births, booster):
    weight = np.random.default_rng(0).uniform(0.2, 3.0, len(births.event))
    model = FairBoostClassifier(booster(), constraint="none", random_state=2)
    model.fit(births.predictors, births.event, sample_weight=weight)
    training = model.split_parts(births.event) == TRAINING
    plain = booster(random_state=model.seed_).fit(
        births.predictors[training], births.event[training], sample_weight=(weight / weight.mean())[training]
    )
    np.testing.assert_array_equal(
        model.booster_.predict(births.predictors, raw_score=True),
        plain.predict_proba(births.predictors, raw_score=True),
    )


def test_every_row_keeps_the_plain_trees_and_adds_its_rounds(fitted, births):
    plain = fitted.boosters_[0].predict(births.predictors[:500], raw_score=True)
    for booster, row in zip(fitted.boosters_, fitted.frontier_, strict=True):
        assert booster.num_trees() == 40 + row.fair_rounds
        np.testing.assert_array_equal(booster.predict(births.predictors[:500], raw_score=True, num_iteration=40), plain)


def test_the_text_of_every_row_is_read_as_a_probability_model(fitted, births):
    for booster in fitted.boosters_:
        log_odds = booster.predict(births.predictors[:50], raw_score=True)
        np.testing.assert_allclose(booster.predict(births.predictors[:50]), 1 / (1 + np.exp(-log_odds)), rtol=1e-12)


def _live(births, booster, *, plain_rounds: int):
    rows = np.arange(8000)
    coded = Births.of(births.event.astype(float), sensitive_features=births.group, sample_weight=None)
    training, held_out = coded.taken(rows[:6000]), coded.taken(rows[6000:])
    parameters, rounds = booster_parameters(booster(n_estimators=plain_rounds), seed=5)
    live = LiveBooster(
        parameters,
        rounds,
        births.predictors,
        None,
        training=(rows[:6000], training),
        held_out=(rows[6000:], held_out),
    )
    return live, training


def test_without_multipliers_fair_rounds_are_more_plain_rounds(births, booster):
    live, training = _live(births, booster, plain_rounds=20)
    loss = PulledLogLoss(training, alert_rate=0.1, width=0.5)
    for _ in range(15):
        live.add_round(loss.pulled_by(np.zeros(len(training.women.names))))
    continued = booster(n_estimators=35, random_state=5).fit(births.predictors[:6000], births.event[:6000])
    np.testing.assert_allclose(
        live.frozen(live.iterations).predict(births.predictors, raw_score=True),
        continued.predict_proba(births.predictors, raw_score=True),
        atol=1e-5,  # gradients are handed over as 32-bit numbers either way, rounded from sums in another order
    )


def test_running_held_out_scores_are_what_the_frozen_booster_predicts(births, booster):
    live, training = _live(births, booster, plain_rounds=20)
    held_out = births.predictors[6000:8000]
    np.testing.assert_array_equal(live.held_out_scores(), live.frozen(20).predict(held_out, raw_score=True))
    loss = PulledLogLoss(training, alert_rate=0.1, width=0.5)
    pulled = loss.pulled_by(training.women.constrained * 2.0)
    for _ in range(5):
        live.add_round(pulled)
    np.testing.assert_array_equal(live.held_out_scores(), live.frozen(25).predict(held_out, raw_score=True))
    live.back_to_plain()
    assert live.iterations == 20
    np.testing.assert_allclose(live.held_out_scores(), live.frozen(20).predict(held_out, raw_score=True), atol=1e-12)


def test_births_without_a_split_are_fitted_to_their_average(booster):
    event = np.tile([0, 0, 0, 1], 60)
    same = np.ones((240, 3))
    model = FairBoostClassifier(booster(), random_state=0).fit(same, event, sensitive_features=np.tile(["A", "B"], 120))
    assert len(model.frontier_) == 1
    assert model.predict_proba(same)[:, 1] == pytest.approx(0.25, abs=0.01)
    assert not model.predict(same).any()  # a risk that is everyone's cannot share out a tenth


def test_the_threshold_flags_the_capacity_of_the_held_out_births(fitted, births):
    held_out = _parts(fitted, births) == HELD_OUT
    for number, row in enumerate(fitted.frontier_):
        flagged = (fitted.risk_at(births.predictors[held_out], number) >= row.figures.threshold).sum()
        assert flagged == int(0.10 * held_out.sum())
