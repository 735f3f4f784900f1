"""What the fixed grid of risk bins costs AUROC: binned against exact, by how widely risks are spread.

    python -m benchmarks.audit_grid [--rows 100000] [--seeds 5]

Risks are normal in log-odds about 8 %, none tied; outcomes follow the risks told. Exact is scikit-learn's.
"""

from __future__ import annotations

import argparse

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from fairness_audits.risk_bins import bin_of
from models import metrics

SPREADS = (0.05, 0.1, 0.2, 0.3, 0.6, 0.9, 1.5, 2.5)


def cost(spread: float, rows: int, seed: int) -> tuple[float, float]:
    """Exact AUROC, and binned less exact."""
    random = np.random.default_rng(seed)
    risk = 1 / (1 + np.exp(-random.normal(-2.5, spread, rows)))
    observed = random.random(rows) < risk
    bins = pl.DataFrame({"risk": risk}).select(bin=bin_of(pl.col("risk")).cast(pl.Int64))["bin"].to_numpy()
    events, non_events = (np.bincount(bins[observed == is_event], minlength=1024) for is_event in (True, False))
    exact = float(roc_auc_score(observed, risk))
    return exact, float(metrics.auroc(events, non_events)) - exact


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    print("| spread of risks (SD of log-odds) | AUROC | largest distance of binned from exact |")
    print("| --- | --- | --- |")
    for spread in SPREADS:
        runs = [cost(spread, asked.rows, seed) for seed in range(asked.seeds)]
        mean, furthest = np.mean([exact for exact, _ in runs]), max(abs(off) for _, off in runs)
        print(f"| {spread} | {mean:.3f} | {furthest:.1e} |")


if __name__ == "__main__":
    main()
