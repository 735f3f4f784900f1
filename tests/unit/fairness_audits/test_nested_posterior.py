"""Categories within groups: each shrinks to its own group; the posterior is that of the model worked out in full."""

from __future__ import annotations

import numpy as np
import pytest

from fairness_audits.nested_posterior import nested_draws, systematic
from fairness_audits.posterior_gap import gap_of_proportions

PARENT = np.array([0, 0, 0, 1, 1, 2])
SPREADS = np.array([0.05, 0.3, 0.9])


def _flat(spread: np.ndarray) -> np.ndarray:
    return np.zeros(spread.size)


def _exact_means(centre: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Posterior means by brute force: for each pair of spreads the joint normal of all categories, weighed and summed.

    The flat common mean is a normal with a variance of a million; the weight is the density of the estimates.
    """
    same = (PARENT[:, None] == PARENT[None, :]).astype(float)
    means, log_weights = [], []
    for of_groups in SPREADS:
        for within in SPREADS:
            truth = 1e6 + of_groups**2 * same + within**2 * np.eye(6)
            seen = truth + np.diag(variance)
            means.append(truth @ np.linalg.solve(seen, centre))
            log_weights.append(-0.5 * (np.linalg.slogdet(seen)[1] + centre @ np.linalg.solve(seen, centre)))
    weights = np.exp(np.array(log_weights) - max(log_weights))
    return (weights / weights.sum()) @ np.array(means)


def test_means_are_those_of_the_joint_normal_worked_out_in_full():
    random = np.random.default_rng(91)
    centre, variance = random.normal(-1, 0.6, 6), random.uniform(0.02, 0.4, 6)
    drawn = nested_draws(centre, variance, PARENT, spreads=SPREADS, log_prior=_flat, seed=1, draws=60_000)
    assert drawn.mean(axis=0) == pytest.approx(_exact_means(centre, variance), abs=0.01)


def test_a_small_category_is_drawn_towards_its_own_group():
    """Two groups far apart; a category without events of its own lies near the group that it is part of."""
    counts = {"a1": (300, 1000), "a2": (290, 1000), "a3": (1, 3), "b1": (700, 1000), "b2": (710, 1000), "b3": (1, 3)}
    parents = {name: name[0] for name in counts}
    part, whole = np.array(list(counts.values()), dtype=float).T
    centre = np.log((part + 0.5) / (whole - part + 0.5))
    variance = 1 / (part + 0.5) + 1 / (whole - part + 0.5)
    drawn = nested_draws(
        centre,
        variance,
        np.array([0, 0, 0, 1, 1, 1]),
        spreads=np.geomspace(0.001, 4, 40),
        log_prior=_flat,
        seed=1,
        draws=4000,
    )
    share = 1 / (1 + np.exp(-drawn.mean(axis=0)))
    assert share[2] < 0.42
    assert share[5] > 0.58
    assert gap_of_proportions(counts, tolerance=0.05, parents=parents)["low"] > 0.35


def test_parents_that_tell_nothing_change_nothing():
    counts = {"a": (30.0, 100.0), "b": (9.0, 40.0), "c": (20.0, 50.0)}
    flat = gap_of_proportions(counts, tolerance=0.05)
    assert gap_of_proportions(counts, tolerance=0.05, parents=dict.fromkeys(counts, "all")) == flat
    assert gap_of_proportions(counts, tolerance=0.05, parents={name: name for name in counts}) == flat


def test_the_same_counts_give_the_same_gap():
    counts = {"a": (30.0, 100.0), "b": (9.0, 40.0), "c": (20.0, 50.0)}
    parents = {"a": "x", "b": "x", "c": "y"}
    assert gap_of_proportions(counts, tolerance=0.1, parents=parents) == gap_of_proportions(
        counts, tolerance=0.1, parents=parents
    )


def test_its_interval_covers_a_gap_drawn_from_the_model():
    """Groups with SD .3, categories within them with SD .2: of 100 gaps at least 87 are held (95 %, p > .001)."""
    random = np.random.default_rng(92)
    hits = 0
    for _ in range(100):
        truth = -0.9 + 0.3 * random.standard_normal(3)[PARENT] + 0.2 * random.standard_normal(6)
        truth = 1 / (1 + np.exp(-truth))
        events = np.array([600, 200, 60, 150, 40, 90])
        counts = {
            f"{n}": (float(random.binomial(e, p)), float(e)) for n, (e, p) in enumerate(zip(events, truth, strict=True))
        }
        gap = gap_of_proportions(counts, tolerance=0.05, parents={f"{n}": f"{PARENT[n]}" for n in range(6)})
        hits += gap["low"] <= truth.max() - truth.min() <= gap["high"]
    assert hits >= 87


def test_systematic_places_follow_the_weights():
    assert np.bincount(systematic(np.array([0.2, 0.5, 0.3]), 1000)).tolist() == [200, 500, 300]
