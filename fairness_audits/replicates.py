"""Bootstrap by counts: a thousand re-drawn samples from the counts alone, whatever the number of rows.

Drawing rows with replacement is drawing a group's cells from one multinomial; where rows are many it is, cell by cell,
drawing Poisson counts, which is faster (the Poisson bootstrap: Hanley and MacGibbon, Comput Methods Programs Biomed
2006;83:57). The seed is fixed, so the same counts give the same limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from fairness_audits.intervals import Z95, Interval, normal_interval
from models import metrics

__all__ = [
    "REPLICATED",
    "GroupCells",
    "bootstrap_intervals",
    "cluster_totals",
    "simultaneous_gap_bound",
    "standard_error_limits",
]

Array = NDArray[np.float64]

SEED = 20_240_301
BATCH = 50
MANY_GROUPS = 25
# Adjacent bins are merged to this many of about equal weight: the replicates of AUROC move by less than 1e-4.
COARSE_BINS = 128
REPLICATED = (
    "flag_rate",
    "sensitivity",
    "false_positive_rate",
    "specificity",
    "miss_rate",
    "positive_predictive_value",
    "accuracy",
    "auroc",
    "brier",
)


@dataclass(frozen=True, kw_only=True)
class GroupCells:
    """One group's ascertained women: arrays over risk bins in rising order, events and non-events apart.

    ``flagged`` is the share of each bin that is flagged; ``risk`` and ``squared_risk`` are means within the bin.
    """

    events: Array
    non_events: Array
    flagged: Array
    risk: Array
    squared_risk: Array

    def coarse(self) -> GroupCells:
        """The same with adjacent bins merged; bins on either side of a cut are never merged."""
        total = self.events + self.non_events
        placed = np.floor((np.cumsum(total) - 0.5 * total) / total.sum() * COARSE_BINS)
        new = np.r_[True, (np.diff(placed) != 0) | (np.diff(self.flagged) != 0)]
        starts = np.flatnonzero(new)
        weight = np.add.reduceat(total, starts)

        def mean(values: Array) -> Array:
            averaged: Array = np.add.reduceat(values * total, starts) / weight
            return averaged

        return GroupCells(
            events=np.add.reduceat(self.events, starts),
            non_events=np.add.reduceat(self.non_events, starts),
            flagged=self.flagged[starts],
            risk=mean(self.risk),
            squared_risk=mean(self.squared_risk),
        )


def bootstrap_intervals(
    groups: Mapping[str, GroupCells], *, draws: int = 1000, level: float = 0.95, scheme: str = "poisson"
) -> dict[str, dict[str, tuple[float, float]]]:
    """Percentile limits of the figures in `REPLICATED`, for each group.

    ``scheme`` is 'poisson', or 'multinomial': then every replicate has as many women as the group, and weighted counts
    are refused (`ValueError`), because women cannot be drawn in fractions.
    A replicate in which a figure is undefined (no event drawn) is left out of that figure's limits; where all are, NaN.
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    tails = [(1 - level) / 2, (1 + level) / 2]
    limits = {}
    for name, cells in groups.items():
        merged = cells.coarse()
        drawn = np.concatenate(list(_figures(merged, draws, random, SCHEMES[scheme])), axis=1)
        limits[name] = {figure: _limits(row, tails) for figure, row in zip(REPLICATED, drawn, strict=True)}
    return limits


def _limits(row: Array, tails: Sequence[float]) -> tuple[float, float]:
    defined = row[np.isfinite(row)]
    if not defined.size:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, tails)
    return float(low), float(high)


def _figures(cells: GroupCells, draws: int, random: np.random.Generator, draw: Draw) -> Iterator[Array]:
    """`REPLICATED` x replicates, a batch at a time so that memory does not grow with ``draws``."""
    for start in range(0, draws, BATCH):
        events, non_events = draw(cells, min(BATCH, draws - start), random)
        yield _figures_of(events, non_events, cells)


Draw = Callable[[GroupCells, int, np.random.Generator], tuple[Array, Array]]


def _poisson(cells: GroupCells, draws: int, random: np.random.Generator) -> tuple[Array, Array]:
    size = (draws, cells.events.size)
    return random.poisson(cells.events, size).astype(float), random.poisson(cells.non_events, size).astype(float)


def _multinomial(cells: GroupCells, draws: int, random: np.random.Generator) -> tuple[Array, Array]:
    counts = np.r_[cells.events, cells.non_events]
    women = round(float(counts.sum()))
    if abs(counts.sum() - women) > 1e-6:
        raise ValueError("multinomial replicates draw whole women: weighted counts need scheme='poisson'")
    drawn = random.multinomial(women, counts / counts.sum(), draws).astype(float)
    return drawn[:, : cells.events.size], drawn[:, cells.events.size :]


