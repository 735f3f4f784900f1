"""Which training births fit, calibrate and judge a trial: later births where months are known, women never split.

Trees see about as large a part of the births as they do in the fit that follows (three fifths: see
`training.fair_boost.estimator`), so that settings are chosen for the number of births they will be used with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from records.groups import NOT_KNOWN
from training.cohort import OBSERVED
from training.fair_boost.groups import GroupedWomen
from training.fair_boost.parts import HELD_OUT, split_parts

__all__ = ["Fold", "Folds", "folds_of"]

FOLDS = 4
CALIBRATING_SHARE = 0.2
# Steps forward in time: fitted on the births before each share, judged on those up to the next.
TIME_SHARES = (0.5, 0.625, 0.75, 0.875)

Rows = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Fold:
    """Row numbers of the training births. ``trees`` and ``calibrating`` have a known outcome; ``judged`` may not."""

    trees: Rows
    calibrating: Rows
    judged: Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Folds:
    folds: tuple[Fold, ...]
    description: str


def folds_of(training: pl.DataFrame, seed: int) -> Folds:
    """The same folds for the same births and seed."""
    women = training.select(pl.coalesce("woman_id", "pregnancy_id")).to_series()
    _, woman = np.unique(women.to_numpy(), return_inverse=True)
    event = training[OBSERVED].fill_null(value=False).to_numpy().astype(np.float64)
    groups = GroupedWomen.of(training["ethnic_group"].fill_null(NOT_KNOWN).to_numpy(), training.height)
    known = training[OBSERVED].is_not_null().to_numpy()
    in_time = _later_births(training)
    if in_time is None:
        judged = _by_woman(woman, event, groups, seed)
        description = f"cross-fitted by woman in {FOLDS} parts"
    else:
        judged = in_time
        description = f"fitted on earlier births and judged on later ones, in {len(in_time)} steps, no woman in both"
    folds = []
    for number, (may_fit, rows) in enumerate(judged):
        fitting = np.flatnonzero(may_fit & known & ~np.isin(woman, woman[rows]))
        parts = split_parts(
            event[fitting],
            groups.codes[fitting],
            women=woman[fitting],
            held_out_fraction=CALIBRATING_SHARE,
            certificate_fraction=0.0,
            seed=seed + number,
        )
        folds.append(
            Fold(trees=fitting[parts != HELD_OUT], calibrating=fitting[parts == HELD_OUT], judged=np.flatnonzero(rows))
        )
    return Folds(folds=tuple(folds), description=description)


Judged = list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]


def _later_births(training: pl.DataFrame) -> Judged | None:
    """(may be fitted on, judged) by step; None where months are not known of everyone, or are too few."""
    month = training.select(pl.col("delivered_year").cast(pl.Int32) * 12 + pl.col("delivered_month")).to_series()
    if month.null_count() or month.n_unique() <= len(TIME_SHARES):
        return None
    months = month.to_numpy()
    distinct, births = np.unique(months, return_counts=True)
    before = np.concatenate([[0], np.cumsum(births)[:-1]]) / len(months)
    starts = [int(distinct[np.abs(before - share).argmin()]) for share in TIME_SHARES]
    if starts[0] == distinct[0] or len(set(starts)) < len(starts):
        return None
    ends = [*starts[1:], int(distinct[-1]) + 1]
    return [(months < start, (months >= start) & (months < end)) for start, end in zip(starts, ends, strict=True)]


def _by_woman(woman: Rows, event: NDArray[np.float64], groups: GroupedWomen, seed: int) -> Judged:
    """Women dealt out at random within each group and outcome (of a woman's first row, as `split_parts` does)."""
    _, first_row = np.unique(woman, return_index=True)
    stratum = groups.codes[first_row] * 2 + (np.bincount(woman, weights=event) > 0)
    lottery = np.random.default_rng(seed).random(len(first_row))
    order = np.lexsort((lottery, stratum))
    dealt = np.empty(len(order), dtype=np.intp)
    dealt[order] = np.arange(len(order)) % FOLDS
    part = dealt[woman]
    return [(part != fold, part == fold) for fold in range(FOLDS)]
