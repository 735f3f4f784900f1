"""What settings are judged by: net benefit at the capacity threshold, and what they may not do to a group."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.metrics import net_benefit
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED
from training.offer_policy import ENOUGH_EVENTS
from training.shrinkage import shrunken_sensitivity
from training.tuning.cross_fit import CrossFit, JudgedFold

__all__ = ["LIMITS", "Default", "GroupJudged", "Judged", "judge", "overstepped", "pooled"]

# The same as the audit's for a percentage that may be shown: project default, no authority's.
WIDEST_OBSERVED_TO_EXPECTED = 1.25
# How much further out than the default settings' a group's O:E may lie where theirs is outside already, in log O:E.
# Project default: two fits on the same births differ by less.
OBSERVED_TO_EXPECTED_SLACK = 0.02
# As FairBoostClassifier's default: a group's figures are drawn towards everyone's by as many events.
PSEUDO_EVENTS = 100
LIMITS = (
    WIDEST_OBSERVED_TO_EXPECTED,
    OBSERVED_TO_EXPECTED_SLACK,
    LARGEST_LOSS_ALLOWED,
    ENOUGH_EVENTS,
    PSEUDO_EVENTS,
)


@dataclass(frozen=True, kw_only=True)
class GroupJudged:
    """A stated ethnic group with enough events to be judged. ``sensitivity`` is drawn towards everyone's."""

    group: str
    events: int
    observed_to_expected: float
    sensitivity: float


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Settings on the folds that were run. ``threshold`` is the mean of the folds' own capacity cuts; net benefit is
    a woman's, at the odds of the default settings' threshold (Vickers and Elkin, Med Decis Making 2006;26:565)."""

    threshold: float
    net_benefit: float
    groups: tuple[GroupJudged, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Default:
    """The design's own settings, which the others are set beside; ``by_fold`` is their net benefit after each fold."""

    folds: tuple[JudgedFold, ...]
    figures: Judged
    by_fold: tuple[float, ...]

    @classmethod
    def of(cls, births: CrossFit, booster: Mapping[str, float | int]) -> Default:
        folds = tuple(births.judged(booster, number) for number in range(len(births.folds.folds)))
        figures = judge(births, folds)
        so_far = [judge(births, folds[: number + 1], figures.threshold) for number in range(len(folds))]
        return cls(folds=folds, figures=figures, by_fold=tuple(one.net_benefit for one in so_far))


def judge(births: CrossFit, folds: Sequence[JudgedFold], benefit_threshold: float | None = None) -> Judged:
    """``benefit_threshold`` None: these are the default settings, whose own threshold it is."""
    rows, risk, offered = pooled(folds)
    threshold = float(np.average([fold.cut for fold in folds], weights=[len(fold.rows) for fold in folds]))
    event, women = births.event[rows], births.groups.taken(rows)
    odds_threshold = min(threshold if benefit_threshold is None else benefit_threshold, 1 - 1e-9)
    found, events = women.total(event * offered), women.total(event)
    shrunken = shrunken_sensitivity(found, events, float(found.sum() / events.sum()), PSEUDO_EVENTS)
    expected = women.total(risk)
    return Judged(
        threshold=threshold,
        net_benefit=float(net_benefit(found.sum(), (offered * (1 - event)).sum(), len(rows), odds_threshold)),
        groups=tuple(
            GroupJudged(
                group=name,
                events=int(events[code]),
                observed_to_expected=float(events[code] / expected[code]),
                sensitivity=float(shrunken[code]),
            )
            for code, name in enumerate(women.names)
            if women.constrained[code] and events[code] >= ENOUGH_EVENTS
        ),
    )


def overstepped(births: CrossFit, folds: Sequence[JudgedFold], figures: Judged, default: Default) -> dict[str, float]:
    """How far each limit is overstepped, all folds being run; 0 or less is kept. The default settings keep both.

    A group's O:E stays within 0.8 to 1.25, or no further out than with the default settings: a model that is not told
    ethnicity can be outside whatever its settings. No group's sensitivity falls by more than a constrained fit may
    lower it and one standard error: between two fits that find as many, chance alone moves a small group further.
    """
    rows, _, offered = pooled(folds)
    event, women = births.event[rows], births.groups.taken(rows)
    changed = event * np.abs(offered - pooled(default.folds)[2])
    changed_in = dict(zip(women.names, women.total(changed).tolist(), strict=True))
    further_out, lost = [], []
    for was, now in zip(default.figures.groups, figures.groups, strict=True):
        widest = max(math.log(WIDEST_OBSERVED_TO_EXPECTED), _distance(was) + OBSERVED_TO_EXPECTED_SLACK)
        further_out.append(_distance(now) - widest)
        chance = math.sqrt(changed_in[now.group]) / (now.events + PSEUDO_EVENTS)
        lost.append(was.sensitivity - now.sensitivity - LARGEST_LOSS_ALLOWED - chance)
    return {
        "observed to expected in a group": max(further_out, default=0.0),
        "loss to a group": max(lost, default=0.0),
    }


def pooled(folds: Sequence[JudgedFold]) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Rows, risks and offers (0 or 1) of all folds, one after the other."""
    return (
        np.concatenate([fold.rows for fold in folds]),
        np.concatenate([fold.risk for fold in folds]),
        np.concatenate([fold.offered for fold in folds]).astype(np.float64),
    )


def _distance(group: GroupJudged) -> float:
    return abs(math.log(group.observed_to_expected))
