"""A tolerance in nats is no share of women: what is about sensitivity does not take it for one."""

from __future__ import annotations

import pytest

from training.fair_boost import FairBoostClassifier
from training.fair_boost.constraints import CONSTRAINTS, DEFAULT_TOLERANCE, Measure, sensitivity_tolerance
from training.fair_boost.parts import HELD_OUT
from training.offer_policy import level_up


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_only_log_loss_is_counted_in_nats(constraint):
    in_nats = Measure.LOG_LOSS in CONSTRAINTS[constraint].measures
    assert sensitivity_tolerance(constraint, 0.3) == (DEFAULT_TOLERANCE if in_nats else 0.3)
    assert bool(CONSTRAINTS[constraint].unit) == in_nats


def test_whoever_asks_for_group_loss_is_told():
    assert str(DEFAULT_TOLERANCE) in (CONSTRAINTS["group_loss"].warning or "")
    assert "nats" in (CONSTRAINTS["group_loss"].warning or "")


@pytest.fixture(scope="module")
def fit(births, booster):
    def fitted(constraint, tolerance):
        model = FairBoostClassifier(
            booster(n_estimators=15), constraint=constraint, tolerance=tolerance, fair_rounds=2, random_state=5
        )
        return model.fit(births.predictors, births.event, sensitive_features=births.group)

    return fitted


def test_certificate_and_level_up_of_a_wide_tolerance_in_nats_are_those_of_the_default_share(births, fit):
    """.5 nats as a share would be a floor below any group's sensitivity: all met, and no flag needed."""
    in_nats, as_share = fit("group_loss", 0.5), fit("tpr_floor", DEFAULT_TOLERANCE)
    assert in_nats.certificate_.tolerance == as_share.certificate_.tolerance == DEFAULT_TOLERANCE
    assert in_nats.frontier_[0].figures == as_share.frontier_[0].figures
    assert in_nats.frontier_[0].figures.level_up_flags_per_1000 > 0
    assert fit("tpr_floor", 0.5).frontier_[0].figures.level_up_flags_per_1000 == 0


def test_level_up_flags_are_those_of_cuts_fitted_to_the_default_share(births, fit):
    model = fit("group_loss", 0.5)
    parts = model.split_parts(births.event, sensitive_features=births.group)
    rows = parts == HELD_OUT
    risk = model.risk_at(births.predictors[rows], 0)
    threshold = model.frontier_[0].figures.threshold
    event = births.event[rows].astype(bool)
    floor = (risk[event] >= threshold).mean() - DEFAULT_TOLERANCE
    raised = level_up(risk, event, births.group[rows], floor, threshold=threshold)
    assert model.frontier_[0].figures.level_up_flags_per_1000 == pytest.approx(raised.extra_flags_per_1000)


def test_false_alarms_and_births_without_the_event_make_the_false_positive_rate(births, fit):
    for row in fit("group_loss", 0.5).frontier_:
        for group in row.figures.groups:
            without = group.births - group.events
            assert group.false_positive_rate == pytest.approx(group.false_alarms / without)
