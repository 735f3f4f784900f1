"""A group's difference over sites: within, between, and how far sites differ."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2

from fairness_audits.audit import audit
from fairness_audits.heterogeneity import heterogeneity
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.replicates import cluster_totals, standard_error_limits

ON = datetime.date(2026, 1, 31)
EXACT = replace(DEFAULT_POLICY, disclosure="none", group_by=("ethnic_group",))


@pytest.fixture
def at_sites(table, audited):
    """An audit of (group, site) cells told by their counts; the gap of one group."""

    def run(cells: dict, group: str = "Black", policy=EXACT) -> dict:
        frames = []
        for number, ((name, site), counts) in enumerate(cells.items()):
            frame = table({name: counts}).with_columns(site=pl.lit(site))
            frames.append(frame.with_columns(pregnancy_id=pl.lit(f"{number}-") + pl.col("pregnancy_id")))
        report = audit(pl.concat(frames), policy, as_of=ON)
        return {gap.estimand: gap for gap in report.site_gaps if gap.group == group}

    return run


def _cell(events: int, found: float) -> dict:
    return {"found": round(events * found), "missed": round(events * (1 - found)), "cleared": 9 * events}


def test_a_difference_between_sites_only_is_all_between(at_sites):
    """At each site both groups are found alike; Black women give birth where fewer are found."""
    gap = at_sites(
        {
            ("White", "A"): _cell(800, 0.5),
            ("Black", "A"): _cell(100, 0.5),
            ("White", "B"): _cell(200, 0.2),
            ("Black", "B"): _cell(300, 0.2),
        }
    )["sensitivity"]
    assert gap.within.value == 0
    assert gap.crude.value == round((50 + 60) / 400 - (400 + 40) / 1000, 3)
    assert gap.between.value == gap.crude.value
    assert gap.within.low < 0 < gap.within.high
    assert gap.between.high < 0


def test_a_difference_within_sites_only_is_all_within(at_sites):
    """Mantel and Haenszel by hand: both sites differ by .3, so whatever the weights it is .3."""
    gap = at_sites(
        {
            ("White", "A"): _cell(800, 0.5),
            ("Black", "A"): _cell(80, 0.2),
            ("White", "B"): _cell(400, 0.5),
            ("Black", "B"): _cell(40, 0.2),
        }
    )["sensitivity"]
    assert (gap.within.value, gap.between.value, gap.crude.value) == (-0.3, 0.0, -0.3)
    assert gap.within.high < 0


def test_the_parts_make_the_whole(at_sites):
    cells = {
        ("White", "A"): _cell(810, 0.5),
        ("Black", "A"): _cell(90, 0.3),
        ("White", "B"): _cell(300, 0.3),
        ("Black", "B"): _cell(200, 0.25),
        ("White", "C"): _cell(120, 0.6),
        ("Black", "C"): _cell(60, 0.45),
    }
    found = at_sites(cells)
    gap, ratio = found["sensitivity"], found["observed_to_expected"]
    assert gap.within.value + gap.between.value == pytest.approx(gap.crude.value, abs=1.01e-3)
    assert ratio.within.value * ratio.between.value == pytest.approx(ratio.crude.value, abs=0.02)
    # Weights by hand: 90 x 810 / 900, 200 x 300 / 500, 60 x 120 / 180.
    weights = np.array([81.0, 120.0, 40.0])
    differences = np.array([27 / 90 - 405 / 810, 50 / 200 - 90 / 300, 27 / 60 - 72 / 120])
    assert gap.within.value == pytest.approx(weights @ differences / weights.sum(), abs=5.01e-4)


def test_few_sites_claim_no_interval_over_sites(at_sites):
    cells = {(g, s): _cell(200, 0.3) for s in "ABC" for g in ("White", "Black")}
    gap = at_sites(cells)["sensitivity"]
    assert (gap.sites, gap.crude.low, gap.crude.high) == (3, None, None)
    many = {(g, f"S{s}"): _cell(100, 0.3 + 0.02 * (s % 3)) for s in range(12) for g in ("White", "Black")}
    gap = at_sites(many)["sensitivity"]
    assert gap.crude.low <= gap.crude.value <= gap.crude.high


def test_sites_too_small_to_print_are_pooled_and_only_counted(at_sites):
    cells = {(g, "Large"): _cell(1000, 0.3) for g in ("White", "Black")}
    cells |= {(g, f"Village {n}"): _cell(10, 0.3) for n in range(12) for g in ("White", "Black")}
    gap = at_sites(cells, policy=replace(EXACT, disclosure="msds"))["sensitivity"]
    assert (gap.sites, gap.pooled, gap.left_out) == (1, 12, 0)
    assert "Village" not in str(gap.to_dict())


def test_one_site_has_nothing_to_split(at_sites):
    assert at_sites({("White", "A"): _cell(100, 0.3), ("Black", "A"): _cell(100, 0.3)}) == {}


def test_cochrans_q_as_worked_out_by_hand():
    """Effects 1, 2, 4 with variances 1, 1, .5: mean (1 + 2 + 8) / 4 = 2.75; Q = 3.0625 + .5625 + 2 x 1.5625 = 6.75."""
    found = heterogeneity(np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 0.5]))
    assert (found.q, found.degrees, found.i_squared) == (6.75, 2, round(4.75 / 6.75, 3))
    assert found.p_value == round(float(chi2.sf(6.75, 2)), 4)


@pytest.mark.parametrize("scheme", ["multinomial", "poisson"])
def test_drawing_whole_clusters_widens_what_is_alike_within_them(scheme):
    """Ten clusters of a hundred alike: a share of a half varies as if of ten women, sqrt(.25 / 10), not of 1,000."""
    table = np.repeat([[100.0, 100.0], [0.0, 100.0]], 5, axis=0)
    totals = cluster_totals(table, draws=4000, scheme=scheme)
    share = totals[:, 0] / totals[:, 1]
    assert share.std() == pytest.approx((0.25 / 10) ** 0.5, rel=0.12)


def test_limits_over_ten_sites_hold_the_truth():
    """Ten sites of 200 events whose rates differ (SD .1): of 300 samples, as many as 95 % allows (p > .001)."""
    random = np.random.default_rng(71)
    hits = 0
    for _ in range(300):
        rates = np.clip(random.normal(0.4, 0.1, 10), 0.05, 0.95)
        table = np.stack([random.binomial(200, rates), np.full(10, 200)], axis=1).astype(float)
        totals = cluster_totals(table, draws=400)
        limits = standard_error_limits(table[:, 0].sum() / 2000, totals[:, 0] / totals[:, 1], clusters=10)
        hits += limits.low <= 0.4 <= limits.high
    assert 0.91 <= hits / 300 <= 0.98
