"""Fitting a group adjustment on births that the trees have not seen: one intercept a group, or a recalibration of
subgroups by score bin. Both read ethnicity at prediction: whether they may is a person's decision, outcome by outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.group_adjustment import GroupAdjustment, group_text
from records.errors import EquipartumError
from records.groups import MISSING_ETHNICITY, NOT_KNOWN
from training.multicalibration import FOLDS, Families, GroupedBirths, risk_of, score_bins, shifts_of, sweeps_that_help

__all__ = [
    "PRIOR_EVENTS",
    "SUBGROUP_PRIOR_EVENTS",
    "UnusableBirths",
    "fit_group_intercept",
    "fit_subgroup_recalibration",
]

Floats = NDArray[np.float64]
Values = Sequence[str | int | float | None] | NDArray[Any]

#: What a group's own births must outweigh before its intercept moves far: the intercept is log((O + 30) / (E + 30)),
#: the log of the posterior mean of O:E under a Gamma prior worth 30 expected events (project default; Clayton and
#: Kaldor, Biometrics 1987;43:671-681).
PRIOR_EVENTS = 30.0
#: The same for each group of a subgroup recalibration, where most are small: as many events as are wanted to judge a
#: model (Vergouwe, J Clin Epidemiol 2005;58:475-483). 30 events where 15 were expected raise a group's odds by 13 %,
#: or by a quarter where all 30 stand in one score bin.
SUBGROUP_PRIOR_EVENTS = 100.0
#: Score bins (project default): equally many expected events in each, so that the highest is about who is offered care.
SCORE_BINS = 5


class UnusableBirths(EquipartumError, ValueError):
    """Births on which no group adjustment can be fitted: unequal lengths, or risks or outcomes that are not known."""


def fit_group_intercept(
    risk: ArrayLike, observed: ArrayLike, groups: Values, sample_weight: ArrayLike | None = None
) -> GroupAdjustment:
    """An intercept log((O + 30) / (E + 30)) for each stated group; all inputs are of held-out, ascertained births.

    A weight is a number of births. Women of missing ethnicity get none.
    """
    risks, event, weight = _checked(risk, observed, sample_weight, groups)
    labels = _as_text(groups)
    stated = np.unique(labels[~np.isin(labels, MISSING_ETHNICITY)])
    order = np.lexsort((weight, event, risks))
    risks, event, weight, labels = risks[order], event[order], weight[order], labels[order]
    shifts = []
    for name in stated.tolist():
        inside = labels == name
        seen = float(weight[inside] @ event[inside])
        expected = float(weight[inside] @ risks[inside])
        shifts.append(((name,), (float(np.log((seen + PRIOR_EVENTS) / (expected + PRIOR_EVENTS))),)))
    return GroupAdjustment(kind="group_intercept", by=("ethnic_group",), shifts=tuple(shifts))


def fit_subgroup_recalibration(
    risk: ArrayLike,
    observed: ArrayLike,
    ethnic_group: Values,
    deprivation_quintile: Values | None,
    sample_weight: ArrayLike | None = None,
    *,
    women: ArrayLike | None = None,
    bins: int = SCORE_BINS,
) -> GroupAdjustment:
    """Shifts by ethnic group, deprivation quintile and their crossing, as a whole and by score bin, that leave other
    births a lower log-loss; none where they do not. All inputs are of held-out, ascertained births.

    Each group's shift is shrunken as an intercept is, by `SUBGROUP_PRIOR_EVENTS`. Five-fold cross-validation says how
    many steps help. A fold holds whole women where ``women`` are named. Without, births of equal risk stay together, so
    that neither the order nor copies of rows decide anything; fewer than five different risks then move nothing.

    Where no woman of stated ethnicity has a quintile it is by ethnic group alone, and ``by`` says so. A woman of stated
    ethnicity without a quintile takes the mean of her ethnic group's shifts, by the events expected in each.
    """
    quintiles = [None] * len(ethnic_group) if deprivation_quintile is None else deprivation_quintile
    risks, event, weight = _checked(risk, observed, sample_weight, ethnic_group, quintiles)
    group, quintile = _as_text(ethnic_group), _as_text(quintiles)
    stated = ~np.isin(group, MISSING_ETHNICITY)
    names, ethnic = np.unique(group[stated], return_inverse=True)
    levels = sorted({*quintile[stated].tolist()} - {NOT_KNOWN})
    by = ("ethnic_group", "deprivation_quintile") if levels else ("ethnic_group",)
    if not names.size:
        return GroupAdjustment(kind="subgroup_recalibration", by=by, bins=(-1.0, 1.0))
    clipped = np.clip(risks[stated], 1e-15, 1 - 1e-15)
    unit = clipped if women is None else np.asarray(women)[stated]
    births = GroupedBirths.in_one_order(
        np.log(clipped) - np.log1p(-clipped),
        event[stated],
        weight[stated],
        ethnic.astype(np.intp),
        np.array([levels.index(one) if one in levels else -1 for one in quintile[stated].tolist()], dtype=np.intp),
        (np.unique(unit, return_inverse=True)[1] % FOLDS).astype(np.intp),
    )
    edges = score_bins(births, bins)
    families = _fitted(births, len(names), len(levels), edges)
    shifts = {
        (name, *key): moved
        for code, name in enumerate(names.tolist())
        for key, moved in _by_quintile(families, births, edges, code, levels).items()
    }
    return GroupAdjustment(
        kind="subgroup_recalibration",
        by=by,
        bins=edges,
        shifts=tuple(sorted((key, moved) for key, moved in shifts.items() if any(moved))),
    )


def _by_quintile(
    families: Families, births: GroupedBirths, edges: tuple[float, ...], ethnic: int, levels: Sequence[str]
) -> dict[tuple[str, ...], tuple[float, ...]]:
    """One ethnic group's shifts, by quintile where there are any, and for women without one."""
    whole = shifts_of(families, edges, ethnic, -1)
    if not levels:
        return {(): whole}
    shifts: dict[tuple[str, ...], tuple[float, ...]] = {
        (level,): shifts_of(families, edges, ethnic, place) for place, level in enumerate(levels)
    }
    inside = (births.ethnic == ethnic) & (births.quintile >= 0)
    expected = births.weight[inside] * risk_of(births.log_odds[inside])
    of_quintile = np.bincount(births.quintile[inside], weights=expected, minlength=len(levels))
    mean = of_quintile @ np.array([*shifts.values()]) / of_quintile.sum() if of_quintile.any() else np.array(whole)
    return {**shifts, (NOT_KNOWN,): tuple(mean.tolist())}


