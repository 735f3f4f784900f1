"""Laws of moving risks by group, over births nobody chose."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.group_adjustment import LEAST_SLOPE, GroupAdjustment, knots_of
from records.groups import MISSING_ETHNICITY
from training.group_adjustment import PRIOR_EVENTS, fit_group_intercept, fit_subgroup_recalibration

NAMES = ("Asian", "Black", "Other", "White")
BIRTHS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10_000),
        "women": st.integers(50, 1500),
        "gap": st.floats(-1.0, 1.0),
        "digits": st.sampled_from([2, 17]),
        "weighted": st.booleans(),
    }
)


class Births:
    """White women's risks are right; Black women's odds are wrong by ``gap``, Asian women's in the fifth quintile by
    its opposite, and Black women's spread is too wide."""

    def __init__(self, *, seed, women, gap, digits=17, weighted=False):
        random = np.random.default_rng(seed)
        self.group = random.choice([*NAMES, *MISSING_ETHNICITY], women, p=[0.15, 0.2, 0.01, 0.5, 0.08, 0.06])
        self.quintile = [
            int(q) if known else None
            for q, known in zip(random.integers(1, 6, women), random.random(women) < 0.95, strict=True)
        ]
        log_odds = random.normal(-2.2, 0.7, women)
        self.risk = (1 / (1 + np.exp(-log_odds))).round(digits)
        fifth = np.array([q == 5 for q in self.quintile])
        wrong = np.where(self.group == "Black", gap - 0.3 * gap * (log_odds + 2.2), 0.0)
        wrong = wrong - np.where((self.group == "Asian") & fifth, gap, 0.0)
        self.event = random.random(women) < 1 / (1 + np.exp(-log_odds - wrong))
        self.weight = random.integers(1, 4, women).astype(float) if weighted else np.ones(women)

    def groups(self, rows=slice(None), names=None):
        group = self.group[rows].tolist()
        return {
            "ethnic_group": [(names or {}).get(name, name) for name in group],
            "deprivation_quintile": np.array(self.quintile, dtype=object)[rows].tolist(),
        }

    def intercept(self, rows=slice(None), names=None):
        groups = self.groups(rows, names)["ethnic_group"]
        return fit_group_intercept(self.risk[rows], self.event[rows], groups, self.weight[rows])

    def recalibration(self, rows=slice(None), names=None):
        groups = self.groups(rows, names)
        return fit_subgroup_recalibration(
            self.risk[rows],
            self.event[rows],
            groups["ethnic_group"],
            groups["deprivation_quintile"],
            self.weight[rows],
        )

    def observed_and_expected(self, risk, inside):
        return float(self.weight[inside] @ self.event[inside]), float(self.weight[inside] @ risk[inside])


KINDS = st.sampled_from(["intercept", "recalibration"])


def test_of_these_births_some_are_recalibrated_and_some_are_left_alone():
    """So that the laws below are not of adjustments that move nobody."""
    moved = [bool(Births(seed=seed, women=1200, gap=0.9).recalibration().shifts) for seed in range(12)]
    assert sum(moved) >= 8
    left = [not Births(seed=seed, women=1200, gap=0.0).recalibration().shifts for seed in range(12)]
    assert sum(left) >= 8


