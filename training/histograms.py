"""Reference histograms of predictors: what the model was fitted on, coarse and rounded so that nobody is in them.

Monitoring compares live inputs with these. Counts of 1 to 7 are shown as 5 and others rounded to 5, the rule NHS
England publishes maternity indicators by.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from records.concepts import CONCEPTS

__all__ = ["reference_histograms"]

BINS = 10


def reference_histograms(known: pl.DataFrame, predictors: Sequence[str]) -> dict[str, dict[str, int]]:
    """For each predictor, a rounded count by bin, level or flag, and of 'not recorded'."""
    return {name: _histogram(name, known[name]) for name in predictors}


def _histogram(name: str, column: pl.Series) -> dict[str, int]:
    recorded = column.drop_nulls()
    if CONCEPTS[name].kind in ("quantity", "count"):
        counted = _binned(recorded)
    else:
        counted = {str(level).lower(): int(count) for level, count in recorded.value_counts().sort(name).iter_rows()}
    counted["not recorded"] = column.null_count()
    return {label: _rounded(count) for label, count in counted.items()}


def _binned(recorded: pl.Series) -> dict[str, int]:
    if recorded.is_empty():
        return {}
    values = recorded.cast(pl.Float64).to_numpy()
    # The outermost centiles are the ends, so that no bin's edge is one woman's value.
    low, high = np.floor(np.quantile(values, 0.01)), np.ceil(np.quantile(values, 0.99))
    edges = np.unique(np.linspace(low, max(high, low + 1), BINS + 1).round(1))
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    return {f"{left:g} to {right:g}": int(n) for left, right, n in zip(edges, edges[1:], counts, strict=False)}


def _rounded(count: int) -> int:
    return 5 if 1 <= count <= 7 else 5 * round(count / 5)
