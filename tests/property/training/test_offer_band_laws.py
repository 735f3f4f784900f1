"""Laws of cuts by group within a fixed number of flags, over births nobody chose."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.offer_policy import OfferPolicy, SignOff
from records.groups import MISSING_ETHNICITY
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED
from training.offer_band import HarmfulBand, offer_band
from training.offer_policy import absolute_threshold

SIGNED = SignOff(name="A. Midwife", role="Head of midwifery", date="2026-01-31")
BIRTHS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000),
        "women": st.integers(60, 700),
        "width": st.floats(0, 0.05),
        "alert_rate": st.floats(0.03, 0.4),
        "digits": st.sampled_from([2, 3, 17]),
        "weighted": st.booleans(),
    }
)


class Fitted:
    """A band on simulated births: A large, B told too low a risk, C with a handful of events, D with none."""

    def __init__(self, *, seed, women, width, alert_rate, digits, weighted):
        random = np.random.default_rng(seed)
        self.group = random.choice([*"ABCD", *MISSING_ETHNICITY], women, p=[0.7, 0.12, 0.03, 0.02, 0.08, 0.05])
        truth = random.beta(1.2, 6, women)
        self.risk = (truth * np.where(self.group == "B", 0.6, 1.0)).round(digits)
        self.event = (random.random(women) < truth) & (self.group != "D")
        self.event[0], self.group[0] = True, "A"
        self.weight = random.uniform(0.5, 2.0, women) if weighted else np.ones(women)
        self.width = width
        self.threshold = absolute_threshold(self.risk, alert_rate, self.weight)

    def band(self, rows=slice(None), names=None):
        group = self.group if names is None else np.array([names.get(name, name) for name in self.group])
        return offer_band(
            self.risk[rows],
            self.event[rows],
            group[rows],
            self.width,
            threshold=self.threshold,
            sample_weight=self.weight[rows],
        )

    def band_or_refusal(self, **asked):
        try:
            return self.band(**asked)
        except HarmfulBand as refusal:
            return refusal

    def flags(self, band):
        return band.policy.signed(SIGNED).apply(self.risk, self.group)


def _drawn(births):
    fitted = Fitted(**births)
    return fitted, fitted.band_or_refusal()


def test_of_these_births_about_half_have_a_band_that_moves_cuts_and_some_have_none():
    """So that the laws below are not of empty policies."""
    births = {"women": 500, "width": 0.02, "alert_rate": 0.1, "digits": 17, "weighted": False}
    drawn = [_drawn({"seed": seed, **births})[1] for seed in range(40)]
    refused = [band for band in drawn if isinstance(band, HarmfulBand)]
    moved = [band for band in drawn if not isinstance(band, HarmfulBand) and band.policy.group_cuts]
    assert len(refused) >= 5
    assert len(moved) >= 15


@settings(max_examples=80, deadline=None)
@given(births=BIRTHS)
def test_the_flags_are_those_of_the_single_cut_within_the_next_woman_due(births):
    fitted, band = _drawn(births)
    if isinstance(band, HarmfulBand):
        return
    before, after = fitted.risk >= fitted.threshold, fitted.flags(band)
    spare = fitted.weight[before].sum() - fitted.weight[after].sum()
    # The next due is one step of a group: its women of one risk. Groups tied in both level and risk are due together.
    largest_step = max(
        fitted.weight[fitted.risk == risk][~np.isin(fitted.group[fitted.risk == risk], MISSING_ETHNICITY)].sum()
        for risk in np.unique(fitted.risk)
    )
    assert -1e-6 <= spare <= largest_step
    assert band.flags_per_1000_after == pytest.approx(1000 * np.average(after, weights=fitted.weight))
    assert band.flags_per_1000_before == pytest.approx(1000 * np.average(before, weights=fitted.weight))


@settings(max_examples=80, deadline=None)
@given(births=BIRTHS)
def test_every_group_stands_in_the_band_or_within_one_step_above_it(births):
    fitted, band = _drawn(births)
    if isinstance(band, HarmfulBand):
        return
    flagged, exact = fitted.flags(band), 1e-9
    for row in band.groups:
        inside = fitted.group == row.group
        events, found = fitted.event & inside, fitted.event & inside & flagged
        if row.group in MISSING_ETHNICITY or not events.any():
            continue
        assert row.shrunken_sensitivity_after >= band.level - exact or (found == events).all()
        if found.any():
            last = fitted.risk[inside & flagged].min()
            weight = fitted.weight / fitted.weight.mean()
            step = weight[events & (fitted.risk == last)].sum() / (weight[events].sum() + 100)
            assert row.shrunken_sensitivity_after - step <= band.level + band.width + exact


@settings(max_examples=60, deadline=None)
@given(births=BIRTHS)
def test_women_of_missing_ethnicity_and_groups_without_an_event_keep_their_flags(births):
    fitted, band = _drawn(births)
    if isinstance(band, HarmfulBand):
        return
    kept = np.isin(fitted.group, [*MISSING_ETHNICITY, "D"])
    np.testing.assert_array_equal(fitted.flags(band)[kept], (fitted.risk >= fitted.threshold)[kept])
    assert not {*MISSING_ETHNICITY, "D"} & dict(band.policy.group_cuts).keys()


@settings(max_examples=60, deadline=None)
@given(births=BIRTHS)
def test_a_band_harms_nobody_or_is_refused_by_the_groups_it_harms(births):
    _, band = _drawn(births)
    if isinstance(band, HarmfulBand):
        assert band.losses or band.benefit_losses
        for group, loss in (*band.losses, *band.benefit_losses):
            assert loss > LARGEST_LOSS_ALLOWED
            assert repr(group) in str(band)
            assert group in {"A", "B", "C"}
    else:
        for row in band.groups:
            assert row.shrunken_sensitivity_before - row.shrunken_sensitivity_after <= LARGEST_LOSS_ALLOWED
            assert row.net_benefit_before - row.net_benefit_after <= LARGEST_LOSS_ALLOWED


@settings(max_examples=60, deadline=None)
@given(births=BIRTHS)
def test_net_benefit_is_the_decision_curves_own_drawn_to_everyones(births):
    """Vickers and Elkin's formula on weighted counts, and 100 events' worth of everyone's births."""
    fitted, band = _drawn(births)
    if isinstance(band, HarmfulBand):
        return
    odds = fitted.threshold / (1 - fitted.threshold)
    weight = fitted.weight / fitted.weight.mean()
    worth = np.where(fitted.event, 1.0, -odds) * weight

    before, after = fitted.risk >= fitted.threshold, fitted.flags(band)
    everyones = (worth * before).sum() / weight.sum()
    pseudo = 100 * weight.sum() / weight[fitted.event].sum()
    for row in band.groups:
        inside = fitted.group == row.group
        for told, flag in ((row.net_benefit_before, before), (row.net_benefit_after, after)):
            drawn = ((worth * flag)[inside].sum() + pseudo * everyones) / (weight[inside].sum() + pseudo)
            assert told == pytest.approx(drawn, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(births=BIRTHS, shuffle=st.integers(0, 1000))
def test_the_order_of_the_rows_changes_no_bit(births, shuffle):
    fitted, band = _drawn(births)
    shuffled = fitted.band_or_refusal(rows=np.random.default_rng(shuffle).permutation(fitted.risk.size))
    if isinstance(band, HarmfulBand):
        assert isinstance(shuffled, HarmfulBand)
        assert shuffled.losses == band.losses
    else:
        assert shuffled == band


@settings(max_examples=40, deadline=None)
@given(births=BIRTHS, labels=st.permutations(["A", "B", "C", "D"]))
def test_the_names_of_the_groups_decide_nothing(births, labels):
    fitted, band = _drawn(births)
    names = dict(zip("ABCD", (f"group {label}" for label in labels), strict=True))
    renamed = fitted.band_or_refusal(names=names)
    if isinstance(band, HarmfulBand):
        assert dict(renamed.losses) == {names[group]: loss for group, loss in band.losses}
    else:
        assert dict(renamed.policy.group_cuts) == {names[group]: cut for group, cut in band.policy.group_cuts}
        assert renamed.level == band.level


@settings(max_examples=40, deadline=None)
@given(births=BIRTHS)
def test_a_band_as_wide_as_the_gap_moves_nobody(births):
    fitted = Fitted(**births | {"width": 1.0})
    assert fitted.band().policy == OfferPolicy(kind="band", threshold=fitted.threshold)


@settings(max_examples=40, deadline=None)
@given(births=BIRTHS)
def test_a_fitted_band_is_unsigned_and_survives_json(births):
    _, band = _drawn(births)
    if isinstance(band, HarmfulBand):
        return
    assert band.policy.signed_off_by is None
    assert OfferPolicy.from_dict(json.loads(json.dumps(band.policy.to_dict()))) == band.policy
