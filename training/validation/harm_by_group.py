"""Whom an update harms: each ethnic group's risks under it beside the risks told before, on the same births.

An update of everyone's risks that is right on average can make those of a group wrong that were right. Two figures of
a group tell it: how far observed over expected lies from 1 (the absolute logarithm of O:E), and the mean log loss,
which also tells of risks that are right on average and spread or ordered wrongly. A group is harmed where one of them
surely grew: one-sided, at 5 % over all groups by Holm (Scand J Stat 1979;6:65), each figure a family of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from fairness_audits.context_rows import GroupAgainstVersion
from fairness_audits.findings import CANNOT_TELL, FINDING, PASSED
from fairness_audits.intervals import Z95, Interval
from fairness_audits.levels import is_stated
from fairness_audits.multiplicity import holm
from fairness_audits.wording import SMALLER_GROUPS
from training.validation.recalibration import log_likelihood, log_odds_of

__all__ = ["GroupChange", "against_version", "changes_by_group"]

Array = npt.NDArray[np.float64]

LEVEL = 0.05
# What is too little to count, however sure (project defaults): O:E further from 1 by less than a twentieth, and a log
# loss higher by less than one in a thousand. Of a national year almost any difference is sure.
RATIO_MARGIN = 0.05
LOSS_MARGIN = 0.001


@dataclass(frozen=True, kw_only=True)
class GroupChange:
    """``state`` is 'finding' (harmed), 'passed' or 'cannot tell'; of a group with too few events only that is told.

    ``ratio`` is by how much O:E is further from 1 than before, in log units, and ``loss`` by how much the mean log loss
    is higher, as a share of what it was; both with 95 % intervals. The p-values are Holm's over the groups. ``moved``
    is the change of the mean risk told, as a share of it.
    """

    group: str
    events: int
    state: str
    moved: float
    ratio: Interval | None = None
    loss: Interval | None = None
    p_ratio: float = 1.0
    p_loss: float = 1.0

    @property
    def is_harmed(self) -> bool:
        return self.state == FINDING

    @property
    def is_of_ratio(self) -> bool:
        """Whether the group's O:E is what tells of the harm."""
        return self.ratio is not None and self.ratio.value > RATIO_MARGIN and self.p_ratio < LEVEL

    def to_dict(self) -> dict[str, Any]:
        """Rounded as print is."""
        return {
            "group": self.group,
            "state": {FINDING: "harmed", PASSED: "no worse"}.get(self.state, self.state),
            "mean_risk_moved": round(self.moved, 2),
            "further_from_one": _rounded(self.ratio),
            "log_loss_higher": _rounded(self.loss),
            "p_observed_to_expected": round(self.p_ratio, 3),
            "p_log_loss": round(self.p_loss, 3),
        }


def changes_by_group(
    groups: npt.NDArray[np.object_],
    women: npt.NDArray[np.generic],
    observed: Array,
    before: Array,
    after: Array,
    *,
    fewest_events: int,
) -> tuple[GroupChange, ...]:
    """Of births whose outcome is known, one row a birth: ``before`` and ``after`` are the risks told.

    Births of one woman count together. Women whose group is not stated are nobody's group. In a group with fewer than
    ``fewest_events`` nothing can be told; such groups are also judged together (`SMALLER_GROUPS`), so that what harms
    each of them is seen where none of them has enough.
    """
    parts = {name: groups == name for name in sorted({group for group in groups if group and is_stated(group)})}
    events = {name: int(observed[part].sum()) for name, part in parts.items()}
    small = [name for name in parts if events[name] < fewest_events]
    if len(small) > 1:
        parts[SMALLER_GROUPS] = np.isin(groups.astype(str), small)
        events[SMALLER_GROUPS] = sum(events[name] for name in small)
    tested = {
        name: _compared(women[part], observed[part], before[part], after[part])
        for name, part in parts.items()
        if events[name] >= fewest_events
    }
    p_ratio, p_loss = (
        dict(zip(tested, holm([pair[place][1] for pair in tested.values()]), strict=True)) for place in (0, 1)
    )
    return tuple(
        _change(
            name,
            events[name],
            float(after[part].sum() / before[part].sum() - 1),
            tested.get(name),
            p_ratio.get(name, 1.0),
            p_loss.get(name, 1.0),
        )
        for name, part in parts.items()
    )


