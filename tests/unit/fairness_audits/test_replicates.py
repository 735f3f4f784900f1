"""The bootstrap by counts, against exact limits and against resampling the rows themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from fairness_audits.intervals import wilson
from fairness_audits.replicates import GroupCells, bootstrap_intervals, simultaneous_gap_bound


@pytest.fixture(scope="module")
def births() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    risk = 1 / (1 + np.exp(-random.normal(-1.5, 0.9, 2000)))
    return risk, random.random(2000) < risk


def _cells(risk: np.ndarray, observed: np.ndarray) -> GroupCells:
    order = np.argsort(risk)
    risk, observed = risk[order], observed[order]
    return GroupCells(
        events=observed.astype(float),
        non_events=(~observed).astype(float),
        flagged=(risk >= 0.3).astype(float),
        risk=risk,
        squared_risk=risk**2,
    )


def test_limits_are_those_of_resampled_rows(births):
    risk, observed = births
    random = np.random.default_rng(9)
    rows = [random.integers(0, 2000, 2000) for _ in range(400)]
    found = bootstrap_intervals({"all": _cells(risk, observed)}, draws=2000)["all"]
    for name, figure in (("auroc", roc_auc_score), ("brier", brier_score_loss)):
        low, high = np.quantile([figure(observed[r], risk[r]) for r in rows], [0.025, 0.975])
        width = high - low
        assert found[name] == pytest.approx((low, high), abs=0.15 * width)


def test_limits_of_a_proportion_are_near_wilsons(births):
    cells = _cells(*births)
    exact = wilson((cells.events * cells.flagged).sum(), cells.events.sum())
    low, high = bootstrap_intervals({"all": cells})["all"]["sensitivity"]
    assert (low, high) == pytest.approx((exact.low, exact.high), abs=0.01)


def test_the_same_counts_give_the_same_limits(births):
    cells = {"all": _cells(*births)}
    assert bootstrap_intervals(cells, draws=100) == bootstrap_intervals(cells, draws=100)


def test_multinomial_limits_are_those_of_poisson_where_women_are_many(births):
    """The number of women varies in the one and not in the other, which moves no share: 2,000 replicates agree."""
    cells = {"all": _cells(*births)}
    poisson, multinomial = (bootstrap_intervals(cells, draws=2000, scheme=s)["all"] for s in ("poisson", "multinomial"))
    for name in ("sensitivity", "specificity", "auroc", "brier"):
        width = poisson[name][1] - poisson[name][0]
        assert multinomial[name] == pytest.approx(poisson[name], abs=0.15 * width)


def test_multinomial_replicates_have_as_many_women_as_the_group(births):
    """Of 3 women who all had the outcome and were all flagged, every replicate is the same."""
    three = GroupCells(
        events=np.array([3.0]), non_events=np.zeros(1), flagged=np.ones(1), risk=np.ones(1), squared_risk=np.ones(1)
    )
    found = bootstrap_intervals({"three": three}, draws=50, scheme="multinomial")["three"]
    assert found["flag_rate"] == found["sensitivity"] == (1.0, 1.0)
    weighted = replace(three, events=np.array([3.4]))
    with pytest.raises(ValueError, match="whole women"):
        bootstrap_intervals({"three": weighted}, draws=50, scheme="multinomial")


def test_a_group_without_events_survives(births):
    risk, _ = births
    found = bootstrap_intervals({"none": _cells(risk, np.zeros(2000, dtype=bool))}, draws=50)["none"]
    assert np.isnan(found["sensitivity"]).all()
    assert np.isfinite(found["brier"]).all()


def test_the_gap_bound_holds_in_repeated_samples():
    """True gap .1; the bound is conservative: below it in at most 5 % of samples."""
    random = np.random.default_rng(10)
    truth = {"a": (0.35, 300), "b": (0.30, 120), "c": (0.25, 80)}
    below = 0
    for _ in range(200):
        bound = simultaneous_gap_bound(
            {g: (float(random.binomial(n, p)), float(n)) for g, (p, n) in truth.items()}, draws=500
        )
        below += bound < 0.1
    assert below <= 10


def test_no_bound_for_one_group():
    assert simultaneous_gap_bound({"a": (3, 10), "b": (0, 0)}) is None
