"""Group adjustments on births whose true risks are known: who is moved, who is left alone, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from models.group_adjustment import knots_of
from training.group_adjustment import UnusableBirths, fit_group_intercept, fit_subgroup_recalibration
from training.multicalibration import FOLDS, Families, GroupedBirths, risk_of, score_bins, shifts_of

SHARES = {"White": 0.598, "Black": 0.15, "Asian": 0.15, "Small": 0.002, "Not stated": 0.10}


class Births:
    """Risks that are right, but for what ``odds_ratio`` of group, quintile and log-odds says."""

    def __init__(self, women: int, seed: int, log_odds_ratio=None) -> None:
        random = np.random.default_rng(seed)
        self.group = random.choice(list(SHARES), women, p=list(SHARES.values()))
        self.quintile = random.integers(1, 6, women)
        self.log_odds = random.normal(-2.3, 0.7, women)
        self.risk = risk_of(self.log_odds)
        wrong = np.zeros(women) if log_odds_ratio is None else log_odds_ratio(self)
        self.true_risk = risk_of(self.log_odds + wrong)
        self.event = random.random(women) < self.true_risk

    def recalibrated(self, **columns):
        return fit_subgroup_recalibration(
            self.risk, self.event, columns.get("group", self.group), columns.get("quintile", self.quintile)
        )

    def moved(self, adjustment):
        return adjustment.apply(self.risk, {"ethnic_group": self.group, "deprivation_quintile": self.quintile})

    def observed_over_expected(self, risk, inside):
        return self.event[inside].sum() / risk[inside].sum()


def _one_crossing_told_too_little(births):
    return np.where((births.group == "Black") & (births.quintile == 5), 0.8, 0.0)


def _black_women_told_too_little_most_where_risks_are_low(births):
    return np.where(births.group == "Black", 0.4 - 0.4 * (births.log_odds + 2.3), 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_risks_that_are_right_are_left_alone(seed):
    """Hardly any sample moves somebody, and then by little: held-out births must gain more than by chance."""
    births = Births(30_000, seed)
    moved = births.moved(births.recalibrated())
    odds_ratio = (moved / (1 - moved)) / (births.risk / (1 - births.risk))
    assert np.abs(np.log(odds_ratio)).max() < 0.15
    assert np.average(np.abs(moved - births.risk)) < 0.002


def test_a_crossing_that_is_told_too_little_is_found_among_groups_that_are_not():
    births = Births(60_000, 3, _one_crossing_told_too_little)
    adjustment = births.recalibrated()
    moved = births.moved(adjustment)
    crossing = (births.group == "Black") & (births.quintile == 5)
    unseen = Births(60_000, 4, _one_crossing_told_too_little)
    unseen_crossing = (unseen.group == "Black") & (unseen.quintile == 5)
    assert births.observed_over_expected(births.risk, crossing) > 1.7
    assert 0.9 < births.observed_over_expected(moved, crossing) < 1.25
    unseen_moved = unseen.moved(adjustment)
    assert 0.85 < unseen.observed_over_expected(unseen_moved, unseen_crossing) < 1.3
    others = (unseen.group == "Black") & (unseen.quintile < 5)
    assert 0.85 < unseen.observed_over_expected(unseen_moved, others) < 1.15


def test_what_one_intercept_cannot_mend_is_mended_by_score_bin():
    births = Births(60_000, 5, _black_women_told_too_little_most_where_risks_are_low)
    intercept = fit_group_intercept(births.risk, births.event, births.group)
    by_bin = births.recalibrated()
    black = births.group == "Black"
    error = {
        name: np.sqrt(np.mean((births.moved(adjustment)[black] - births.true_risk[black]) ** 2))
        for name, adjustment in (("intercept", intercept), ("by bin", by_bin))
    }
    assert error["by bin"] < 0.5 * error["intercept"]
    (low, *_, high) = dict(by_bin.shifts)[("Black", "3")]
    assert low - high > 0.25


@pytest.mark.parametrize("women", [8_000, 40_000])
def test_observed_over_expected_of_every_group_with_enough_events_moves_towards_one(women):
    births = Births(women, 6, _black_women_told_too_little_most_where_risks_are_low)
    for adjustment in (births.recalibrated(), fit_group_intercept(births.risk, births.event, births.group)):
        moved = births.moved(adjustment)
        for name in ("White", "Black", "Asian"):
            inside = births.group == name
            before = abs(np.log(births.observed_over_expected(births.risk, inside)))
            assert abs(np.log(births.observed_over_expected(moved, inside))) <= max(before, 0.03)
        black = births.group == "Black"
        assert births.observed_over_expected(births.risk, black) > 1.25
        assert births.observed_over_expected(moved, black) < 1.2


@pytest.mark.parametrize(("births_of_small", "events"), [(20, 3), (70, 10), (200, 30)])
def test_a_handful_of_events_leaves_a_group_almost_unmoved(births_of_small, events):
    """Twice as many as were expected, in a sample where Black women's risks truly need moving."""
    births = Births(30_000, 7, _black_women_told_too_little_most_where_risks_are_low)
    small = np.full(births_of_small, "Tiny")
    risk = np.linspace(0.8, 1.2, births_of_small) * events / 2 / births_of_small
    event = np.arange(births_of_small) % (births_of_small // events) == 0
    event &= np.cumsum(event) <= events
    assert event.sum() == events == pytest.approx(2 * risk.sum())
    adjustment = fit_subgroup_recalibration(
        np.append(births.risk, risk), np.append(births.event, event), np.append(births.group, small), None
    )
    assert adjustment.by == ("ethnic_group",)
    shifts = dict(adjustment.shifts)
    assert max(shifts[("Black",)]) > 0.4
    # what they had would be log(2) = .69; three events move nobody's odds by more than 4 %
    assert np.abs(shifts[("Tiny",)]).max() < {3: 0.04, 10: 0.1, 30: 0.25}[events]


def test_without_deprivation_it_is_by_ethnic_group_alone_and_says_so():
    births = Births(8_000, 8, _black_women_told_too_little_most_where_risks_are_low)
    for nobody in (None, [None] * 8_000, ["Not known"] * 8_000, np.full(8_000, np.nan)):
        adjustment = births.recalibrated(quintile=nobody)
        assert adjustment.by == ("ethnic_group",)
        assert {key for key, _ in adjustment.shifts} >= {("Black",)}


def test_a_woman_without_a_quintile_takes_the_mean_of_her_group():
    births = Births(40_000, 9, _black_women_told_too_little_most_where_risks_are_low)
    shifts = dict(births.recalibrated().shifts)
    black = births.group == "Black"
    weights = [births.risk[black & (births.quintile == quintile)].sum() for quintile in range(1, 6)]
    of_quintiles = [shifts[("Black", str(quintile))] for quintile in range(1, 6)]
    np.testing.assert_allclose(shifts[("Black", "Not known")], np.average(of_quintiles, axis=0, weights=weights))


def test_nobody_of_stated_ethnicity_means_nothing_to_move():
    adjustment = fit_subgroup_recalibration([0.1] * 50, [0, 1] * 25, [None, "Not stated"] * 25, ["1"] * 50)
    assert adjustment.shifts == ()


def test_sweeps_end_where_an_optimiser_puts_the_penalised_likelihood():
    """The target: Bernoulli log-likelihood plus, of each shift b, K (b - exp(b)): a Gamma(K, K) prior on exp(b)."""
    births = Births(3_000, 10, _one_crossing_told_too_little)
    stated = births.group != "Not stated"
    ethnic = np.unique(births.group[stated], return_inverse=True)[1].astype(np.intp)
    quintile = (births.quintile[stated] - 1).astype(np.intp)
    grouped = GroupedBirths.in_one_order(
        births.log_odds[stated],
        births.event[stated].astype(float),
        np.ones(stated.sum()),
        ethnic,
        quintile,
        np.zeros(stated.sum(), dtype=np.intp),
    )
    edges, prior = score_bins(grouped, 3), 20.0
    knots, groups = knots_of(edges), ethnic.max() + 1
    families, swept = Families(groups, 5, edges, prior), grouped.log_odds
    placed = families.placed(grouped)
    for _ in range(400):
        swept = families.sweep(placed, swept)

    hats = np.stack([np.interp(grouped.log_odds, knots, row) for row in np.eye(knots.size)], axis=1)
    member = [
        np.eye(count)[code]
        for count, code in (
            (groups, grouped.ethnic),
            (5, grouped.quintile),
            (5 * groups, grouped.ethnic * 5 + grouped.quintile),
        )
    ]
    design = np.hstack([*member, *((one[:, :, None] * hats[:, None, :]).reshape(len(one), -1) for one in member)])

    def objective(shifts):
        moved = grouped.log_odds + design @ shifts
        likelihood = (grouped.event * moved - np.logaddexp(0, moved)).sum()
        slope = design.T @ (grouped.event - risk_of(moved)) + prior * (1 - np.exp(shifts))
        return -(likelihood + prior * (shifts - np.exp(shifts)).sum()), -slope

    found = minimize(objective, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 5000})
    np.testing.assert_allclose(swept, grouped.log_odds + design @ found.x, atol=2e-3)