def against_version(changes: tuple[GroupChange, ...]) -> tuple[GroupAgainstVersion, ...]:
    """For an audit of the version under the update."""
    return tuple(
        GroupAgainstVersion(
            group=one.group, events=one.events, state=one.state, moved=round(one.moved, 2), is_of_ratio=one.is_of_ratio
        )
        for one in changes
    )


def _rounded(limits: Interval | None) -> list[float] | None:
    return None if limits is None else [round(value, 2) for value in (limits.value, limits.low, limits.high)]


_Tested = tuple[Interval, float]


def _change(
    group: str, events: int, moved: float, tested: tuple[_Tested, _Tested] | None, p_ratio: float, p_loss: float
) -> GroupChange:
    if tested is None:
        return GroupChange(group=group, events=events, state=CANNOT_TELL, moved=moved)
    (ratio, _), (loss, _) = tested
    margins: Mapping[str, tuple[Interval, float, float]] = {
        "ratio": (ratio, p_ratio, RATIO_MARGIN),
        "loss": (loss, p_loss, LOSS_MARGIN),
    }
    if any(found.value > margin and p < LEVEL for found, p, margin in margins.values()):
        state = FINDING
    elif all(found.high <= margin for found, _, margin in margins.values()):
        state = PASSED
    else:
        state = CANNOT_TELL
    return GroupChange(
        group=group, events=events, state=state, moved=moved, ratio=ratio, loss=loss, p_ratio=p_ratio, p_loss=p_loss
    )


def _compared(women: npt.NDArray[np.generic], observed: Array, before: Array, after: Array) -> tuple[_Tested, _Tested]:
    _, woman = np.unique(women, return_inverse=True)
    return _ratio(woman, observed, before, after), _loss(woman, observed, before, after)


def _ratio(woman: npt.NDArray[np.intp], observed: Array, before: Array, after: Array) -> _Tested:
    """Both O:E are of the same events, so their distances from 1 differ only through how many these are.

    O:E is as far from 1 before as after where the events are the geometric mean of those expected; the test is whether
    they lie surely beyond it, on the side of those expected before.
    """
    events, expected, now = float(observed.sum()), float(before.sum()), float(after.sum())
    shift = np.log(now / expected)
    if events == 0 or shift == 0:
        return Interval(0.0, 0.0, 0.0), 1.0
    left = np.bincount(woman, weights=observed - before * (events / expected))
    error = float(np.sqrt((left**2).sum())) / events
    above = np.log(events / np.sqrt(expected * now)) * -np.sign(shift)

    def further(by: float) -> float:
        # The distance after less that before; at most the whole shift.
        return float(np.clip(2 * (above + by), -abs(shift), abs(shift)))

    found = Interval(further(0.0), further(-Z95 * error), further(Z95 * error))
    return found, float(ndtr(-above / error)) if error > 0 else float(above <= 0)


def _loss(woman: npt.NDArray[np.intp], observed: Array, before: Array, after: Array) -> _Tested:
    was = -log_likelihood(log_odds_of(before), observed)
    more = -log_likelihood(log_odds_of(after), observed) - was
    mean, scale = float(more.mean()), float(was.mean())
    left = np.bincount(woman, weights=more - mean)
    error = float(np.sqrt((left**2).sum())) / more.size
    low, value, high = ((mean + by * error) / scale for by in (-Z95, 0.0, Z95))
    return Interval(value, low, high), float(ndtr(-mean / error)) if error > 0 else 1.0
