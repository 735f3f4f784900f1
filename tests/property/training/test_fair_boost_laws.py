"""Laws of the constrained fit's parts, over inputs nobody chose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.calibrator import Calibrator
from models.offer_policy import OfferPolicy, SignOff
from training.calibration import fit_calibrator
from training.fair_boost.births import Births
from training.fair_boost.multipliers import DualAscent
from training.fair_boost.operating_score import operating_score
from training.fair_boost.parts import CERTIFICATE, HELD_OUT, split_parts
from training.fair_boost.pulled_log_loss import PulledLogLoss
from training.offer_policy import ENOUGH_EVENTS, absolute_threshold, level_up
from training.shrinkage import shrunken_sensitivity

SHORTFALLS = arrays(float, 4, elements=st.floats(-1, 1))
RATES = st.floats(0.01, 0.99)


def _ascent(constraint: str, tolerance: float) -> DualAscent:
    constrained = np.array([True, True, True, False])
    return DualAscent(constraint=constraint, tolerance=tolerance, rate=6.0, cap=8.0, constrained=constrained)


@given(shortfalls=st.lists(SHORTFALLS, min_size=1, max_size=60), tolerance=st.floats(0, 0.3))
def test_a_floor_never_pushes_a_group_down(shortfalls, tolerance):
    ascent, multipliers = _ascent("tpr_floor", tolerance), np.zeros(4)
    for shortfall in shortfalls:
        before, multipliers = multipliers, ascent.step(multipliers, shortfall)
        assert (multipliers >= 0).all()
        assert (multipliers <= ascent.cap).all()
        assert multipliers[3] == 0
        within = shortfall <= tolerance
        assert (multipliers[within] <= before[within]).all()
        assert (multipliers[~within] >= before[~within]).all()


@given(shortfalls=st.lists(SHORTFALLS, min_size=1, max_size=60), tolerance=st.floats(0, 0.3))
def test_two_sided_parity_treats_a_surplus_as_a_shortfall_mirrored(shortfalls, tolerance):
    ascent, up, down = _ascent("tpr", tolerance), np.zeros(4), np.zeros(4)
    for shortfall in shortfalls:
        up, down = ascent.step(up, shortfall), ascent.step(down, -shortfall)
        np.testing.assert_array_equal(up, -down)
        assert (np.abs(up) <= ascent.cap).all()


@pytest.mark.parametrize(("constraint", "measures"), [("fpr", 1), ("equalized_odds", 2)])
@given(steps=st.lists(arrays(float, (2, 4), elements=st.floats(-1, 1)), min_size=1, max_size=30))
def test_two_sided_rates_are_mirrored_measure_by_measure(constraint, measures, steps):
    ascent = _ascent(constraint, 0.02)
    up = down = np.zeros((measures, 4))
    for shortfall in steps:
        up, down = ascent.step(up, shortfall[:measures]), ascent.step(down, -shortfall[:measures])
        np.testing.assert_array_equal(up, -down)
        assert (up[:, 3] == 0).all()
        assert (np.abs(up) <= ascent.cap).all()


@given(steps=st.lists(arrays(float, (1, 4), elements=st.floats(-1, 1)), min_size=1, max_size=60))
def test_a_bound_on_log_loss_never_weighs_a_group_down(steps):
    ascent, multipliers = _ascent("group_loss", 0.02), np.zeros((1, 4))
    for shortfall in steps:
        before, multipliers = multipliers, ascent.step(multipliers, shortfall)
        assert ((multipliers >= 0) & (multipliers <= ascent.cap)).all()
        assert multipliers[0, 3] == 0
        beyond = shortfall > 0.02
        assert (multipliers[~beyond] <= before[~beyond]).all()
        assert (multipliers[beyond & ascent.constrained] >= before[beyond & ascent.constrained]).all()


@settings(max_examples=40)
@given(
    constraint=st.sampled_from(["tpr", "fpr"]),
    multipliers=arrays(float, 3, elements=st.floats(-8, 8)),
    seed=st.integers(0, 1000),
)
def test_at_one_score_what_one_group_is_pulled_up_by_others_are_pulled_down(constraint, multipliers, seed):
    """At equal scores pulls add to nothing over stated women: a rate is bettered against everyone's, not for all."""
    random = np.random.default_rng(seed)
    event = (random.random(300) < 0.3).astype(float)
    group = random.choice(["A", "B", "C", "Not known"], size=300)
    births = Births.of(event, sensitive_features=group, sample_weight=None)
    by_group = np.zeros(len(births.women.names))
    by_group[births.women.constrained] = multipliers
    loss = PulledLogLoss(births, alert_rate=0.1, width=0.5, constraint=constraint)
    scores = np.full(300, -1.0)
    plain, _ = loss.pulled_by(np.zeros(by_group.size))(scores, None)
    pulled, _ = loss.pulled_by(by_group)(scores, None)
    difference = pulled.astype(float) - plain.astype(float)
    assert difference.sum() == pytest.approx(0.0, abs=1e-3)
    assert (difference[group == "Not known"] == 0).all()
    assert (difference[event == (1 if constraint == "fpr" else 0)] == 0).all()


