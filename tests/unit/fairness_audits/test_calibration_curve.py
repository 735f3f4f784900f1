"""Calibration curves: the risk told beside the risk seen, never bent by leaving bands out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from fairness_audits.audit import audit
from fairness_audits.figures import figure
from fairness_audits.intervals import wilson
from fairness_audits.policy import DEFAULT_POLICY


def _curves(sizes: dict[str, int], policy) -> dict:
    random = np.random.default_rng(17)
    group = np.repeat(list(sizes), list(sizes.values()))
    risk = 1 / (1 + np.exp(-random.normal(-1.5, 0.8, group.size)))
    frame = pl.DataFrame(
        {
            "pregnancy_id": np.arange(group.size).astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "observed": random.random(group.size) < risk,
            "ethnic_group": group,
        }
    )
    return {curve.group: curve for curve in audit(frame, policy).curves}


def test_a_calibrated_model_lies_on_the_line():
    curve = _curves({"White": 20_000}, DEFAULT_POLICY)["Everyone"]
    assert len(curve.points) == 10
    assert all(point.seen.low - 0.01 <= point.told.value <= point.seen.high + 0.01 for point in curve.points)


def test_smaller_groups_have_fewer_bands_that_still_hold_all_their_women():
    curves = _curves({"White": 20_000, "Black": 260, "Other": 12}, DEFAULT_POLICY)
    assert len(curves["Black"].points) in (2, 5)
    assert abs(sum(point.women for point in curves["Black"].points) - 260) <= 15
    assert curves["Other"].points == ()


def test_weighted_women_are_seen_as_told_by_weight():
    """Two risks, so two bands whose women are known: the share seen is their weighted share, its size effective."""
    random = np.random.default_rng(2)
    low = np.arange(4000) < 2000
    observed, weight = random.random(4000) < np.where(low, 0.05, 0.4), random.uniform(0.2, 5.0, 4000)
    frame = pl.DataFrame(
        {
            "pregnancy_id": np.arange(4000).astype(str),
            "outcome": "preterm_birth",
            "risk": np.where(low, 0.05, 0.4),
            "observed": observed,
            "ethnic_group": "White",
            "weight": weight,
        }
    )
    points = audit(frame, replace(DEFAULT_POLICY, disclosure="none")).curves[0].points
    assert [point.women for point in points] == [2000, 2000]
    for point, band in zip(points, (low, ~low), strict=True):
        share = float(weight[band & observed].sum() / weight[band].sum())
        size = float(weight[band].sum() ** 2 / (weight[band] ** 2).sum())
        assert point.seen == figure("event_rate", wilson(share * size, size))
