"""Figures over folds: counts added up, discrimination within folds, and how far the folds differ beyond chance.

Risks of two folds come from two models and are not compared: AUROC is taken within folds and averaged over the pairs
they hold (LeDell, Petersen and van der Laan, Electron J Stat 2015;9:1583). Where folds differ by more than chance,
limits widen by the heterogeneity factor, Pearson's chi-squared over its degrees of freedom (McCullagh and Nelder,
Generalized Linear Models, 2nd ed., 4.5), never below 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import rankdata

from fairness_audits.context_rows import CrossFittedGroup

__all__ = ["figures_over_folds"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class _Area:
    """AUROC of one fold; spreads are variances of placement values, of events and of others (DeLong 1988)."""

    auroc: float
    events: int
    others: int
    event_spread: float
    other_spread: float

    @property
    def variance(self) -> float:
        return self.event_spread / self.events + self.other_spread / self.others


def figures_over_folds(group: str, judged: pl.DataFrame) -> CrossFittedGroup:
    """``judged`` has one row a birth: fold, observed (null: not ascertained), risk, flag."""
    known = judged.filter(pl.col("observed").is_not_null())
    event, flag = pl.col("observed"), pl.col("flag")
    by_fold = known.group_by("fold").agg(
        births=pl.len(), events=event.sum(), found=(event & flag).sum(), expected=pl.col("risk").sum()
    )
    births, events, found, expected = (
        by_fold[name].to_numpy().astype(np.float64) for name in ("births", "events", "found", "expected")
    )
    areas = [area for _, fold in known.group_by("fold", maintain_order=True) if (area := _area(fold)) is not None]
    pairs = np.array([area.events * area.others for area in areas], dtype=np.float64)
    weight = pairs / pairs.sum() if len(pairs) else pairs
    auroc = float(weight @ [area.auroc for area in areas]) if areas else None
    return CrossFittedGroup(
        group=group,
        folds=by_fold.height,
        women=judged.height,
        ascertained=known.height,
        events=int(events.sum()),
        found=int(found.sum()),
        expected=float(expected.sum()),
        sensitivity_design=_heterogeneity(found, _shared(found, events), _binomial(found, events)),
        ratio_design=_heterogeneity(events, _shared(events, expected), _binomial_of(events, expected, births)),
        auroc=auroc,
        event_spread=_pooled([a.event_spread for a in areas], [a.events for a in areas]),
        other_spread=_pooled([a.other_spread for a in areas], [a.others for a in areas]),
        auroc_design=1.0 if auroc is None else _area_heterogeneity(areas, auroc),
    )


def _area(fold: pl.DataFrame) -> _Area | None:
    """None with fewer than two events or two others."""
    happened, risk = fold["observed"].to_numpy().astype(bool), fold["risk"].to_numpy()
    yes, no = risk[happened], risk[~happened]
    if min(len(yes), len(no)) < 2:
        return None
    both = rankdata(np.r_[yes, no])
    above = (both[: len(yes)] - rankdata(yes)) / len(no)
    below = 1 - (both[len(yes) :] - rankdata(no)) / len(yes)
    return _Area(
        auroc=float(above.mean()),
        events=len(yes),
        others=len(no),
        event_spread=float(above.var(ddof=1)),
        other_spread=float(below.var(ddof=1)),
    )


def _pooled(spreads: list[float], sizes: list[int]) -> float | None:
    return float(np.average(spreads, weights=sizes)) if spreads else None


def _shared(parts: Array, wholes: Array) -> Array:
    """What each fold would have if all shared one rate."""
    return wholes * (parts.sum() / wholes.sum()) if wholes.sum() > 0 else np.zeros_like(wholes)


def _binomial(parts: Array, wholes: Array) -> Array:
    shared = _shared(parts, wholes)
    return shared * (1 - parts.sum() / wholes.sum()) if wholes.sum() > 0 else shared


def _binomial_of(events: Array, expected: Array, births: Array) -> Array:
    return _shared(events, expected) * (1 - events.sum() / births.sum()) if births.sum() > 0 else np.zeros_like(births)


def _heterogeneity(seen: Array, shared: Array, variance: Array) -> float:
    """Pearson's chi-squared over its degrees of freedom; folds without anyone tell nothing."""
    told = variance > 0
    if told.sum() < 2:
        return 1.0
    squared = float(((seen[told] - shared[told]) ** 2 / variance[told]).sum())
    return _upwards(squared / (int(told.sum()) - 1))


def _area_heterogeneity(areas: list[_Area], auroc: float) -> float:
    told = [area for area in areas if area.variance > 0]
    if len(told) < 2:
        return 1.0
    return _upwards(sum((area.auroc - auroc) ** 2 / area.variance for area in told) / (len(told) - 1))


def _upwards(factor: float) -> float:
    """Never below 1, and up to hundredths, as every design effect of an audit."""
    return max(1.0, math.ceil(factor * 100 - 1e-9) / 100)