def test_a_map_that_would_turn_womens_order_is_brought_to_the_nearest_that_does_not():
    """Knots half a log-odds apart or more; the sums of shifts fall by a whole one."""
    edges = (-3.0, -2.0, -1.0)
    families = Families(1, 0, edges, 1e-6)
    random = np.random.default_rng(0)
    knots = knots_of(edges)
    log_odds = np.repeat(knots, 5_000)
    event = random.random(log_odds.size) < np.repeat(risk_of(np.array([-2.0, -2.5, -2.5, -2.0])), 5_000)
    nobody = np.full(log_odds.size, -1, dtype=np.intp)
    births = GroupedBirths.in_one_order(
        log_odds, event.astype(float), np.ones(log_odds.size), nobody + 1, nobody, nobody + 1
    )
    placed, swept = families.placed(births), births.log_odds
    for _ in range(60):
        swept = families.sweep(placed, swept)
    raw, kept = families.at_knots(0, -1), np.array(shifts_of(families, edges, 0, -1))
    assert (np.diff(knots + raw) < 0).any()
    assert (np.diff(knots + kept) >= 0.1 * np.diff(knots) - 1e-9).all()
    assert (kept + knots).sum() == pytest.approx((raw + knots).sum())


def test_score_bins_hold_equally_many_expected_events():
    births = Births(20_000, 12)
    grouped = GroupedBirths.in_one_order(
        births.log_odds, births.event.astype(float), np.ones(20_000), *[np.zeros(20_000, dtype=np.intp)] * 3
    )
    inner = np.searchsorted(score_bins(grouped, 5), births.log_odds, side="right")
    expected = np.bincount(inner, weights=births.risk)
    np.testing.assert_allclose(expected / expected.sum(), 0.2, atol=0.002)


@pytest.mark.parametrize("distinct", [1, 2, FOLDS])
def test_risks_of_few_values_are_no_error(distinct):
    random = np.random.default_rng(13)
    risk = random.choice(np.linspace(0.1, 0.3, distinct), 2_000)
    adjustment = fit_subgroup_recalibration(risk, random.random(2_000) < risk, ["Black", "White"] * 1_000, None)
    assert len(adjustment.bins) >= 2


@pytest.mark.parametrize(
    "change",
    [
        {"risk": [0.1, np.nan]},
        {"risk": [0.1]},
        {"observed": [True, None]},
        {"observed": [0, 2]},
        {"ethnic_group": ["Black"]},
        {"sample_weight": [1.0, -1.0]},
    ],
)
def test_births_that_say_nothing_are_refused(change):
    asked = {"risk": [0.1, 0.2], "observed": [0, 1], "ethnic_group": ["Black", "White"], "sample_weight": None} | change
    with pytest.raises(UnusableBirths):
        fit_subgroup_recalibration(deprivation_quintile=None, **asked)
    asked["groups"] = asked.pop("ethnic_group")
    with pytest.raises(UnusableBirths):
        fit_group_intercept(**asked)
