"""Cuts by group for no more flags: worked examples, and the band that is refused because somebody would lose."""

from __future__ import annotations

import time

import numpy as np
import pytest

from models.offer_policy import SignOff
from training.offer_band import HarmfulBand, UnusableBand, offer_band


def _row(band, group):
    return next(row for row in band.groups if row.group == group)


def _births(many_found):
    """100 events of 'Many' and 10 of 'Few', no other women: of 'Many' ``many_found`` have a risk of .6 or more."""
    many = np.r_[np.linspace(0.6, 0.9, many_found), np.linspace(0.1, 0.4, 100 - many_found)]
    risk = np.r_[many, np.linspace(0.31, 0.39, 10)]
    return risk, np.ones(110, dtype=bool), np.array(["Many"] * 100 + ["Few"] * 10)


def test_one_group_is_raised_by_as_many_flags_as_the_other_gives():
    """'Many' find 60 of 100, 'Few' none of 10. By 2,000 pseudo-events at 60/110 they stand at .5481 and .5427, more
    than .004 apart. One flag goes over: .5476 and .5432. A second would not: without it 'Many' would stand at .5471,
    within .004 of 'Few'."""
    risk, event, group = _births(60)
    band = offer_band(risk, event, group, 0.004, threshold=0.5, pseudo_events=2000)
    flags = band.policy.signed(SignOff(name="A", role="B", date="2026-01-31")).apply(risk, group)
    assert flags[group == "Many"].sum() == 59
    assert flags[group == "Few"].tolist() == [False] * 9 + [True]
    overall = 60 / 110
    assert _row(band, "Many").shrunken_sensitivity_after == pytest.approx((59 + 2000 * overall) / 2100)
    assert _row(band, "Few").shrunken_sensitivity_after == pytest.approx((1 + 2000 * overall) / 2010)
    assert _row(band, "Many").cut > 0.5 > _row(band, "Few").cut
    assert band.flags_per_1000_after == band.flags_per_1000_before


def test_a_band_that_takes_from_a_group_is_refused_by_its_name():
    """With 100 pseudo-events, equal sensitivities take 6 of the 60 found from 'Many', 6/200 shrunken: 'Few' come
    to (6 + 54.5)/110 = .550 and 'Many' to (54 + 54.5)/200 = .543, so the next flag due is one of 'Many'."""
    risk, event, group = _births(60)
    with pytest.raises(
        HarmfulBand, match=r"the sensitivity of 'Many' .*by more than the 0\.01 that is allowed.*level-up"
    ) as refused:
        offer_band(risk, event, group, 0.0, threshold=0.5)
    assert [name for name, _ in refused.value.losses] == ["Many"]


def test_a_band_is_taken_from_women_without_the_outcome_where_that_is_enough():
    """The lowest of the flags of 'Many' have no event: giving them up loses nothing, and finds all of 'Few'."""
    risk = np.r_[
        np.linspace(0.7, 0.9, 50), np.linspace(0.5, 0.6, 10), np.linspace(0.1, 0.2, 50), np.linspace(0.31, 0.39, 10)
    ]
    event = np.r_[np.ones(50), np.zeros(10), np.ones(50), np.ones(10)].astype(bool)
    group = np.array(["Many"] * 110 + ["Few"] * 10)
    band = offer_band(risk, event, group, 0.01, threshold=0.45)
    assert _row(band, "Many").shrunken_sensitivity_after == _row(band, "Many").shrunken_sensitivity_before
    assert _row(band, "Few").shrunken_sensitivity_after > _row(band, "Few").shrunken_sensitivity_before
    assert band.flags_per_1000_after == band.flags_per_1000_before


def test_once_all_events_of_a_group_are_found_no_more_of_its_women_are_flagged():
    """'One' has one event, and shrunk stays below the level even when it is found: flagging the other 50 helps nobody.
    Without them there is room for 'Missed', who take the flags of women of 'Many' without the outcome."""
    many = np.r_[np.linspace(0.8, 0.9, 50), np.linspace(0.6, 0.7, 100), np.linspace(0.1, 0.2, 50)]
    risk = np.r_[many, np.linspace(0.40, 0.45, 50), 0.3, np.linspace(0.21, 0.25, 50)]
    event = np.r_[np.ones(50), np.zeros(100), np.ones(50), np.ones(50), 1, np.zeros(50)].astype(bool)
    band = offer_band(risk, event, ["Many"] * 200 + ["Missed"] * 50 + ["One"] * 51, 0.0, threshold=0.5)
    assert _row(band, "One").shrunken_sensitivity_after < band.level
    assert _row(band, "One").flags_per_1000_after == pytest.approx(1000 / 51)
    assert _row(band, "Missed").shrunken_sensitivity_after >= band.level


