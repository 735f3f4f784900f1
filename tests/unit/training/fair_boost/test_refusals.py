"""What `fit` refuses, by name, and what it takes as it is."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from training.fair_boost import FairBoostClassifier
from training.fair_boost.births import OutcomeOfOneClass, TooFewEvents, UnequalLengths, UnusableWeights
from training.fair_boost.lightgbm_parameters import UnsuitableEstimator


def _fit(births, booster, *, rows=2000, settings=None, **given):
    model = FairBoostClassifier(booster(n_estimators=5), random_state=0, **{"fair_rounds": 2, **(settings or {})})
    given.setdefault("sensitive_features", births.group[:rows])
    event = given.pop("event", births.event[:rows])
    return model.fit(births.predictors[:rows], event, **given)


def test_a_constraint_needs_groups(births, booster):
    with pytest.raises(ValueError, match="'tpr_floor' needs sensitive_features; only 'none'"):
        _fit(births, booster, sensitive_features=None)


@pytest.mark.parametrize("constraint", ["demographic_parity", "TPR", ""])
def test_an_unsupported_constraint_is_named_with_what_there_is(births, booster, constraint):
    with pytest.raises(
        ValueError,
        match=f"'{constraint}' is not supported; choose one of none, tpr, tpr_floor, fpr, equalized_odds, group_loss",
    ):
        _fit(births, booster, settings={"constraint": constraint})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("alert_rate", 0.0),
        ("alert_rate", 1.0),
        ("tolerance", -0.01),
        ("width", 0.0),
        ("fair_rounds", 2.5),
        ("fair_rounds", -1),
        ("pseudo_events", float("nan")),
        ("calibration", "isotonic"),
        ("validation_fraction", 0.0),
        ("certificate_fraction", 0.9),
        ("frontier", [0.02, 0.04]),
        ("frontier", [0.04, 0.04]),
    ],
)
def test_a_setting_out_of_range_is_named(births, booster, name, value):
    with pytest.raises(ValueError, match=name):
        _fit(births, booster, settings={name: value})


def test_one_class_is_refused(births, booster):
    with pytest.raises(OutcomeOfOneClass, match="one class"):
        _fit(births, booster, event=np.zeros(2000, dtype=int))


def test_one_class_among_births_that_count_is_refused(births, booster):
    with pytest.raises(OutcomeOfOneClass):
        _fit(births, booster, sample_weight=1.0 - births.event[:2000])


def test_a_single_event_cannot_be_in_both_parts(births, booster):
    event = np.zeros(2000, dtype=int)
    event[7] = 1
    with pytest.raises(TooFewEvents, match=r"held-out part .* lacks an event"):
        _fit(births, booster, event=event)


def test_an_unknown_outcome_is_refused(births, booster):
    event = births.event[:2000].astype(float)
    event[3] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        _fit(births, booster, event=event)


def test_three_outcomes_are_refused(births, booster):
    with pytest.raises(ValueError, match="Only binary classification"):
        _fit(births, booster, event=np.arange(2000) % 3)


@pytest.mark.parametrize("name", ["sensitive_features", "groups", "sample_weight"])
def test_columns_of_another_length_are_refused(births, booster, name):
    with pytest.raises(UnequalLengths, match=name):
        _fit(births, booster, **{name: np.ones(1999)})


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_an_impossible_weight_is_refused_by_row(births, booster, weight):
    weights = np.ones(2000)
    weights[17] = weight
    with pytest.raises(UnusableWeights, match="row 17"):
        _fit(births, booster, sample_weight=weights)


def test_crossed_features_are_made_beforehand(births, booster):
    with pytest.raises(ValueError, match="one value a row"):
        _fit(births, booster, sensitive_features=np.ones((2000, 2)))


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("is_unbalance", True, "shift every risk"),
        ("scale_pos_weight", 8.0, "shift every risk"),
        ("class_weight", "balanced", "shifts every risk"),
        ("boosting_type", "dart", "cannot be continued"),
        ("objective", "regression", "log-loss"),
        ("early_stopping_round", 5, "held-out births twice"),
    ],
)
def test_an_estimator_that_gives_no_risk_is_refused(births, setting, value, message):
    model = FairBoostClassifier(lightgbm.LGBMClassifier(**{setting: value}), constraint="none")
    with pytest.raises(UnsuitableEstimator, match=message):
        model.fit(births.predictors[:500], births.event[:500])


def test_another_kind_of_estimator_is_refused(births):
    with pytest.raises(TypeError, match="LGBMClassifier"):
        FairBoostClassifier("lightgbm", constraint="none").fit(births.predictors[:500], births.event[:500])


def test_a_group_that_some_parts_lack_is_undetermined_and_changes_no_rule(births, booster):
    group = births.group[:2000].copy()
    group[:2] = "Two women"
    model = _fit(births, booster, sensitive_features=group)
    figures = next(row for row in model.frontier_[0].figures.groups if row.group == "Two women")
    assert figures.events < 2
    assert figures.shrunken_sensitivity == pytest.approx(model.frontier_[0].figures.sensitivity, abs=0.01)
    certified = next(row for row in model.certificate_.groups if row.group == "Two women")
    assert certified.status == "undetermined"


def test_missing_labels_of_any_kind_are_not_known(births, booster):
    group = births.group[:2000].copy()
    group[:4] = [None, float("nan"), "", np.nan]
    names = [row.group for row in _fit(births, booster, sensitive_features=group).frontier_[0].figures.groups]
    assert names.count("Not known") == 1
    assert not {"", "nan", "None"} & set(names)


def test_without_a_certificate_part_nothing_is_certified(births, booster):
    model = _fit(births, booster, settings={"certificate_fraction": 0.0})
    assert model.certificate_.births == 0
    assert {row.status for row in model.certificate_.groups} == {"undetermined", "not constrained"}


def test_no_message_repeats_a_womans_identity(births, booster):
    women = np.array([f"NHS-{number}" for number in range(2000)], dtype=object)
    women[5] = None
    with pytest.raises(ValueError, match="row 5") as raised:
        _fit(births, booster, groups=women)
    assert "NHS" not in str(raised.value)