@settings(max_examples=50, deadline=None)
@given(births=BIRTHS)
def test_an_intercept_is_the_shrunken_log_of_observed_over_expected(births):
    drawn = Births(**births)
    shifts = dict(drawn.intercept().shifts)
    assert set(shifts) == {(name,) for name in NAMES if (drawn.group == name).any()}
    for (name,), (shift,) in shifts.items():
        seen, expected = drawn.observed_and_expected(drawn.risk, drawn.group == name)
        assert shift == pytest.approx(math.log((seen + PRIOR_EVENTS) / (expected + PRIOR_EVENTS)), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(births=BIRTHS)
def test_an_intercept_brings_every_stated_group_nearer_to_what_was_seen_and_never_past_it(births):
    drawn = Births(**births)
    moved = drawn.intercept().apply(drawn.risk, drawn.groups())
    for name in NAMES:
        inside = drawn.group == name
        seen, before = drawn.observed_and_expected(drawn.risk, inside)
        _, after = drawn.observed_and_expected(moved, inside)
        assert min(before, seen) - 1e-9 <= after <= max(before, seen) + 1e-9


@settings(max_examples=25, deadline=None)
@given(births=BIRTHS, kind=KINDS)
def test_the_order_of_women_within_a_subgroup_never_turns(births, kind):
    drawn = Births(**births)
    adjustment = getattr(drawn, kind)()
    moved = adjustment.apply(drawn.risk, drawn.groups())
    keys = np.array([f"{group}/{quintile}" for group, quintile in zip(drawn.group, drawn.quintile, strict=True)])
    for key in set(keys.tolist()):
        order = np.argsort(drawn.risk[keys == key], kind="stable")
        before, after = drawn.risk[keys == key][order], moved[keys == key][order]
        assert (np.diff(after) >= 0).all()
        assert (np.diff(after)[np.diff(before) > 1e-9] > 0).all()


@settings(max_examples=200, deadline=None)
@given(
    risk=st.floats(1e-9, 1 - 1e-9),
    bins=st.lists(st.floats(-6, 3), min_size=2, max_size=5, unique=True),
    draws=st.lists(st.floats(-1, 1), min_size=6, max_size=6),
)
def test_neighbours_in_floating_point_do_not_change_places(risk, bins, draws):
    edges = tuple(sorted(bins))
    if min(np.diff(edges)) < 1e-6:
        return
    knots = knots_of(edges)
    steepest = (LEAST_SLOPE - 1) * np.diff(knots)
    shifts = np.cumsum([draws[0], *np.maximum(np.array(draws[1 : knots.size]), steepest)])
    adjustment = GroupAdjustment(
        kind="subgroup_recalibration",
        by=("ethnic_group",),
        bins=edges,
        shifts=((("Black",), tuple(shifts.tolist())),),
    )
    near = [1 / (1 + math.exp(-knot)) for knot in knots.tolist()]
    for centre in (risk, *near):
        neighbours = [centre]
        for _ in range(20):
            neighbours.append(float(np.nextafter(neighbours[-1], 1.0)))
        assert (np.diff(adjustment.apply(neighbours, {"ethnic_group": ["Black"] * 21})) >= 0).all()


@settings(max_examples=25, deadline=None)
@given(births=BIRTHS, kind=KINDS)
def test_one_woman_is_moved_as_the_whole_frame_is_to_the_last_bit(births, kind):
    drawn = Births(**births)
    adjustment = getattr(drawn, kind)()
    whole = adjustment.apply(drawn.risk, drawn.groups())
    for row in range(0, drawn.risk.size, 7):
        her_groups = {"ethnic_group": str(drawn.group[row]), "deprivation_quintile": drawn.quintile[row]}
        assert adjustment.apply_one(float(drawn.risk[row]), her_groups) == whole[row]


@settings(max_examples=25, deadline=None)
@given(births=BIRTHS, kind=KINDS)
def test_women_of_missing_ethnicity_and_what_they_had_move_nothing(births, kind):
    drawn = Births(**births)
    adjustment = getattr(drawn, kind)()
    missing = np.isin(drawn.group, MISSING_ETHNICITY)
    moved = adjustment.apply(drawn.risk, drawn.groups())
    np.testing.assert_array_equal(moved[missing], drawn.risk[missing])
    drawn.event = np.where(missing, ~drawn.event, drawn.event)
    assert getattr(drawn, kind)() == adjustment


@settings(max_examples=25, deadline=None)
@given(births=BIRTHS, kind=KINDS, shuffle=st.integers(0, 1000))
def test_the_order_of_the_rows_changes_no_bit(births, kind, shuffle):
    drawn = Births(**births)
    rows = np.random.default_rng(shuffle).permutation(drawn.risk.size)
    assert getattr(drawn, kind)(rows=rows) == getattr(drawn, kind)()


@settings(max_examples=25, deadline=None)
@given(births=BIRTHS, kind=KINDS, labels=st.permutations(NAMES))
def test_the_names_of_the_groups_decide_nothing(births, kind, labels):
    drawn = Births(**births)
    names = dict(zip(NAMES, (f"group {label}" for label in labels), strict=True))
    adjustment, renamed = getattr(drawn, kind)(), getattr(drawn, kind)(names=names)
    assert (renamed.bins, renamed.by) == (adjustment.bins, adjustment.by)
    wanted = {(names[key[0]], *key[1:]): shifts for key, shifts in adjustment.shifts}
    assert set(dict(renamed.shifts)) == set(wanted)
    for key, shifts in renamed.shifts:
        assert shifts == pytest.approx(wanted[key], abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(births=BIRTHS, kind=KINDS)
def test_a_weight_of_k_is_k_births(births, kind):
    drawn = Births(**births | {"weighted": True})
    weighted = getattr(drawn, kind)()
    copied = np.repeat(np.arange(drawn.risk.size), drawn.weight.astype(int))
    drawn.weight = np.ones(drawn.risk.size)
    copies = getattr(drawn, kind)(rows=copied)
    assert copies.bins == weighted.bins
    assert [key for key, _ in copies.shifts] == [key for key, _ in weighted.shifts]
    for (_, one), (_, other) in zip(copies.shifts, weighted.shifts, strict=True):
        assert one == pytest.approx(other, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(births=BIRTHS, kind=KINDS)
def test_what_was_fitted_survives_json(births, kind):
    adjustment = getattr(Births(**births), kind)()
    assert GroupAdjustment.from_dict(json.loads(json.dumps(adjustment.to_dict()))) == adjustment