@given(found=st.integers(0, 50), missed=st.integers(0, 50), overall=st.floats(0, 1), pseudo=st.floats(0, 500))
def test_a_shrunken_sensitivity_lies_between_the_groups_own_and_everyones(found, missed, overall, pseudo):
    shrunken = float(shrunken_sensitivity(found, found + missed, overall, pseudo))
    own = found / (found + missed) if found + missed else overall
    assert min(own, overall) - 1e-12 <= shrunken <= max(own, overall) + 1e-12
    if pseudo == 0:
        assert shrunken == pytest.approx(own)


@given(
    scores=arrays(float, 40, elements=st.floats(-6, 6)),
    event=arrays(bool, 40),
    weight=arrays(float, 40, elements=st.floats(0.1, 5)),
)
def test_calibration_turns_no_rank(scores, event, weight):
    event[:2] = [True, False]
    calibrator = fit_calibrator(scores, event, sample_weight=weight)
    risk = calibrator.apply(scores)
    assert calibrator.slope > 0
    assert ((risk >= 0) & (risk <= 1)).all()
    assert (np.diff(risk[np.argsort(scores, kind="stable")]) >= 0).all()
    assert Calibrator.from_dict(calibrator.to_dict()) == calibrator


@given(
    risk=arrays(float, st.integers(2, 60), elements=st.integers(0, 20).map(lambda twentieths: twentieths / 20)),
    alert_rate=RATES,
    seed=st.integers(0, 1000),
)
def test_no_cut_exceeds_its_capacity_and_a_lower_one_would(risk, alert_rate, seed):
    weight = np.random.default_rng(seed).uniform(0.1, 2, risk.size)
    flag = risk >= absolute_threshold(risk, alert_rate, weight)
    assert weight[flag].sum() <= alert_rate * weight.sum() * (1 + 1e-9)
    if not flag.all():
        one_tie_more = risk >= risk[~flag].max()
        assert weight[one_tie_more].sum() > alert_rate * weight.sum() * (1 - 1e-9)


@given(scores=arrays(float, st.integers(1, 80), elements=st.floats(-9, 9)), alert_rate=RATES, seed=st.integers(0, 1000))
def test_the_running_cut_is_a_score_that_fits_the_capacity(scores, alert_rate, seed):
    weight = np.random.default_rng(seed).uniform(0.1, 2, scores.size)
    cut = operating_score(scores, weight, alert_rate)
    assert cut in scores
    above = weight[scores > cut].sum()
    assert above <= alert_rate * weight.sum() * (1 + 1e-9)


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), tolerance=st.floats(0, 0.2), alert_rate=st.floats(0.02, 0.5))
def test_level_up_lowers_cuts_only_and_reaches_the_floor(seed, tolerance, alert_rate):
    random = np.random.default_rng(seed)
    group = random.choice(["A", "B", "C", "Not known"], size=1500, p=[0.6, 0.25, 0.05, 0.1])
    risk = random.beta(1.2, 6, 1500) * np.where(group == "B", 0.6, 1.0)
    event = random.random(1500) < np.maximum(risk, 0.2)
    threshold = absolute_threshold(risk, alert_rate)
    floor = max(0.0, (risk >= threshold)[event].mean() - tolerance)
    levelled = level_up(risk, event, group, floor, threshold=threshold)
    flag = levelled.policy.signed(SignOff(name="A", role="B", date="2026-01-31")).apply(risk, group)
    assert flag[risk >= threshold].all()
    assert levelled.extra_flags_per_1000 >= 0
    for row in levelled.groups:
        assert row.cut <= threshold
        if row.group == "Not known":
            assert row.cut == threshold
        elif row.events >= ENOUGH_EVENTS:
            assert flag[event & (group == row.group)].mean() >= floor - 1e-12
        else:
            assert row.shrunken_sensitivity_after >= floor - 1e-12
    assert OfferPolicy.from_dict(levelled.policy.to_dict()) == levelled.policy


@given(
    women=arrays(np.int64, st.integers(1, 60), elements=st.integers(0, 15)),
    fractions=st.tuples(st.floats(0.05, 0.6), st.floats(0, 0.35)),
    seed=st.integers(0, 1000),
)
def test_a_woman_is_never_in_two_parts_and_a_seed_repeats_them(women, fractions, seed):
    random = np.random.default_rng(seed)
    event, group = random.integers(0, 2, women.size).astype(float), random.integers(0, 3, 16)[women]

    def parts(**other):
        given = {"held_out_fraction": fractions[0], "certificate_fraction": fractions[1], "seed": seed}
        return split_parts(event, group, women=women, **{**given, **other})

    split = parts()
    for woman in set(women.tolist()):
        assert len(set(split[women == woman].tolist())) == 1
    np.testing.assert_array_equal(split, parts())
    assert (parts(certificate_fraction=0.0) != CERTIFICATE).all()
    assert (split == HELD_OUT).sum() < women.size