@pytest.mark.parametrize(("higher", "flagged"), [(None, (49, 49)), ("B", (50, 49)), ("C", (49, 50))])
def test_the_last_flag_goes_to_the_higher_risk_and_twins_get_it_together_or_not_at_all(higher, flagged):
    """'Many' give up the flags of 99 women without the outcome. 'B' and 'C', 99 events each, are due 49 each, and the
    last one at the same level."""
    rest = np.linspace(0.3, 0.4, 99)
    many = np.r_[np.linspace(0.8, 0.9, 50), np.linspace(0.5, 0.6, 99), np.linspace(0.1, 0.2, 50)]
    risk = np.r_[many, rest + 1e-6 * (higher == "B"), rest + 1e-6 * (higher == "C")]
    event = np.r_[np.ones(50), np.zeros(99), np.ones(50), np.ones(198)].astype(bool)
    group = ["Many"] * 199 + ["B"] * 99 + ["C"] * 99
    band = offer_band(risk, event, group, 0.0, threshold=0.45, pseudo_events=0)
    assert tuple(round(99 * _row(band, name).flags_per_1000_after / 1000) for name in "BC") == flagged


def test_a_band_that_costs_a_group_its_net_benefit_is_refused_though_it_finds_more_of_its_women():
    """At a threshold of .5 a flag without the outcome costs as much as one with it gains. 'Few' find none of 20. 'Many'
    can give up the flags of 200 women without it and lose nothing. But of 'Few' the 180 women who come first have no
    outcome either."""
    many = np.r_[np.linspace(0.6, 0.9, 60), np.linspace(0.5, 0.55, 200), np.linspace(0.1, 0.4, 40)]
    few = np.r_[np.linspace(0.46, 0.49, 180), np.linspace(0.31, 0.39, 20), np.linspace(0.01, 0.2, 800)]
    risk = np.r_[many, few]
    event = np.r_[np.ones(60), np.zeros(200), np.ones(40), np.zeros(180), np.ones(20), np.zeros(800)].astype(bool)
    group = np.array(["Many"] * 300 + ["Few"] * 1000)
    with pytest.raises(HarmfulBand, match="the net benefit of 'Few' below") as refused:
        offer_band(risk, event, group, 0.0, threshold=0.5, pseudo_events=10)
    assert refused.value.losses == ()
    ((name, loss),) = refused.value.benefit_losses
    assert name == "Few"
    # 180 flags more and none or few found, of 1,000 women and the 10 pseudo-events' 108
    assert loss == pytest.approx((180 - 20) / (1000 + 10 * 1300 / 120), abs=20 / 1000)


@pytest.mark.parametrize("missing", [None, "", float("nan")])
def test_a_label_that_says_nothing_is_missing_ethnicity(missing):
    risk, event, group = _births(60)
    unknown = np.array([missing if name == "Few" else name for name in group.tolist()], dtype=object)
    assert offer_band(risk, event, unknown, 0.0, threshold=0.5, exempt=()).policy.group_cuts == ()


def test_women_of_missing_ethnicity_take_no_part():
    risk, event, group = _births(60)
    unknown = np.where(group == "Few", "Not stated", group)
    assert offer_band(risk, event, unknown, 0.0, threshold=0.5).policy.group_cuts == ()
    assert offer_band(risk, event, group, 0.0, threshold=0.5, exempt=["Few"]).policy.group_cuts == ()


def test_a_cut_that_flags_nobody_and_one_that_flags_everybody_move_nobody():
    risk, event, group = _births(60)
    for threshold in (0.05, 0.95):
        assert offer_band(risk, event, group, 0.0, threshold=threshold).policy.group_cuts == ()


@pytest.mark.parametrize("width", [-0.01, 1.01, float("nan")])
def test_a_width_that_is_no_share_is_refused(width):
    with pytest.raises(UnusableBand, match="width"):
        offer_band([0.9, 0.2], [1, 0], ["A", "B"], width, threshold=0.5)


def test_births_without_an_event_fit_no_band():
    with pytest.raises(UnusableBand, match="none"):
        offer_band([0.5, 0.6], [0, 0], ["A", "B"], 0.02, threshold=0.5)


def test_half_a_million_births_take_seconds():
    """A sort of all women, no search by group and level: 500,000 took 0.3 s."""
    random = np.random.default_rng(1)
    risk = random.random(500_000)
    group = random.choice([f"group {n}" for n in range(20)], 500_000)
    begun = time.process_time()
    offer_band(risk, random.random(500_000) < risk, group, 0.02, threshold=0.9)
    assert time.process_time() - begun < 10
