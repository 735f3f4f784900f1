"""Fitting who is offered something: one cut from a site's capacity, and level-up cuts for groups it under-serves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.offer_policy import OfferPolicy
from records.errors import EquipartumError
from records.groups import MISSING_ETHNICITY
from training.group_labels import coded_labels
from training.shrinkage import shrunken_sensitivity

__all__ = [
    "ENOUGH_EVENTS",
    "LevelUp",
    "LevelUpGroup",
    "UnusableCapacity",
    "absolute_threshold",
    "cut_between",
    "level_up",
]

#: Events from which a group's own sensitivity is believed: Vergouwe, J Clin Epidemiol 2005;58:475-483, and Collins,
#: Stat Med 2016;35:214-226 ask for at least 100 events to judge a prediction model.
ENOUGH_EVENTS = 100

#: How far above the floor a level-up cut aims. On 17 simulations with known risks a cut aimed at the floor itself fell
#: short of it in 8 on other women; half a standard error costs about one and a half flags more in 1,000.
STANDARD_ERRORS_ABOVE_FLOOR = 0.5


class UnusableCapacity(EquipartumError, ValueError):
    """A share of women to flag that is not strictly between none and all."""


@dataclass(frozen=True, kw_only=True)
class LevelUpGroup:
    """What a lower cut promises one group, on the births it was fitted on.

    Sensitivities are None where the group has no event; flags are per 1,000 women of the group.
    """

    group: str
    events: int
    cut: float
    sensitivity_before: float | None
    sensitivity_after: float | None
    shrunken_sensitivity_after: float
    flags_per_1000_before: float
    flags_per_1000_after: float


@dataclass(frozen=True, kw_only=True)
class LevelUp:
    """An unsigned level-up policy with its promise, flags per 1,000 of all women."""

    policy: OfferPolicy
    floor: float
    groups: tuple[LevelUpGroup, ...]
    flags_per_1000_before: float
    flags_per_1000_after: float

    @property
    def extra_flags_per_1000(self) -> float:
        return self.flags_per_1000_after - self.flags_per_1000_before


def absolute_threshold(risk: ArrayLike, alert_rate: float, sample_weight: ArrayLike | None = None) -> float:
    """The lowest cut at which no more than ``alert_rate`` of the women (by weight) have risk >= cut.

    Lies midway between the lowest flagged and the highest unflagged risk, so that rounding moves nobody across. Women
    of equal risk are flagged together or not at all: a tie that would exceed the capacity is left out.
    """
    if not 0 < alert_rate < 1:
        raise UnusableCapacity(f"the share of women to flag must lie between 0 and 1; found {alert_rate}")
    risks = np.asarray(risk, dtype=np.float64)
    descending = np.argsort(-risks, kind="stable")
    ranked = risks[descending]
    weight = np.ones(risks.size) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)[descending]
    flagged_through = np.cumsum(weight)
    ends_a_tie = np.append(ranked[1:] < ranked[:-1], True)
    fits = ends_a_tie & (flagged_through <= alert_rate * flagged_through[-1] * (1 + 1e-12))
    if not fits.any():
        return float((ranked[0] + 1) / 2) if ranked[0] < 1 else float(np.nextafter(1.0, 2.0))
    last = int(np.flatnonzero(fits)[-1])
    return float(cut_between(ranked[last], ranked[last + 1]))


def level_up(
    risk: ArrayLike,
    observed: ArrayLike,
    groups: Sequence[str] | NDArray[np.object_] | NDArray[np.intp],
    floor: float,
    *,
    threshold: float,
    pseudo_events: float = 100,
    sample_weight: ArrayLike | None = None,
    exempt: Sequence[str] = MISSING_ETHNICITY,
    standard_errors: float = STANDARD_ERRORS_ABOVE_FLOOR,
) -> LevelUp:
    """Lower the cut of each group below ``floor`` (a sensitivity) until the group reaches it; raise no cut.

    All inputs are of held-out births. A group with `ENOUGH_EVENTS` must reach the floor by its own sensitivity, a
    smaller one by its sensitivity shrunk to the overall one at ``threshold`` by ``pseudo_events``. Groups in
    ``exempt`` keep the default cut; so do women of missing ethnicity, labels of None and NaN among them, whatever is
    exempt. With enough events a lowered cut aims ``standard_errors`` of the group's
    sensitivity above the floor: one that just reaches it on these births falls short of it on half of all others.
    """
    risks = np.asarray(risk, dtype=np.float64)
    events = np.asarray(observed, dtype=bool)
    weight = np.ones(risks.size) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    weight = weight / weight.mean()
    names, codes = coded_labels(groups)
    kept = {*exempt, *MISSING_ETHNICITY}
    overall = _share(weight[events], risks[events] >= threshold)
    if overall is None:
        raise UnusableCapacity("level-up cuts are fitted on held-out births with events; these have none")

    rows = []
    for code, name in enumerate(names):
        inside = codes == code
        births = _GroupBirths(name=str(name), risk=risks[inside], event=events[inside], weight=weight[inside])
        needed = births.needed_sensitivity(threshold, floor, overall, pseudo_events, standard_errors)
        cut = threshold if name in kept else births.lowered_cut(threshold, needed)
        rows.append(births.promise(threshold, cut, overall, pseudo_events))

    share = np.bincount(codes, weights=weight) / weight.sum()
    return LevelUp(
        policy=OfferPolicy(
            kind="level_up",
            threshold=threshold,
            group_cuts=tuple((row.group, row.cut) for row in rows if row.cut < threshold),
        ),
        floor=floor,
        groups=tuple(rows),
        flags_per_1000_before=float(share @ [row.flags_per_1000_before for row in rows]),
        flags_per_1000_after=float(share @ [row.flags_per_1000_after for row in rows]),
    )


@dataclass(frozen=True, kw_only=True)
class _GroupBirths:
    name: str
    risk: NDArray[np.float64]
    event: NDArray[np.bool_]
    weight: NDArray[np.float64]

    def lowered_cut(self, threshold: float, needed: float) -> float:
        """The highest cut, not above the threshold, at which ``needed`` of the group's events are flagged."""
        if needed <= 0 or not self.event.any():
            return threshold
        descending = np.argsort(-self.risk[self.event], kind="stable")
        found = np.cumsum(self.weight[self.event][descending])
        last = int(np.searchsorted(found, needed * found[-1] * (1 - 1e-12)))
        lowest = float(self.risk[self.event][descending][min(last, len(found) - 1)])
        below = self.risk[self.risk < lowest]
        return min(threshold, cut_between(lowest, float(below.max())) if below.size else lowest)

    def needed_sensitivity(
        self, threshold: float, floor: float, overall: float, pseudo_events: float, standard_errors: float
    ) -> float:
        """The group's own sensitivity at which the one it is judged by reaches the floor, or what is aimed at above.

        A group that has reached it needs no more.
        """
        events, with_event = int(self.event.sum()), float(self.weight[self.event].sum())
        if with_event == 0:
            return floor
        if events < ENOUGH_EVENTS:
            # solves (needed * events + overall * pseudo) / (events + pseudo) = floor
            return min(1.0, floor + (floor - overall) * pseudo_events / with_event)
        if (_share(self.weight[self.event], self.risk[self.event] >= threshold) or 0.0) >= floor:
            return floor
        return min(1.0, floor + standard_errors * math.sqrt(floor * max(1 - floor, 0.0) / events))

    def promise(self, threshold: float, cut: float, overall: float, pseudo_events: float) -> LevelUpGroup:
        found = self.weight[self.event & (self.risk >= cut)].sum()
        judged = shrunken_sensitivity(found, self.weight[self.event].sum(), overall, pseudo_events)
        return LevelUpGroup(
            group=self.name,
            events=int(self.event.sum()),
            cut=cut,
            sensitivity_before=_share(self.weight[self.event], self.risk[self.event] >= threshold),
            sensitivity_after=_share(self.weight[self.event], self.risk[self.event] >= cut),
            shrunken_sensitivity_after=float(judged),
            flags_per_1000_before=1000 * (_share(self.weight, self.risk >= threshold) or 0.0),
            flags_per_1000_after=1000 * (_share(self.weight, self.risk >= cut) or 0.0),
        )


def _share(weight: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float | None:
    total = float(weight.sum())
    return float(weight[chosen].sum()) / total if total > 0 else None


def cut_between(upper: float, lower: float) -> float:
    """Midway, but never on ``lower`` itself where the two are neighbours in floating point."""
    middle = (upper + lower) / 2
    return middle if lower < middle <= upper else upper