SCHEMES: Mapping[str, Draw] = {"multinomial": _multinomial, "poisson": _poisson}


def _figures_of(events: Array, non_events: Array, cells: GroupCells) -> Array:
    had, had_not = events.sum(axis=1), non_events.sum(axis=1)
    found, false_alarms = events @ cells.flagged, non_events @ cells.flagged
    sensitivity = metrics.sensitivity(found, had)
    specificity = metrics.specificity(had_not - false_alarms, had_not)
    everyone = had + had_not
    squared = (events + non_events) @ cells.squared_risk
    return np.stack(
        [
            metrics.flag_rate(found + false_alarms, everyone),
            sensitivity,
            1 - specificity,
            specificity,
            1 - sensitivity,
            metrics.positive_predictive_value(found, found + false_alarms),
            metrics.flag_rate(found + had_not - false_alarms, everyone),
            metrics.auroc(events, non_events),
            metrics.brier_score(had, events @ cells.risk, squared, everyone),
        ]
    )


def cluster_totals(table: Array, *, draws: int = 1000, scheme: str = "multinomial") -> Array:
    """Column totals of ``draws`` samples of whole clusters (sites, women): draws x columns.

    ``table`` has a line a cluster. What happens within a cluster is drawn together, so its women need not be
    independent (Davison and Hinkley 1997, section 3.8). A multinomial sample has as many clusters as were seen, a
    Poisson one as many on average.
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    clusters = len(table)
    if scheme == "poisson":
        times = random.poisson(1.0, (draws, clusters))
    else:
        times = random.multinomial(clusters, np.full(clusters, 1 / clusters), draws)
    totals: Array = times.astype(float) @ table
    return totals


def standard_error_limits(value: ArrayLike, replicates: Array, *, clusters: int | None = None) -> Interval:
    """Value plus and minus the replicates' standard error times 1.96; of few clusters, times Student's t instead.

    The standard error of ``clusters`` drawn with replacement is too small by sqrt((k - 1) / k), which is put right.
    Replicates that are undefined are left out.
    """
    error = float(np.std(replicates[np.isfinite(replicates)]))
    if clusters is None:
        return normal_interval(float(np.asarray(value)), error)
    error *= float(stdtrit(clusters - 1, 0.975)) / Z95 * (clusters / (clusters - 1)) ** 0.5
    return normal_interval(float(np.asarray(value)), error)


def simultaneous_gap_bound(counts: Mapping[str, tuple[float, float]], *, draws: int = 2000) -> float | None:
    """A value that the largest true difference between any two groups' proportions exceeds in at most 5 % of samples.

    Max-t over all pairs of groups, from binomial replicates of (part, whole): conservative, and wide where groups are
    small. Above `MANY_GROUPS` the critical value is Bonferroni's, which needs no replicates and is wider still. None
    with fewer than two groups.
    """
    table = np.array([(part, whole) for part, whole in counts.values() if whole > 0], dtype=float).reshape(-1, 2)
    if len(table) < 2:
        return None
    part, whole = table[:, 0], table[:, 1]
    # Half an event to each side keeps the spread of a group with none, or all, from being zero.
    share = (part + 0.5) / (whole + 1)
    first, second = np.triu_indices(len(share), 1)
    spread = np.sqrt(_variance(share, whole)[first] + _variance(share, whole)[second])
    if len(share) > MANY_GROUPS:
        critical = NormalDist().inv_cdf(1 - 0.025 / len(first))
    else:
        critical = _critical_distance(share, whole, draws)
    return float(min((np.abs(share[first] - share[second]) + critical * spread).max(), 1.0))


def _critical_distance(share: Array, whole: Array, draws: int) -> float:
    """95th centile of the largest studentised distance between any pair's replicate and the estimate."""
    random = np.random.Generator(np.random.PCG64(SEED))
    replicate = (random.binomial(whole.astype(np.int64), share, size=(draws, len(share))) + 0.5) / (whole + 1)
    first, second = np.triu_indices(len(share), 1)
    spread = np.sqrt(_variance(replicate, whole)[:, first] + _variance(replicate, whole)[:, second])
    off = replicate - share
    return float(np.quantile((np.abs(off[:, first] - off[:, second]) / spread).max(axis=1), 0.95))


def _variance(share: Array, whole: Array) -> Array:
    variance: Array = share * (1 - share) / (whole + 1)
    return variance
