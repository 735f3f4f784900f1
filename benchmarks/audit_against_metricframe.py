"""A disparity audit's intervals from counts, against fairlearn's MetricFrame with its own bootstrap, side by side.

    python benchmarks/audit_against_metricframe.py [--births 100000] [--replicates 1000] [--measured 3]

Eight groups; seven figures at a threshold, AUROC and Brier score; percentile limits from as many replicates. The cost
of MetricFrame is extrapolated from `--measured` replicates of its own bootstrap (each is one pass over the rows).
CPU seconds of one process; both sides start from the same arrays in memory.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import numpy as np
import polars as pl
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_negative_rate,
    true_positive_rate,
)
from sklearn.metrics import accuracy_score, brier_score_loss, precision_score, roc_auc_score

from fairness_audits.replicates import GroupCells, bootstrap_intervals
from fairness_audits.risk_bins import bin_of

GROUPS = 8
SHARES = (0.40, 0.22, 0.14, 0.10, 0.07, 0.04, 0.02, 0.01)
AT_THRESHOLD = {
    "flag_rate": selection_rate,
    "sensitivity": true_positive_rate,
    "false_positive_rate": false_positive_rate,
    "specificity": true_negative_rate,
    "miss_rate": false_negative_rate,
    "positive_predictive_value": precision_score,
    "accuracy": accuracy_score,
}
OF_RISK = {"auroc": roc_auc_score, "brier": brier_score_loss}


def births(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    random = np.random.default_rng(7)
    group = random.choice(GROUPS, number, p=SHARES)
    logit = random.normal(-2.2, 0.8, number) + 0.1 * group
    risk = 1 / (1 + np.exp(-logit))
    observed = random.random(number) < risk
    return risk, observed, group, float(np.quantile(risk, 0.9))


def from_counts(
    risk: np.ndarray, observed: np.ndarray, group: np.ndarray, threshold: float, replicates: int
) -> dict[str, dict[str, tuple[float, float]]]:
    """Bin, count and replicate: everything from the rows to the limits."""
    column = pl.col("risk")
    counts = (
        pl.DataFrame({"risk": risk, "observed": observed, "group": group})
        .lazy()
        .with_columns(bin=bin_of(column), flagged=column >= threshold)
        .group_by("group", "bin", "flagged")
        .agg(
            events=pl.col("observed").sum().cast(pl.Float64),
            n=pl.len().cast(pl.Float64),
            mean=column.mean(),
            squared=(column * column).mean(),
        )
        .sort("group", "bin", "flagged")
        .collect()
    )
    cells = {}
    for (name,), part in counts.partition_by("group", as_dict=True).items():
        events = part["events"].to_numpy()
        cells[str(name)] = GroupCells(
            events=events,
            non_events=part["n"].to_numpy() - events,
            flagged=part["flagged"].to_numpy().astype(float),
            risk=part["mean"].to_numpy(),
            squared_risk=part["squared"].to_numpy(),
        )
    return bootstrap_intervals(cells, draws=replicates)


def from_metricframe(
    risk: np.ndarray, observed: np.ndarray, group: np.ndarray, threshold: float, replicates: int
) -> None:
    options = {"n_boot": replicates, "ci_quantiles": [0.025, 0.975], "random_state": 0} if replicates else {}
    truth, flagged = observed.astype(int), (risk >= threshold).astype(int)
    MetricFrame(metrics=AT_THRESHOLD, y_true=truth, y_pred=flagged, sensitive_features=group, **options)
    MetricFrame(metrics=OF_RISK, y_true=truth, y_pred=risk, sensitive_features=group, **options)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--births", type=int, default=100_000)
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--measured", type=int, default=3, help="MetricFrame replicates to measure")
    chosen = parser.parse_args()
    table = births(chosen.births)
    from_counts(*table, 10)

    ours = min(_seconds(lambda: from_counts(*table, chosen.replicates)) for _ in range(3))
    once = _seconds(lambda: from_metricframe(*table, 0))
    measured = _seconds(lambda: from_metricframe(*table, chosen.measured))
    each = (measured - once) / chosen.measured
    theirs = once + each * chosen.replicates

    print(f"births {chosen.births:,}, groups {GROUPS}, figures {len(AT_THRESHOLD) + len(OF_RISK)}")
    print(f"from counts, {chosen.replicates:,} replicates: {ours:.3f} CPU s (best of 3)")
    print(f"MetricFrame, {chosen.measured} replicates measured: {each:.2f} CPU s each")
    print(f"MetricFrame, {chosen.replicates:,} replicates, extrapolated from those: {theirs:,.0f} CPU s")
    print(f"ratio: {theirs / ours:,.0f}")


def _seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


if __name__ == "__main__":
    main()
