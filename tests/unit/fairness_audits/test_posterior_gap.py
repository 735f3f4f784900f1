"""The gap as a posterior: right about what it claims, quiet where groups are alike."""

from __future__ import annotations

import numpy as np
import pytest

from fairness_audits.posterior_gap import gap_of_proportions, gap_of_ratios

EVENTS = (600, 250, 150, 90, 40, 15)
REPEATS = 150


def _sample(random: np.random.Generator, truth: tuple[float, ...]) -> dict[str, tuple[float, float]]:
    return {
        str(g): (float(random.binomial(n, p)), float(n)) for g, (n, p) in enumerate(zip(EVENTS, truth, strict=True))
    }


def test_groups_that_differ_are_covered():
    """Truths drawn from the spread that the prior expects: 95 % intervals hold at least 90 % of 150 (p > .001)."""
    random = np.random.default_rng(21)
    hits = 0
    for _ in range(REPEATS):
        truth = 1 / (1 + np.exp(-(-0.9 + 0.35 * random.standard_normal(6))))
        gap = gap_of_proportions(_sample(random, tuple(truth)), tolerance=0.05)
        hits += gap["low"] <= truth.max() - truth.min() <= gap["high"]
    assert hits / REPEATS >= 0.9


def test_a_fair_simulation_seldom_exceeds_the_tolerance():
    random = np.random.default_rng(22)
    called = [
        gap_of_proportions(_sample(random, (0.3,) * 6), tolerance=0.05)["probability_above"] > 0.95
        for _ in range(REPEATS)
    ]
    assert np.mean(called) <= 0.05


def test_it_overstates_less_than_the_largest_less_the_smallest():
    random = np.random.default_rng(23)
    samples = [_sample(random, (0.3,) * 6) for _ in range(50)]
    raw = [max(a / b for a, b in s.values()) - min(a / b for a, b in s.values()) for s in samples]
    expected = [gap_of_proportions(s, tolerance=0.05)["expected"] for s in samples]
    assert np.mean(expected) < 0.6 * np.mean(raw)


def test_a_large_gap_on_many_events_is_seen():
    gap = gap_of_proportions({"a": (900, 3000), "b": (300, 3000)}, tolerance=0.05)
    assert gap["probability_above"] > 0.99
    assert gap["expected"] == pytest.approx(0.2, abs=0.01)
    assert gap["high"] <= gap["conservative_high"] + 0.01


def test_the_same_counts_give_the_same_gap():
    counts = {"a": (30.0, 100.0), "b": (9.0, 40.0)}
    assert gap_of_proportions(counts, tolerance=0.05) == gap_of_proportions(counts, tolerance=0.05)


def test_one_group_has_no_gap():
    gap = gap_of_proportions({"a": (30, 100)}, tolerance=0.05)
    assert gap["expected"] is None
    assert gap["conservative_high"] is None


def test_the_gap_of_observed_over_expected():
    gap = gap_of_ratios({"a": (1000, 1000.0), "b": (1400, 1000.0)}, tolerance=0.2)
    assert gap["expected"] == pytest.approx(0.4, abs=0.02)
    assert gap["probability_above"] > 0.99
