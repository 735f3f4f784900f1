"""Intervals against the examples of the papers they come from, exact formulas, and their own coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm, t

from fairness_audits import intervals


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(part, whole, low, high):
    """Newcombe, Stat Med 1998;17:857, Table I, method 3."""
    found = intervals.wilson(part, whole)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_as_published(counts, low, high):
    """Newcombe, Stat Med 1998;17:873, Table II, method 10: all eight of its contrasts."""
    found = intervals.newcombe_difference(*counts)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_nothing_has_no_interval():
    assert math.isnan(intervals.wilson(0, 0).value)
    assert math.isnan(intervals.observed_to_expected_interval(0, 0, 0.1).low)


def test_events_needed_as_worked_out():
    """1.96^2 x 2 x .3 x .7 / .05^2 = 645.4."""
    assert intervals.events_needed(0.3, 0.05) == 646


def test_effective_number_of_equal_weights_is_the_number():
    assert intervals.effective(10 * 2.5, 10 * 2.5**2) == pytest.approx(10)


def test_observed_to_expected_is_near_the_log_scale_formula_where_events_are_many():
    """exp(+-1.96 sqrt((1 - O/N) / O)) times O:E (Debray, BMJ 2017;356:i6460)."""
    found = intervals.observed_to_expected_interval(800, 10_000, 0.07)
    ratio, error = 800 / 700, math.sqrt((1 - 0.08) / 800)
    assert found.low == pytest.approx(ratio * math.exp(-1.96 * error), rel=0.005)
    assert found.high == pytest.approx(ratio * math.exp(1.96 * error), rel=0.005)


def test_auroc_variance_is_delongs_row_by_row():
    random = np.random.default_rng(5)
    cases, others = np.round(random.normal(1, 1, 60), 1), np.round(random.normal(0, 1, 140), 1)
    compared = (cases[:, None] > others) + 0.5 * (cases[:, None] == others)
    area = compared.mean()
    of_cases, of_others = compared.mean(axis=1).var(ddof=1) / 60, compared.mean(axis=0).var(ddof=1) / 140
    variance = of_cases + of_others
    freedom = variance**2 / (of_cases**2 / 59 + of_others**2 / 139)
    levels = np.unique(np.r_[cases, others])
    counted = [np.array([(values == level).sum() for level in levels], dtype=float) for values in (cases, others)]
    found = intervals.auroc_interval(*counted, 60, 140)
    half = t.ppf(0.975, freedom) * math.sqrt(variance) / (area * (1 - area))
    logit = math.log(area / (1 - area))
    assert found.value == pytest.approx(area, abs=1e-12)
    assert (found.low, found.high) == pytest.approx([1 / (1 + math.exp(-logit - s * half)) for s in (-1, 1)], abs=1e-12)


def _holds_its_promise(hits: int, repeats: int) -> bool:
    return binomtest(hits, repeats, 0.95).pvalue > 0.001


REPEATS = 400


def test_proportions_and_their_differences_cover():
    random = np.random.default_rng(11)
    own = differ = ratio = 0
    for _ in range(REPEATS):
        first, second = random.binomial(400, 0.3), random.binomial(900, 0.25)
        wilson, gap = intervals.wilson(first, 400), intervals.newcombe_difference(first, 400, second, 900)
        expected = intervals.observed_to_expected_interval(first, 400, 0.24)
        own += wilson.low <= 0.3 <= wilson.high
        differ += gap.low <= 0.05 <= gap.high
        ratio += expected.low <= 0.3 / 0.24 <= expected.high
    assert all(_holds_its_promise(hits, REPEATS) for hits in (own, differ, ratio))


def test_auroc_and_brier_cover_on_binned_counts():
    """Risks in 40 bins; the truth is computed from the bins' own probabilities."""
    random = np.random.default_rng(12)
    risk = 1 / (1 + np.exp(-np.linspace(-4, 1, 40)))
    share = norm.pdf(np.linspace(-2, 2, 40))
    share /= share.sum()
    events, others = share * risk, share * (1 - risk)
    below = np.cumsum(others) - 0.5 * others
    area = (events * below).sum() / (events.sum() * others.sum())
    brier = (share * risk * (1 - risk)).sum()
    hits = np.zeros(2, dtype=int)
    for _ in range(REPEATS):
        women = random.multinomial(3000, share)
        had = random.binomial(women, risk).astype(float)
        had_not = women - had
        found = intervals.auroc_interval(had, had_not, had.sum(), had_not.sum())
        score = (had @ (1 - risk) ** 2 + had_not @ risk**2) / 3000
        spread = intervals.brier_interval(score, had, had_not, risk, 3000)
        hits += [found.low <= area <= found.high, spread.low <= brier <= spread.high]
    assert all(_holds_its_promise(int(n), REPEATS) for n in hits)


def test_perfect_order_claims_no_limits():
    found = intervals.auroc_interval(np.array([0.0, 9.0]), np.array([9.0, 0.0]), 9, 9)
    assert found.value == 1.0
    assert math.isnan(found.low)
