"""What fair rounds do to groups, and what a round's pull is made of."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from training.fair_boost import FairBoostClassifier
from training.fair_boost.births import Births
from training.fair_boost.operating_score import operating_score
from training.fair_boost.pulled_log_loss import PulledLogLoss


@pytest.fixture(scope="module")
def coded(births):
    return Births.of(births.event.astype(float), sensitive_features=births.group, sample_weight=None)


def test_the_pull_is_as_published(coded):
    """Gradient, hessian and a_g written out from the description of the method, one birth at a time."""
    scores = np.random.default_rng(1).normal(-2, 1, len(coded.event))
    multipliers = np.array([1.5 if name == "Third" else 0.4 if name == "Second" else 0.0 for name in coded.women.names])
    gradient, hessian = PulledLogLoss(coded, alert_rate=0.1, width=0.5).pulled_by(multipliers)(scores, None)

    names = np.array(coded.women.names)[coded.women.codes]
    stated = ~np.isin(names, ["Not stated", "Not known"])
    events_of = {name: np.sum((names == name) & (coded.event == 1)) for name in coded.women.names}
    all_stated = np.sum(stated & (coded.event == 1))
    groups = len(set(names[stated]))
    tau = np.sort(scores)[::-1][int(0.1 * len(scores)) - 1]
    for row in range(400):
        risk = expit(scores[row])
        expected, curvature = risk - coded.event[row], risk * (1 - risk)
        if coded.event[row] and stated[row]:
            own = multipliers[coded.women.names.index(names[row])]
            a = (own / (events_of[names[row]] / all_stated) - multipliers.sum()) / groups
            near = expit((scores[row] - tau) / 0.5)
            expected -= a * near * (1 - near)
            curvature += 0.25 * abs(a * near * (1 - near))
        assert gradient[row] == pytest.approx(expected, rel=1e-5, abs=1e-7)
        assert hessian[row] == pytest.approx(curvature, rel=1e-5, abs=1e-7)


def test_events_of_missing_ethnicity_and_births_without_event_are_not_pulled(coded):
    scores = np.random.default_rng(1).normal(-2, 1, len(coded.event))
    loss = PulledLogLoss(coded, alert_rate=0.1, width=0.5)
    none = np.zeros(len(coded.women.names))
    plain, plain_hessian = loss.pulled_by(none)(scores, None)
    pulled, hessian = loss.pulled_by(np.where(coded.women.constrained, [*range(len(none))], 0.0))(scores, None)
    missing = ~coded.women.constrained[coded.women.codes]
    left_alone = missing | (coded.event == 0)
    np.testing.assert_array_equal(pulled[left_alone], plain[left_alone])
    np.testing.assert_array_equal(hessian[left_alone], plain_hessian[left_alone])
    assert (pulled[~left_alone] != plain[~left_alone]).any()


def test_a_group_found_too_rarely_is_found_more_often_on_births_never_seen(fitted, other_births):
    """The planted gap: facts that speak least of the third group. A floor lifts it, at the same capacity."""

    def sensitivity(row: int, group: str) -> float:
        flag = fitted.risk_at(other_births.predictors, row) >= fitted.frontier_[row].figures.threshold
        return float(flag[(other_births.event == 1) & (other_births.group == group)].mean())

    strictest = max(row for row, judged in enumerate(fitted.frontier_) if judged.fair_rounds == 30)
    assert sensitivity(strictest, "Third") > sensitivity(0, "Third") + 0.05
    gap_before = sensitivity(0, "Large") - sensitivity(0, "Third")
    assert gap_before > 0.10
    assert sensitivity(strictest, "Large") - sensitivity(strictest, "Third") < 0.6 * gap_before


@pytest.mark.parametrize("constraint", ["tpr", "fpr", "equalized_odds"])
def test_two_sided_parity_has_negative_multipliers_and_a_floor_has_none(births, booster, fitted, constraint):
    two_sided = FairBoostClassifier(booster(), constraint=constraint, tolerance=0.0, fair_rounds=15, random_state=11)
    two_sided.fit(births.predictors, births.event, sensitive_features=births.group)
    row = two_sided.frontier_[1]
    assert min(value for _, value in row.multipliers) < 0
    assert constraint != "equalized_odds" or min(value for _, value in row.false_positive_multipliers) < 0
    assert all(value >= 0 for row in fitted.frontier_ for _, value in row.multipliers)


def test_multipliers_of_missing_ethnicity_stay_at_zero(fitted):
    for row in fitted.frontier_:
        multipliers = dict(row.multipliers)
        assert multipliers["Not stated"] == multipliers["Not known"] == 0
        assert {group.group for group in row.figures.groups} >= {"Not stated", "Not known"}


def test_an_unreachable_tolerance_is_said_and_not_relaxed(births, booster):
    model = FairBoostClassifier(booster(), tolerance=0.0, fair_rounds=5, dual_cap=0.01, random_state=0)
    model.fit(births.predictors, births.event, sensitive_features=births.group)
    assert model.feasible_ is False
    assert "Third" in model.binding_groups_
    full = next(row for row in model.frontier_ if row.fair_rounds == 5)
    assert "Third" in full.at_cap
    assert full.tolerance == 0.0


def test_a_loose_tolerance_is_feasible_and_binds_nobody(births, booster):
    model = FairBoostClassifier(booster(), tolerance=0.9, fair_rounds=3, random_state=0)
    model.fit(births.predictors, births.event, sensitive_features=births.group)
    assert model.feasible_ is True
    assert model.binding_groups_ == ()
    assert set(model.multipliers_.values()) == {0.0}


@pytest.mark.parametrize("alert_rate", [0.001, 0.03, 0.1, 0.5, 0.97])
def test_the_running_cut_of_weighted_scores_agrees_with_sorting(alert_rate):
    random = np.random.default_rng(7)
    scores, weight = random.normal(size=500), random.uniform(0, 3, 500)
    descending = np.argsort(-scores)
    fits = np.cumsum(weight[descending]) <= alert_rate * weight.sum()
    expected = scores[descending][fits][-1] if fits.any() else scores.max()
    assert operating_score(scores, weight, alert_rate) == expected
    assert operating_score(scores, np.ones(500), alert_rate) == operating_score(scores, None, alert_rate)
