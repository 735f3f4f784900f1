"""Decision curves: exact at every threshold, beside each rule, everyone and nobody, within each group."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY, OperatingPoint

ON = datetime.date(2026, 1, 31)
DECLARED = (OperatingPoint(kind="risk", value=0.12), OperatingPoint(kind="risk", value=0.2))
EXACT = replace(DEFAULT_POLICY, disclosure="none", group_by=("ethnic_group",), operating_points=DECLARED)


@pytest.fixture(scope="module")
def births() -> pl.DataFrame:
    random = np.random.default_rng(52)
    risk = 1 / (1 + np.exp(-random.normal(-2.2, 0.9, 6000)))
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(6000).astype(str),
            "outcome": "preterm_birth",
            "scored_by": "model",
            "risk": risk,
            "observed": random.random(6000) < risk,
            "ethnic_group": random.choice(["White", "Black", "Other"], 6000, p=[0.8, 0.195, 0.005]),
        }
    )


@pytest.fixture(scope="module")
def with_rule(births) -> pl.DataFrame:
    rule = births.with_columns(scored_by=pl.lit("guideline:a_rule"), alert=pl.col("risk") > 0.3, risk=None)
    return pl.concat([births, rule], how="diagonal_relaxed")


def _by_hand(part: pl.DataFrame, threshold: float, flagged: np.ndarray) -> float:
    had = part["observed"].to_numpy()
    return float(((flagged & had).sum() - threshold / (1 - threshold) * (flagged & ~had).sum()) / had.size)


def test_every_point_is_exact(births, with_rule):
    for curve in audit(with_rule, EXACT, as_of=ON).decision_curves:
        part = births if curve.group == "Everyone" else births.filter(pl.col("ethnic_group") == curve.group)
        risk = part["risk"].to_numpy()
        assert curve.women == part.height
        for point in curve.points:
            threshold = point.threshold
            # A grid threshold is printed to five digits; its bin's edge is a hair away and no risk lies between.
            flagged = risk >= threshold if threshold in (0.12, 0.2) else risk >= threshold - 5e-6
            assert point.model.net_benefit.value == pytest.approx(_by_hand(part, threshold, flagged), abs=2e-4)
            everyone = np.ones(risk.size, dtype=bool)
            assert point.everyone.net_benefit.value == pytest.approx(_by_hand(part, threshold, everyone), abs=1e-4)
            ruled = _by_hand(part, threshold, risk > 0.3)
            assert point.rules["guideline:a_rule"].net_benefit.value == pytest.approx(ruled, abs=1e-4)


def test_declared_thresholds_are_points_and_one_is_in_use(births):
    curve = audit(births, EXACT, as_of=ON).decision_curves[0]
    thresholds = [point.threshold for point in curve.points]
    assert {0.12, 0.2} <= set(thresholds)
    assert thresholds == sorted(thresholds)
    assert [point.threshold for point in curve.points if point.is_in_use] == [0.12]
    assert 0.05 < thresholds[0] < 0.07 < 0.2 < thresholds[-1] < 0.25


def test_it_agrees_with_the_net_benefit_of_the_table(births):
    report = audit(births, EXACT, as_of=ON)
    for curve in report.decision_curves:
        at = next(point for point in curve.points if point.is_in_use)
        assert at.model.net_benefit == report.group(report.models[0], curve.group)["net_benefit"]


def test_the_gain_over_flagging_everyone_is_the_difference_of_the_two(births):
    for curve in audit(births, EXACT, as_of=ON).decision_curves:
        for point in curve.points:
            difference = point.model.net_benefit.value - point.everyone.net_benefit.value
            assert point.model_less_everyone.value == pytest.approx(difference, abs=1.01e-4)


def test_the_standardised_figure_is_the_share_of_the_event_rate(births):
    report = audit(births, EXACT, as_of=ON)
    for curve in report.decision_curves:
        for point in curve.points:
            rate = curve.events / curve.women
            assert point.model.standardised.value == pytest.approx(point.model.net_benefit.value / rate, abs=2e-3)


@pytest.mark.parametrize("disclosure", ["msds", "mhsds"])
def test_a_group_too_small_to_print_has_no_curve_to_read(births, disclosure):
    report = audit(births, replace(EXACT, disclosure=disclosure), as_of=ON)
    few = next(curve for curve in report.decision_curves if curve.group == "Other")
    assert all(point.model.net_benefit.value is None for point in few.points)
    assert all(point.model.standardised.is_hidden for point in few.points)


def test_a_rule_alone_has_no_curve(births):
    rule = births.with_columns(scored_by=pl.lit("guideline:a_rule"), alert=pl.col("risk") > 0.3, risk=None)
    assert audit(rule, EXACT, as_of=ON).decision_curves == ()