def _fitted(births: GroupedBirths, groups: int, quintiles: int, edges: tuple[float, ...]) -> Families:
    families, *of_folds = [Families(groups, quintiles, edges, SUBGROUP_PRIOR_EVENTS) for _ in range(1 + FOLDS)]
    placed, log_odds = families.placed(births), births.log_odds
    for _ in range(sweeps_that_help(births, of_folds)):
        log_odds = families.sweep(placed, log_odds)
    return families


def _as_text(values: Values) -> NDArray[np.str_]:
    return np.array([group_text(value) for value in values], dtype=np.str_)


def _checked(
    risk: ArrayLike, observed: ArrayLike, sample_weight: ArrayLike | None, *groups: Values
) -> tuple[Floats, Floats, Floats]:
    risks, event = np.asarray(risk, dtype=np.float64), np.asarray(observed, dtype=np.float64)
    weight = np.ones(risks.size) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    lengths = [risks.size, event.size, weight.size, *(len(values) for values in groups)]
    if len(set(lengths)) > 1:
        raise UnusableBirths(f"one risk, outcome, weight and group a birth are needed; found {lengths} of them")
    if not np.all((risks >= 0) & (risks <= 1)) or not np.isin(event, (0.0, 1.0)).all():
        raise UnusableBirths(
            "a risk outside [0, 1], or an outcome that is not known: leave out births that are not ascertained"
        )
    if not np.all((weight >= 0) & np.isfinite(weight)):
        raise UnusableBirths("a weight is a number of births, none below zero")
    return risks, event, weight
