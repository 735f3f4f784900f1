"""Figures from counts against MetricFrame, scikit-learn, exact fractions and DeLong on rows, whatever the women."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

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
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t
from sklearn.metrics import accuracy_score, brier_score_loss, precision_score, roc_auc_score

from fairness_audits import intervals
from fairness_audits.audit import audit
from fairness_audits.counts import count_predictions
from fairness_audits.levels import EVERYONE, levels_in
from fairness_audits.policy import DEFAULT_POLICY, OperatingPoint
from fairness_audits.tallies import Distribution, Tally, distributions, flagged_share, tallies
from models import metrics

ON = datetime.date(2026, 1, 31)
THRESHOLD = 0.25
GROUPS = ("White", "Asian", "Black", "Mixed", "Other")
NAMED = {
    "flag_rate": selection_rate,
    "sensitivity": true_positive_rate,
    "specificity": true_negative_rate,
    "false_positive_rate": false_positive_rate,
    "miss_rate": false_negative_rate,
    "positive_predictive_value": precision_score,
    "accuracy": accuracy_score,
}

Woman = tuple[str, float, bool, float]

# Few distinct risks, one of them the threshold, so that most women are tied with others.
women = st.lists(
    st.tuples(
        st.sampled_from(GROUPS),
        st.sampled_from([0.0, 0.1, 0.2499999, THRESHOLD, 0.3, 0.7, 1.0]),
        st.booleans(),
        st.sampled_from([1.0, 0.3, 2.7, 1e-3, 40.0]),
    ),
    min_size=1,
    max_size=80,
)


def _table(rows: Sequence[Woman]) -> pl.DataFrame:
    schema = {"ethnic_group": pl.String, "risk": pl.Float64, "observed": pl.Boolean, "weight": pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pregnancy_id=pl.int_range(frame.height).cast(pl.String), outcome=pl.lit("preterm_birth"))


def _tallied(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, Tally]]:
    counts = count_predictions(frame, cell_columns=("ethnic_group",), thresholds=(THRESHOLD,), as_of=ON)
    ((_, rows),) = counts.sections()
    rows = flagged_share(rows, OperatingPoint(kind="risk", value=THRESHOLD), counts.thresholds)
    (level,) = levels_in(counts.frame, group_by=("ethnic_group",), group_scheme="not given")
    return rows, tallies(rows, level)


def _ours(tally: Tally) -> dict[str, float]:
    """Not rounded, not disguised."""
    w = tally.weight
    sensitivity = metrics.sensitivity(w["found"], w["evaluated_events"])
    specificity = metrics.specificity(w["cleared"], w["evaluated_non_events"])
    values = {
        "flag_rate": metrics.flag_rate(w["flagged"], w["evaluated"]),
        "sensitivity": sensitivity,
        "specificity": specificity,
        "false_positive_rate": metrics.flag_rate(w["false_alarms"], w["evaluated_non_events"]),
        "miss_rate": metrics.sensitivity(w["missed"], w["evaluated_events"]),
        "positive_predictive_value": metrics.positive_predictive_value(w["found"], w["followed_flagged"]),
        "accuracy": metrics.flag_rate(w["found"] + w["cleared"], w["evaluated_events"] + w["evaluated_non_events"]),
    }
    return {name: float(value) for name, value in values.items()}


def _exact(rows: Sequence[Woman]) -> dict[str, float]:
    """Worked out in fractions; NaN where nobody is there to be counted, where MetricFrame says 0."""

    def total(**wanted: bool) -> Fraction:
        return sum(
            (
                Fraction(weight)
                for _, risk, observed, weight in rows
                if wanted.get("flagged", risk >= THRESHOLD) == (risk >= THRESHOLD)
                and wanted.get("observed", observed) == observed
            ),
            Fraction(0),
        )

    shares = {
        "flag_rate": (total(flagged=True), total()),
        "sensitivity": (total(flagged=True, observed=True), total(observed=True)),
        "specificity": (total(flagged=False, observed=False), total(observed=False)),
        "false_positive_rate": (total(flagged=True, observed=False), total(observed=False)),
        "miss_rate": (total(flagged=False, observed=True), total(observed=True)),
        "positive_predictive_value": (total(flagged=True, observed=True), total(flagged=True)),
        "accuracy": (total(flagged=True, observed=True) + total(flagged=False, observed=False), total()),
    }
    return {name: float(part / whole) if whole else math.nan for name, (part, whole) in shares.items()}


@settings(max_examples=100, deadline=None)
@given(women)
def test_figures_at_a_threshold_are_exact(rows):
    """Weights, ties on the threshold, and groups of whom some, or all, are absent."""
    _, found = _tallied(_table(rows))
    assert set(found) == {group for group, *_ in rows}
    for group, tally in found.items():
        expected = _exact([row for row in rows if row[0] == group])
        for name, value in _ours(tally).items():
            assert value == pytest.approx(expected[name], abs=1e-12, nan_ok=True), (group, name)


@pytest.mark.filterwarnings("ignore:Precision is ill-defined")
@pytest.mark.parametrize("seed", range(8))
def test_figures_at_a_threshold_are_metricframes(seed):
    """Each seed leaves one group out of the table, or without an event, or both, and weights every second one."""
    random = np.random.default_rng(seed)
    present = [group for number, group in enumerate(GROUPS) if number != seed % 5]
    size = 300
    group = random.choice(present, size)
    risk = np.round(1 / (1 + np.exp(-random.normal(-1.2, 1.0, size))), 2)
    observed = (random.random(size) < risk) & (group != GROUPS[(seed + 2) % 5])
    weight = random.uniform(0.01, 5.0, size) if seed % 2 else np.ones(size)
    _, found = _tallied(
        _table(list(zip(group.tolist(), risk.tolist(), observed.tolist(), weight.tolist(), strict=True)))
    )
    expected = MetricFrame(
        metrics=NAMED,
        y_true=observed,
        y_pred=risk >= THRESHOLD,
        sensitive_features=group,
        sample_params={name: {"sample_weight": weight} for name in NAMED},
    ).by_group
    assert set(found) == set(expected.index)
    for name, tally in found.items():
        for figure, value in _ours(tally).items():
            if not math.isnan(value):
                assert value == pytest.approx(expected.loc[name, figure], abs=1e-12), (name, figure)


@settings(max_examples=50, deadline=None)
@given(women)
def test_brier_score_and_observed_over_expected_are_exact(rows):
    frame, (counted, found) = _table(rows), _tallied(_table(rows))
    whole = distributions(counted, None)[EVERYONE]
    total = whole.events.sum() + whole.non_events.sum()
    brier = metrics.brier_score(whole.events.sum(), whole.risk_of_events, whole.squared_risk, total)
    event, risk, weight = (frame[name].to_numpy() for name in ("observed", "risk", "weight"))
    expected = brier_score_loss(event, risk, sample_weight=weight, labels=[False, True])
    assert float(brier) == pytest.approx(expected, abs=1e-12)
    for group, tally in found.items():
        mine = [(r, o, w) for name, r, o, w in rows if name == group]
        told = sum((Fraction(r) * Fraction(w) for r, _, w in mine), Fraction(0))
        seen = sum((Fraction(w) for _, o, w in mine if o), Fraction(0))
        ratio = metrics.observed_to_expected(
            tally.weight["scored_events"], tally.mean_risk * tally.weight["scored_ascertained"]
        )
        assert float(ratio) == pytest.approx(float(seen / told) if told else math.nan, rel=1e-12, nan_ok=True)


@pytest.fixture(scope="module", params=[0.1, 0.3, 0.6, 0.9, 1.5, 2.5])
def spread(request) -> tuple[float, np.ndarray, np.ndarray]:
    """The standard deviation of the log-odds of risk; 100,000 risks, none tied; outcomes."""
    random = np.random.default_rng(6)
    risk = 1 / (1 + np.exp(-random.normal(-2.5, request.param, 100_000)))
    return request.param, risk, random.random(100_000) < risk


def _distribution(risk: np.ndarray, observed: np.ndarray) -> Distribution:
    frame = _table([("White", 0.5, True, 1.0)]).join(pl.DataFrame({"r": risk, "o": observed}), how="cross")
    numbered = frame.with_columns(
        pregnancy_id=pl.int_range(frame.height).cast(pl.String), risk=pl.col("r"), observed=pl.col("o")
    ).drop("r", "o")
    return distributions(_tallied(numbered)[0], None)[EVERYONE]


def test_what_the_fixed_grid_costs_auroc(spread):
    """Bins are 0.0196 wide in log-odds. Risks bunched within a tenth of log-odds lose most, and still under 5e-4."""
    deviation, risk, observed = spread
    bins = _distribution(risk, observed)
    lost = abs(float(metrics.auroc(bins.events, bins.non_events)) - roc_auc_score(observed, risk))
    assert lost < 5e-4
    if deviation >= 0.6:
        assert lost < 5e-5


def test_delongs_variance_is_that_of_the_rows(spread):
    """DeLong 1988 worked out from the placements of every row, none binned.

    The width is the same to 5 in 1,000. The interval is shifted, with the area, by less than 3 % of its width: in a
    sample this small the order of women within a bin is luck, and a bin does not keep it.
    """
    _, risk, observed = spread
    risk, observed = risk[:6000], observed[:6000]
    cases, others = np.sort(risk[observed]), np.sort(risk[~observed])
    above = np.searchsorted(others, cases) / others.size
    below = 1 - np.searchsorted(cases, others) / cases.size
    area = above.mean()
    of_cases, of_others = above.var(ddof=1) / cases.size, below.var(ddof=1) / others.size
    variance = of_cases + of_others
    freedom = variance**2 / (of_cases**2 / (cases.size - 1) + of_others**2 / (others.size - 1))
    half = t.ppf(0.975, freedom) * math.sqrt(variance) / (area * (1 - area))
    limits = [1 / (1 + math.exp(-(math.log(area / (1 - area)) + side * half))) for side in (-1, 1)]
    bins = _distribution(risk, observed)
    found = intervals.auroc_interval(bins.events, bins.non_events, bins.effective_events, bins.effective_non_events)
    width = limits[1] - limits[0]
    assert (found.low, found.high) == pytest.approx(limits, abs=0.03 * width)
    assert found.high - found.low == pytest.approx(width, rel=5e-3)


@settings(max_examples=50, deadline=None)
@given(women)
def test_risks_in_bins_of_their_own_lose_nothing_of_auroc(rows):
    """Seven distinct risks, none in the bin of another: ties count a half, as scikit-learn counts them."""
    frame, (counted, _) = _table(rows), _tallied(_table(rows))
    bins = distributions(counted, None)[EVERYONE]
    event, risk, weight = (frame[name].to_numpy() for name in ("observed", "risk", "weight"))
    if len(set(event.tolist())) == 2:
        expected = roc_auc_score(event, risk, sample_weight=weight)
        assert float(metrics.auroc(bins.events, bins.non_events)) == pytest.approx(expected, abs=1e-12)
    else:
        assert math.isnan(float(metrics.auroc(bins.events, bins.non_events)))


def test_weighted_intervals_use_effective_numbers():
    """Weights cost information: the weighted interval is wider than the unweighted one of the same women."""
    random = np.random.default_rng(4)
    risk = np.round(1 / (1 + np.exp(-random.normal(-1.5, 1.0, 4000))), 2)
    observed = random.random(4000) < risk
    group, weight = random.choice(GROUPS, 4000), random.uniform(0.2, 3.0, 4000)
    frame = _table(list(zip(group.tolist(), risk.tolist(), observed.tolist(), weight.tolist(), strict=True)))
    policy = replace(DEFAULT_POLICY, disclosure="none")
    widths = []
    for table in (frame, frame.with_columns(weight=pl.lit(1.0))):
        report = audit(table, policy, as_of=ON)
        found = report.group(report.models[0])["event_rate"]
        widths.append(found.high - found.low)
    assert widths[0] > widths[1]
