"""Fitting cuts by group within a fixed number of flags: sensitivities drawn into a band, and nobody harmed for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.offer_policy import OfferPolicy
from records.errors import EquipartumError
from records.groups import MISSING_ETHNICITY
from training.fair_boost.frontier import LARGEST_LOSS_ALLOWED
from training.group_labels import coded_labels
from training.group_steps import GroupSteps
from training.shrinkage import shrunken_sensitivity

__all__ = ["Band", "BandGroup", "HarmfulBand", "UnusableBand", "offer_band"]

#: Sums of the same weights in another order differ by less than this share.
ROUNDING = 1e-9


class UnusableBand(EquipartumError, ValueError):
    """A width that is no share of women, or births without an event: no band can be fitted."""


Losses = Sequence[tuple[str, float]]


class HarmfulBand(EquipartumError):
    """A band that would lower a group's sensitivity, or its net benefit, by more than is allowed.

    ``losses`` (of sensitivity) and ``benefit_losses`` are by group, largest first.
    """

    def __init__(self, width: float, losses: Losses, benefit_losses: Losses = ()) -> None:
        self.losses, self.benefit_losses = tuple(losses), tuple(benefit_losses)
        harmed = [
            f"the {figure} of {', '.join(repr(group) for group, _ in lost)}"
            for figure, lost in (("sensitivity", self.losses), ("net benefit", self.benefit_losses))
            if lost
        ]
        super().__init__(
            # By how much is not said: of a small group it would give an exact count back.
            f"a band of width {width:g} lowers {' and '.join(harmed)} below the single cut's by more than the "
            f"{LARGEST_LOSS_ALLOWED} that is allowed. Try a wider band, or level-up cuts, which lower no group's "
            "sensitivity"
        )


@dataclass(frozen=True, kw_only=True)
class BandGroup:
    """What its cut promises one group, on the births it was fitted on; flags are per 1,000 women of the group.

    ``net_benefit`` is a woman's of the group, at the odds of the threshold, shrunken as the sensitivity is.
    """

    group: str
    events: int
    cut: float
    shrunken_sensitivity_before: float
    shrunken_sensitivity_after: float
    net_benefit_before: float
    net_benefit_after: float
    flags_per_1000_before: float
    flags_per_1000_after: float


@dataclass(frozen=True, kw_only=True)
class Band:
    """An unsigned band policy with its promise, flags per 1,000 of all women.

    ``level`` is the lower end of the band, a sensitivity. A group that moved stands inside it, or one step above an
    end: a step is the women of one risk, who cannot be told apart. A group can stand below it only where all its
    events are found (then shrinkage holds it back).
    """

    policy: OfferPolicy
    level: float
    width: float
    groups: tuple[BandGroup, ...]
    flags_per_1000_before: float
    flags_per_1000_after: float


def offer_band(
    risk: ArrayLike,
    observed: ArrayLike,
    groups: Sequence[str] | NDArray[np.object_],
    width: float,
    *,
    threshold: float,
    pseudo_events: float = 100,
    sample_weight: ArrayLike | None = None,
    exempt: Sequence[str] = MISSING_ETHNICITY,
) -> Band:
    """Cuts by group that flag as many women as ``threshold`` does, with sensitivities within ``width`` of each other.

    All inputs are of held-out births. Sensitivities are shrunk to the overall one at ``threshold`` by
    ``pseudo_events``. A group below the common level r has its cut lowered until it reaches r, one above r + width has
    it raised until it just keeps r + width, and the others keep ``threshold``; r is the highest level that the flags of
    ``threshold`` pay for. Groups in ``exempt``, and those without an event, keep ``threshold`` and their flags. No more
    women are flagged than before, and fewer by less than the weight of the next woman due (or of those of equal risk).

    Raises `HarmfulBand` where a group would lose more than `LARGEST_LOSS_ALLOWED` of its sensitivity, or of its net
    benefit at the odds of ``threshold`` (both shrunken): a smaller step is not taken instead.
    """
    if not 0 <= width <= 1:
        raise UnusableBand(f"the width of a band is a share of women with the outcome, from 0 to 1; found {width}")
    all_steps = _steps_by_group(risk, observed, groups, sample_weight, threshold, pseudo_events)
    kept = {*exempt, *MISSING_ETHNICITY}
    moving = [steps for steps in all_steps if steps.events and steps.name not in kept]
    level, taken = _steps_paid_for(moving, width)
    flagged_steps = {steps.name: steps.at_threshold for steps in all_steps} | taken
    benefit = _Benefit.of(all_steps, threshold, pseudo_events)
    rows = tuple(_promise(steps, flagged_steps[steps.name], threshold, benefit) for steps in all_steps)
    _refuse_harm(rows, width)
    total = sum(steps.flagged[-1] for steps in all_steps)
    return Band(
        policy=OfferPolicy(
            kind="band",
            threshold=threshold,
            group_cuts=tuple((row.group, row.cut) for row in rows if row.cut != threshold),
        ),
        level=level,
        width=width,
        groups=rows,
        flags_per_1000_before=float(1000 * sum(s.flagged[s.at_threshold] for s in all_steps) / total),
        flags_per_1000_after=float(1000 * sum(s.flagged[flagged_steps[s.name]] for s in all_steps) / total),
    )


def _steps_by_group(
    risk: ArrayLike,
    observed: ArrayLike,
    groups: Sequence[str] | NDArray[np.object_],
    sample_weight: ArrayLike | None,
    threshold: float,
    pseudo_events: float,
) -> list[GroupSteps]:
    risks, events = np.asarray(risk, dtype=np.float64), np.asarray(observed, dtype=bool)
    weight = np.ones(risks.size) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    # One order whatever the order of the rows, so that every sum is the same to the last bit.
    order = np.lexsort((weight, events, -risks))
    risks, events, weight = risks[order], events[order], weight[order]
    weight = weight / weight.mean()
    with_event = float(weight[events].sum())
    if with_event == 0:
        raise UnusableBand("a band is fitted on held-out births with events; these have none")
    overall = float(weight[events & (risks >= threshold)].sum()) / with_event
    names, codes = coded_labels(np.asarray(groups)[order])
    rows_of = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    return [
        GroupSteps.of(str(name), risks[rows], events[rows], weight[rows], threshold, overall, pseudo_events)
        for name, rows in zip(names, rows_of, strict=True)
    ]


def _steps_paid_for(moving: Sequence[GroupSteps], width: float) -> tuple[float, dict[str, int]]:
    """The level, and by group how many steps are flagged: those due first, as many as the flags of today allow.

    Of steps due at one level the higher risk comes first. Those equal in both are taken together or not at all, so
    that no group's name decides.
    """
    if not moving:
        return 0.0, {}
    due = np.concatenate([steps.due_at(width) for steps in moving])
    risk = np.concatenate([steps.risk for steps in moving])
    weight = np.concatenate([steps.weight for steps in moving])
    code = np.repeat(np.arange(len(moving)), [steps.risk.size for steps in moving])
    order = np.lexsort((-risk, due))
    due, risk, code = due[order], risk[order], code[order]
    budget = sum(steps.flagged[steps.at_threshold] for steps in moving)
    ends_a_tie = np.append((due[1:] > due[:-1]) | (risk[1:] < risk[:-1]), True)
    fits = ends_a_tie & (np.cumsum(weight[order]) <= budget * (1 + ROUNDING)) & np.isfinite(due)
    count = int(np.flatnonzero(fits)[-1]) + 1 if fits.any() else 0
    counts = np.bincount(code[:count], minlength=len(moving)).tolist()
    taken = {steps.name: steps_taken for steps, steps_taken in zip(moving, counts, strict=True)}
    if count < due.size and np.isfinite(due[count]):
        return float(due[count]), taken
    return min(float(steps.sensitivity[taken[steps.name]]) for steps in moving), taken


@dataclass(frozen=True, kw_only=True)
class _Benefit:
    """A woman's net benefit in one group, drawn to everyone's by as many births as hold the pseudo-events."""

    odds: float
    overall: float
    pseudo_births: float

    @classmethod
    def of(cls, all_steps: Sequence[GroupSteps], threshold: float, pseudo_events: float) -> _Benefit:
        # a threshold of 1 or more flags nobody, and has no odds
        odds = min(threshold, 1 - 1e-9) / (1 - min(threshold, 1 - 1e-9))
        women, events = (sum(float(getattr(s, name)[-1]) for s in all_steps) for name in ("flagged", "found"))
        gained = sum(s.net_true(s.at_threshold, odds) for s in all_steps)
        return cls(odds=odds, overall=gained / women, pseudo_births=pseudo_events * women / events)

    def shrunken(self, steps: GroupSteps, taken: int) -> float:
        women = float(steps.flagged[-1])
        return float(shrunken_sensitivity(steps.net_true(taken, self.odds), women, self.overall, self.pseudo_births))


def _promise(steps: GroupSteps, taken: int, threshold: float, benefit: _Benefit) -> BandGroup:
    return BandGroup(
        group=steps.name,
        events=steps.events,
        cut=steps.cut_after(taken, threshold),
        shrunken_sensitivity_before=float(steps.sensitivity[steps.at_threshold]),
        shrunken_sensitivity_after=float(steps.sensitivity[taken]),
        net_benefit_before=benefit.shrunken(steps, steps.at_threshold),
        net_benefit_after=benefit.shrunken(steps, taken),
        flags_per_1000_before=float(1000 * steps.flagged[steps.at_threshold] / steps.flagged[-1]),
        flags_per_1000_after=float(1000 * steps.flagged[taken] / steps.flagged[-1]),
    )


def _refuse_harm(rows: Sequence[BandGroup], width: float) -> None:
    losses = _harmed((row.group, row.shrunken_sensitivity_before - row.shrunken_sensitivity_after) for row in rows)
    benefit_losses = _harmed((row.group, row.net_benefit_before - row.net_benefit_after) for row in rows)
    if losses or benefit_losses:
        raise HarmfulBand(width, losses, benefit_losses)


def _harmed(lost: Iterable[tuple[str, float]]) -> Losses:
    """Those that lose more than is allowed, most first."""
    return sorted((pair for pair in lost if pair[1] > LARGEST_LOSS_ALLOWED), key=lambda pair: (-pair[1], pair[0]))
