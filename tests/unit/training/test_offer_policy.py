"""Cuts from capacity, and level-up cuts that lift groups and lower nobody."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from models.offer_policy import SignOff
from records.groups import MISSING_ETHNICITY
from training.offer_policy import ENOUGH_EVENTS, UnusableCapacity, absolute_threshold, level_up

GROUPS = ("Served", "Under-served", "Small", "Not stated")


@pytest.fixture(scope="module")
def held_out():
    random = np.random.default_rng(5)
    group = random.choice(GROUPS, size=30_000, p=[0.70, 0.22, 0.02, 0.06])
    scores = random.normal(-2.2, np.where(group == "Under-served", 0.5, 1.0))
    return expit(scores), random.random(30_000) < expit(scores), group


@pytest.fixture(scope="module")
def raised(held_out):
    risk, event, group = held_out
    threshold = absolute_threshold(risk, 0.10)
    overall = (risk >= threshold)[event].mean()
    return level_up(risk, event, group, overall - 0.02, threshold=threshold), threshold, overall


def test_the_threshold_flags_the_capacity_and_no_more():
    risk = np.arange(1, 1001) / 1001
    threshold = absolute_threshold(risk, 0.10)
    assert (risk >= threshold).sum() == 100
    assert 900 / 1001 < threshold < 901 / 1001


def test_women_of_equal_risk_are_flagged_together_or_not_at_all():
    risk = np.array([0.9] + [0.5] * 20 + [0.1] * 79)
    assert (risk >= absolute_threshold(risk, 0.10)).sum() == 1
    assert (risk >= absolute_threshold(risk, 0.21)).sum() == 21
    assert not (np.full(10, 0.3) >= absolute_threshold(np.full(10, 0.3), 0.5)).any()
    assert not (np.ones(10) >= absolute_threshold(np.ones(10), 0.5)).any()


def test_weights_are_shares_of_capacity():
    risk, weight = np.array([0.9, 0.8, 0.7, 0.6]), np.array([1.0, 3.0, 1.0, 5.0])
    assert (risk >= absolute_threshold(risk, 0.40, weight)).tolist() == [True, True, False, False]
    assert (risk >= absolute_threshold(risk, 0.39, weight)).tolist() == [True, False, False, False]


@pytest.mark.parametrize("alert_rate", [0.0, 1.0, -0.1, float("nan")])
def test_a_capacity_of_none_or_all_is_refused(alert_rate):
    with pytest.raises(UnusableCapacity):
        absolute_threshold([0.1, 0.2], alert_rate)


def test_every_group_with_enough_events_reaches_the_floor(held_out, raised):
    risk, event, group = held_out
    levelled, threshold, overall = raised
    policy = levelled.policy.signed(SignOff(name="A. Midwife", role="Head of midwifery", date="2026-01-31"))
    flag = policy.apply(risk, group)
    for row in levelled.groups:
        assert row.events == (event & (group == row.group)).sum()
        if row.events >= ENOUGH_EVENTS and row.group != "Not stated":
            assert flag[event & (group == row.group)].mean() >= overall - 0.02
    under_served = next(row for row in levelled.groups if row.group == "Under-served")
    assert under_served.sensitivity_before < overall - 0.10
    assert under_served.cut < threshold


def test_the_cut_is_lowered_no_further_than_the_floor_asks(held_out, raised):
    risk, event, group = held_out
    levelled, _, overall = raised
    row = next(row for row in levelled.groups if row.group == "Under-served")
    risks = np.sort(risk[event & (group == "Under-served")])
    one_fewer = (risks > risks[risks >= row.cut][0]).mean()
    floor = overall - 0.02
    aim = floor + 0.5 * np.sqrt(floor * (1 - floor) / len(risks))
    assert one_fewer < aim <= row.sensitivity_after


def test_a_cut_can_aim_at_the_floor_itself(held_out, raised):
    risk, event, group = held_out
    levelled, threshold, overall = raised
    plain = level_up(risk, event, group, overall - 0.02, threshold=threshold, standard_errors=0.0)
    before, after = (next(r for r in p.groups if r.group == "Under-served") for p in (plain, levelled))
    assert overall - 0.02 <= before.sensitivity_after <= after.sensitivity_after
    assert before.cut >= after.cut
    assert plain.flags_per_1000_after <= levelled.flags_per_1000_after


def test_nobody_loses_an_offer(held_out, raised):
    risk, _, group = held_out
    levelled, threshold, _ = raised
    flag = levelled.policy.signed(SignOff(name="A", role="B", date="2026-01-31")).apply(risk, group)
    assert flag[risk >= threshold].all()
    served = np.isin(group, ["Served", "Not stated"])
    np.testing.assert_array_equal(flag[served], (risk >= threshold)[served])


def test_the_promise_is_what_the_policy_then_does(held_out, raised):
    risk, event, group = held_out
    levelled, threshold, _ = raised
    flag = levelled.policy.signed(SignOff(name="A", role="B", date="2026-01-31")).apply(risk, group)
    assert levelled.flags_per_1000_before == pytest.approx(1000 * (risk >= threshold).mean())
    assert levelled.flags_per_1000_after == pytest.approx(1000 * flag.mean())
    assert levelled.extra_flags_per_1000 == pytest.approx(1000 * (flag.mean() - (risk >= threshold).mean()))
    for row in levelled.groups:
        inside = group == row.group
        assert row.flags_per_1000_after == pytest.approx(1000 * flag[inside].mean())
        assert row.sensitivity_after == pytest.approx(flag[inside & event].mean())


def test_a_fitted_policy_is_unsigned(raised):
    assert raised[0].policy.signed_off_by is None


def test_three_events_move_no_cut_and_thirty_move_it_part_of_the_way():
    """By 100 pseudo-events at the overall 500/1033, none found of 3 is shrunk to .470, and none of 30 to .372."""
    risk = np.r_[np.repeat([0.9, 0.1], 500), np.linspace(0.20, 0.29, 33)]
    event = np.ones(1033, dtype=bool)
    group = np.array(["Many"] * 1000 + ["Three"] * 3 + ["Thirty"] * 30)
    levelled = level_up(risk, event, group, 0.46, threshold=0.5)
    cuts = {row.group: row for row in levelled.groups}
    assert cuts["Three"].cut == 0.5
    shrunken = (30 * cuts["Thirty"].sensitivity_after + 100 * 500 / 1033) / 130
    assert cuts["Thirty"].cut < 0.5
    assert shrunken >= 0.46 > shrunken - 1 / 130
    assert cuts["Thirty"].shrunken_sensitivity_after == pytest.approx(shrunken)
    assert cuts["Thirty"].sensitivity_after < 0.46


def test_a_group_without_an_event_keeps_the_cut():
    levelled = level_up([0.9, 0.8, 0.2], [1, 1, 0], ["A", "A", "B"], 0.9, threshold=0.5)
    b = next(row for row in levelled.groups if row.group == "B")
    assert (b.cut, b.sensitivity_before, b.sensitivity_after) == (0.5, None, None)


@pytest.mark.parametrize("missing", ["Not stated", "Not known", "", None, float("nan"), np.nan])
@pytest.mark.parametrize("exempt", [("Not stated", "Not known"), (), ("Served",)])
def test_women_of_missing_ethnicity_keep_the_default_cut_however_they_are_written(missing, exempt):
    """200 of their events, none of them found: any stated group would be raised."""
    risk = np.r_[np.linspace(0.6, 0.9, 400), np.linspace(0.1, 0.4, 200), np.linspace(0.1, 0.4, 200)]
    group = np.array(["Served"] * 400 + [missing] * 200 + ["Under-served"] * 200, dtype=object)
    levelled = level_up(risk, np.ones(800, dtype=bool), group, 0.5, threshold=0.5, exempt=exempt)
    assert dict(levelled.policy.group_cuts).keys() == {"Under-served"}
    flag = levelled.policy.signed(SignOff(name="A", role="B", date="2026-01-31")).apply(risk, group)
    assert not flag[400:600].any()
    assert flag[600:].any()
    (unstated,) = (row for row in levelled.groups if row.group in MISSING_ETHNICITY)
    assert (unstated.events, unstated.cut, unstated.sensitivity_after) == (200, 0.5, 0.0)


def test_births_without_an_event_fit_no_cuts():
    with pytest.raises(UnusableCapacity, match="none"):
        level_up([0.5, 0.6], [0, 0], ["A", "B"], 0.5, threshold=0.5)
