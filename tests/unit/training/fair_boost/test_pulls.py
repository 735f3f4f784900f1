"""What a round pulls under each constraint, written out one birth at a time; and the figures it is steered by."""

from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate
from scipy.special import expit
from sklearn.metrics import log_loss

from training.fair_boost import HELD_OUT
from training.fair_boost.births import Births
from training.fair_boost.pulled_log_loss import PulledLogLoss
from training.fair_boost.rounds import HeldOutStanding


@pytest.fixture(scope="module")
def coded(births):
    return Births.of(births.event.astype(float), sensitive_features=births.group, sample_weight=None)


@pytest.fixture(scope="module")
def scores(coded):
    return np.random.default_rng(1).normal(-2, 1, len(coded.event))


@pytest.fixture(scope="module")
def names(coded):
    return np.array(coded.women.names)[coded.women.codes]


def _multipliers(coded, **by_group: float):
    return np.array([by_group.get(name, 0.0) for name in coded.women.names])


def _round(coded, constraint, multipliers, scores):
    return PulledLogLoss(coded, alert_rate=0.1, width=0.5, constraint=constraint).pulled_by(multipliers)(scores, None)


def test_false_alarms_of_a_group_with_too_many_are_pushed_under_the_cut(coded, scores, names):
    gradient, hessian = _round(coded, "fpr", _multipliers(coded, Third=1.5, Second=-0.4), scores)
    stated = ~np.isin(names, ["Not stated", "Not known"])
    without = coded.event == 0
    tau = np.sort(scores)[::-1][int(0.1 * len(scores)) - 1]
    for row in range(400):
        risk = expit(scores[row])
        expected, curvature = risk - coded.event[row], risk * (1 - risk)
        if without[row] and stated[row]:
            own = {"Third": 1.5, "Second": -0.4}.get(names[row], 0.0)
            share = np.sum(without & (names == names[row])) / np.sum(without & stated)
            a = (own / share - 1.1) / 4  # 1.5 - 0.4, over four stated groups
            near = expit((scores[row] - tau) / 0.5)
            expected += a * near * (1 - near)
            curvature += 0.25 * abs(a * near * (1 - near))
        assert gradient[row] == pytest.approx(expected, rel=1e-5, abs=1e-7)
        assert hessian[row] == pytest.approx(curvature, rel=1e-5, abs=1e-7)


def test_equalized_odds_pulls_events_as_tpr_does_and_the_rest_as_fpr(coded, scores):
    up, down = _multipliers(coded, Third=1.5), _multipliers(coded, Large=0.7, Second=-0.3)
    gradient, hessian = _round(coded, "equalized_odds", np.array([up, down]), scores)
    event = coded.event > 0
    for rows, (alone, alone_hessian) in (
        (event, _round(coded, "tpr", up, scores)),
        (~event, _round(coded, "fpr", down, scores)),
    ):
        np.testing.assert_array_equal(gradient[rows], alone[rows])
        np.testing.assert_array_equal(hessian[rows], alone_hessian[rows])


def test_group_loss_weighs_a_groups_births_and_nobody_elses(coded, scores, names):
    plain, plain_hessian = _round(coded, "none", _multipliers(coded), scores)
    weighed, hessian = _round(coded, "group_loss", _multipliers(coded, Third=1.5), scores)
    third = names == "Third"
    np.testing.assert_allclose(weighed[third], 2.5 * plain[third], rtol=1e-6)
    np.testing.assert_allclose(hessian[third], 2.5 * plain_hessian[third], rtol=1e-6)
    np.testing.assert_array_equal(weighed[~third], plain[~third])


@pytest.mark.parametrize("constraint", ["tpr_floor", "fpr", "group_loss"])
def test_a_weight_of_two_pulls_as_two_women(births, constraint):
    weight = np.random.default_rng(2).integers(1, 3, 3000)
    rows = np.repeat(np.arange(3000), weight)
    event, group = births.event[:3000].astype(float), births.group[:3000]
    once = Births.of(event, sensitive_features=group, sample_weight=weight)
    written_out = Births.of(event[rows], sensitive_features=group[rows], sample_weight=None)
    scores = np.random.default_rng(3).normal(-2, 1, 3000)
    multipliers = _multipliers(once, Third=1.3, Second=0.6)
    weighted, _ = _round(once, constraint, multipliers, scores)
    single, _ = _round(written_out, constraint, multipliers, scores[rows])
    summed = np.bincount(rows, weights=single) / weight.mean()
    np.testing.assert_allclose(weighted, summed, rtol=2e-2, atol=1e-4)  # the cut may fall between a woman's two rows


def test_groups_are_steered_by_their_own_rates_against_everyones(coded, scores, names):
    """Without pseudo-events, shortfalls are plain differences: too few found, too many false alarms, too much loss."""
    tau = np.sort(scores)[::-1][int(0.1 * len(scores)) - 1]
    flag, event, risk = scores >= tau, coded.event > 0, expit(scores)
    loss = -np.where(event, np.log(risk), np.log1p(-risk))

    def shortfall(constraint):
        steered = HeldOutStanding(coded, constraint=constraint, alert_rate=0.1, pseudo_events=0.0)
        return steered.at(scores).shortfall

    for code, name in enumerate(coded.women.names):
        own = names == name
        found = flag[event].mean() - flag[event & own].mean()
        alarms = flag[~event & own].mean() - flag[~event].mean()
        assert shortfall("tpr_floor")[:, code] == pytest.approx([found])
        assert shortfall("fpr")[:, code] == pytest.approx([alarms])
        assert shortfall("equalized_odds")[:, code] == pytest.approx([found, alarms])
        assert shortfall("group_loss")[:, code] == pytest.approx([loss[own].mean() - loss.mean()])


def test_the_new_figures_by_group_agree_with_fairlearn_and_scikit_learn(fitted, births):
    held_out = fitted.split_parts(births.event, sensitive_features=births.group, groups=births.woman) == HELD_OUT
    named = np.where(births.group == None, "Not known", births.group)[held_out].astype(str)  # noqa: E711
    risk, event = fitted.risk_at(births.predictors[held_out], 0), births.event[held_out]
    figures = fitted.frontier_[0].figures
    flag = (risk >= figures.threshold).astype(int)
    rates = MetricFrame(metrics=false_positive_rate, y_true=event, y_pred=flag, sensitive_features=named)
    assert figures.false_positive_rate == pytest.approx(rates.overall)
    assert figures.log_loss == pytest.approx(log_loss(event, risk))
    births_an_event = len(event) / event.sum()
    for group in figures.groups:
        own = named == group.group
        assert group.false_positive_rate == pytest.approx(rates.by_group[group.group])
        assert group.log_loss == pytest.approx(log_loss(event[own], risk[own], labels=[0, 1]))
        pseudo = 50 * births_an_event
        drawn = (group.log_loss * own.sum() + pseudo * figures.log_loss) / (own.sum() + pseudo)
        assert group.shrunken_log_loss == pytest.approx(drawn)
