"""The faults that are planted, one at a time, in one group of births that are otherwise fair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from benchmarks.audit_faults import FAIR, GROUPS, PLANTED, Births, by_group
from benchmarks.audit_populations import LOGIT, Population, expit

__all__ = ["FAULTS"]

Array = NDArray[np.float64]


def _with(population: Population, **rows: Array) -> Population:
    """One group's row of each named array replaced."""
    changed = {name: getattr(population, name).copy() for name in rows}
    for name, row in rows.items():
        changed[name][GROUPS.index(PLANTED)] = row
    return replace(population, **changed)


def _flat(population: Population, slope: float) -> Array:
    """The planted group's chances when risks hardly tell its women apart, as many events as before."""
    spread, g = population.spread[GROUPS.index(PLANTED)], GROUPS.index(PLANTED)
    expected = population.rate(g)
    intercept = brentq(lambda a: float(spread @ expit(a + slope * LOGIT)) - expected, -10.0, 5.0)
    return expit(intercept + slope * LOGIT)


def _flagged_to_find(population: Population, share: float) -> NDArray[np.bool_]:
    """The planted group's bins from the highest cut in risk that finds at least that share of its events."""
    g = GROUPS.index(PLANTED)
    events = population.spread[g] * population.chance[g]
    at_or_above = np.cumsum(events[::-1])[::-1] / events.sum()
    flagged: NDArray[np.bool_] = at_or_above >= share
    return np.arange(flagged.size) >= np.flatnonzero(flagged).max()


_LESS_ORDERED = _with(FAIR.population, chance=_flat(FAIR.population, 0.4))
FAULTS = (
    Births(
        name="risk told a third too low",
        check="FA002",
        population=_with(FAIR.population, chance=expit(LOGIT + 0.46)),
    ),
    Births(
        name="flagged from a higher cut",
        check="FA003",
        population=_with(FAIR.population, flagged=(expit(LOGIT) >= 0.17).astype(bool)),
    ),
    Births(
        name="their events look like low risk",
        check="FA003",
        population=_with(FAIR.population, chance=_flat(FAIR.population, 0.2)),
    ),
    Births(
        name="a mitigation takes 8 in 100 from them",
        check="FA004",
        population=FAIR.population,
        lost=by_group(0.03, 0.09),
        gained=by_group(0.03, 0.01),
    ),
    Births(
        name="today's rule finds 75 in 100 of them",
        check="FA007",
        population=FAIR.population,
        by_rule=by_group(0.25, 0.75),
    ),
    Births(
        name="outcome not recorded for 20 in 100",
        check="FA008",
        population=FAIR.population,
        not_recorded=by_group(0.05, 0.20),
    ),
    Births(
        name="40 in 100 events entered as 'no'",
        check="FA002",
        population=FAIR.population,
        entered_as_no=by_group(0.0, 0.40),
    ),
    Births(
        name="15 in 100 events entered as 'no'",
        check="FA002",
        population=FAIR.population,
        entered_as_no=by_group(0.0, 0.15),
    ),
    Births(
        name="a fact missing for 25 in 100",
        check="FA010",
        population=FAIR.population,
        predictors_missing=by_group(0.10, 0.25),
    ),
    Births(
        name="predictors tell them apart (AUROC 0.86)",
        check="FA011",
        population=FAIR.population,
        proxy=by_group(0.4, 1.53),
    ),
    Births(
        name="scored in time for 80 in 100",
        check="FA001",
        population=FAIR.population,
        reached=by_group(0.92, 0.80),
    ),
    Births(
        name="found in 60 of 100 by the earlier audit, now as others",
        check="FA014",
        population=FAIR.population,
        before=_with(FAIR.population, flagged=_flagged_to_find(FAIR.population, 0.60)),
    ),
    Births(
        name="their risks order them less well, the cut lowered to find as many",
        check="FA019",
        population=_with(_LESS_ORDERED, flagged=_flagged_to_find(_LESS_ORDERED, 0.36)),
    ),
)
