"""The audit's figures against fairlearn's MetricFrame and scikit-learn: weights, ties, and a group without events."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from sklearn.metrics import brier_score_loss, precision_score, roc_auc_score

from fairness_audits.audit import audit
from fairness_audits.counts import count_predictions
from fairness_audits.levels import levels_in
from fairness_audits.policy import DEFAULT_POLICY, OperatingPoint
from fairness_audits.tallies import distributions, flagged_share, tallies
from models import metrics

ON = datetime.date(2026, 1, 31)
THRESHOLD = 0.25


@pytest.fixture(scope="module", params=[False, True], ids=["unweighted", "weighted"])
def births(request) -> pl.DataFrame:
    """4,000 women in five groups; risks in hundredths, some on the threshold; nobody of 'Other' had the outcome."""
    random = np.random.default_rng(4)
    group = random.choice(["White", "Asian", "Black", "Mixed", "Other"], 4000, p=[0.6, 0.2, 0.1, 0.07, 0.03])
    risk = np.round(1 / (1 + np.exp(-random.normal(-1.5, 1.0, 4000))), 2).clip(0.01, 0.99)
    observed = (random.random(4000) < risk) & (group != "Other")
    return pl.DataFrame(
        {
            "pregnancy_id": np.arange(4000).astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "observed": observed,
            "ethnic_group": group,
            "weight": random.uniform(0.2, 3.0, 4000) if request.param else np.ones(4000),
        }
    )


@pytest.fixture(scope="module")
def counted(births):
    counts = count_predictions(births, cell_columns=("ethnic_group",), thresholds=(THRESHOLD,), as_of=ON)
    ((_, rows),) = counts.sections()
    level = levels_in(counts.frame, group_by=("ethnic_group",), group_scheme="not given")[0]
    rows = flagged_share(rows, OperatingPoint(kind="risk", value=THRESHOLD), counts.thresholds)
    return tallies(rows, level), distributions(rows, level)


def test_figures_at_a_threshold_are_metricframes(births, counted):
    frame = births.to_pandas()
    named = {
        "flag_rate": selection_rate,
        "sensitivity": true_positive_rate,
        "specificity": true_negative_rate,
        "false_positive_rate": false_positive_rate,
        "miss_rate": false_negative_rate,
        "precision": precision_score,
    }
    expected = MetricFrame(
        metrics=named,
        y_true=frame["observed"],
        y_pred=frame["risk"] >= THRESHOLD,
        sensitive_features=frame["ethnic_group"],
        sample_params={name: {"sample_weight": frame["weight"]} for name in named},
    ).by_group
    for group, tally in counted[0].items():
        w = tally.weight
        ours = {
            "flag_rate": metrics.flag_rate(w["flagged"], w["evaluated"]),
            "specificity": metrics.specificity(w["cleared"], w["evaluated_non_events"]),
            "false_positive_rate": w["false_alarms"] / w["evaluated_non_events"],
            "precision": metrics.positive_predictive_value(w["found"], w["followed_flagged"]),
        }
        if group != "Other":
            ours["sensitivity"] = metrics.sensitivity(w["found"], w["evaluated_events"])
            ours["miss_rate"] = w["missed"] / w["evaluated_events"]
        for name, value in ours.items():
            assert value == pytest.approx(expected.loc[group, name], abs=1e-12), (group, name)


def test_a_group_without_events_has_no_sensitivity(counted):
    """MetricFrame says 0; nobody was there to be found."""
    w = counted[0]["Other"].weight
    assert np.isnan(metrics.sensitivity(w["found"], w["evaluated_events"]))


def test_brier_is_exact_and_auroc_within_its_grid(births, counted):
    for group, bins in counted[1].items():
        part = births.filter(pl.col("ethnic_group") == group)
        event, risk, weight = (part[name].to_numpy() for name in ("observed", "risk", "weight"))
        total = bins.events.sum() + bins.non_events.sum()
        brier = metrics.brier_score(bins.events.sum(), bins.risk_of_events, bins.squared_risk, total)
        assert brier == pytest.approx(brier_score_loss(event, risk, sample_weight=weight), abs=1e-12)
        if group != "Other":
            # Hundredths lie in bins of their own, so even AUROC is exact here.
            expected = roc_auc_score(event, risk, sample_weight=weight)
            assert metrics.auroc(bins.events, bins.non_events) == pytest.approx(expected, abs=1e-12)


def test_auroc_of_continuous_risks_is_within_1e_4():
    """4e-5 here: bins are .0196 wide in log-odds."""
    random = np.random.default_rng(6)
    risk = 1 / (1 + np.exp(-random.normal(-2.5, 0.9, 100_000)))
    observed = random.random(100_000) < risk
    frame = pl.DataFrame(
        {
            "pregnancy_id": np.arange(100_000).astype(str),
            "outcome": "preterm_birth",
            "risk": risk,
            "observed": observed,
            "ethnic_group": random.choice(["White", "Black"], 100_000),
        }
    )
    ((_, rows),) = count_predictions(frame, cell_columns=("ethnic_group",), as_of=ON).sections()
    bins = distributions(rows, None)["Everyone"]
    assert metrics.auroc(bins.events, bins.non_events) == pytest.approx(roc_auc_score(observed, risk), abs=1e-4)


def test_weighted_intervals_use_effective_numbers(births):
    """Weights cost information: the weighted interval is wider than the unweighted one of the same women."""
    policy = replace(DEFAULT_POLICY, disclosure="none")
    weighted = audit(births, policy, as_of=ON)
    plain = audit(births.with_columns(weight=pl.lit(1.0)), policy, as_of=ON)
    widths = []
    for report in (weighted, plain):
        found = report.group(report.models[0])["event_rate"]
        widths.append(found.high - found.low)
    if weighted.data.is_weighted:
        assert widths[0] > widths[1]
    else:
        assert widths[0] == widths[1]
