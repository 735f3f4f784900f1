"""Which update these births call for: the least that is enough, by a rule stated beforehand.

The closed testing procedure of Vergouwe et al. (Stat Med 2017;36:4529-4539): the model as it is, in the large and with
a slope are each tested by their likelihood ratio against the next larger update, and the least one that is not
rejected at 5 % is sufficient; because the tests are nested, the whole procedure keeps 5 %.

One thing differs. They compare with a regression fitted anew, whose coefficients count as degrees of freedom; a booster
has none that can be counted. The model fitted anew is therefore compared out of fold, woman by woman, with the
recalibrated one: it is called for only where its log-likelihood per woman is surely higher (the 95 % interval of the
mean difference, by woman, lies above 0). It has fewer births than the model had, so it is often not.

One thing is added: an update that these births as a whole call for is not sufficient where it harms women of a group
(`harm_by_group`). The largest one below it that harms nobody is taken instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from fairness_audits.findings import CANNOT_TELL
from fairness_audits.intervals import Interval, normal_interval
from training.validation.harm_by_group import GroupChange
from training.validation.recalibration import (
    IN_THE_LARGE,
    NONE,
    REFIT,
    SLOPE,
    UPDATES,
    UnusableRecalibration,
    fit_recalibration,
    log_likelihood,
)

__all__ = [
    "CLOSED_TEST",
    "SufficientUpdate",
    "UpdateByGroup",
    "gain_by_woman",
    "harming_nobody",
    "sufficient_update",
]

Array = npt.NDArray[np.float64]

CLOSED_TEST = (
    "closed testing procedure (Vergouwe et al., Stat Med 2017;36:4529-4539) at 5 %: the least update that is not "
    "rejected by its likelihood ratio against the larger one; fitting anew only where its out-of-fold log-likelihood "
    "is surely higher than that of the recalibrated model; and none by which a stated ethnic group's O:E is surely "
    "further from 1, or its log loss surely higher, than without an update (one-sided, 5 % over the groups by Holm)"
)
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class UpdateByGroup:
    """What an update that was considered does to each stated ethnic group."""

    update: str
    groups: tuple[GroupChange, ...]

    @property
    def harmed(self) -> tuple[GroupChange, ...]:
        return tuple(one for one in self.groups if one.is_harmed)

    @property
    def untold(self) -> tuple[GroupChange, ...]:
        return tuple(one for one in self.groups if one.state == CANNOT_TELL)


@dataclass(frozen=True, kw_only=True)
class SufficientUpdate:
    """``update`` is the least that is enough and harms nobody; ``called_for`` the least that is enough for the births
    as a whole, another where that harms a group. ``considered`` are these two and those between, the largest first,
    without 'none'. ``p_none`` and ``p_in_the_large`` are the tests against intercept and
    slope (2 and 1 degrees of freedom). ``shift`` is the in-the-large intercept, ``intercept`` the one beside ``slope``,
    all on these births. ``refit_gain`` is nats a birth gained by fitting anew, out of fold."""

    update: str
    p_none: float
    p_in_the_large: float
    shift: float
    intercept: float
    slope: float
    refit_gain: tuple[float, float, float] | None
    called_for: str
    considered: tuple[UpdateByGroup, ...] = ()

    @property
    def is_held_back(self) -> bool:
        """Whether a group would be harmed by what the births as a whole call for."""
        return self.update != self.called_for

    @property
    def is_without_remedy(self) -> bool:
        """Whether these births show that the risks told are wrong, and every update would harm a group."""
        return self.is_held_back and self.update == NONE

    @property
    def recalibration(self) -> str:
        """The least update that is enough among those that keep the trees."""
        if self.p_none >= LEVEL:
            return NONE
        return IN_THE_LARGE if self.p_in_the_large >= LEVEL else SLOPE

    @property
    def sentence(self) -> str:
        if self.is_held_back:
            return (
                f"These births as a whole call for '{self.called_for}', which makes the risks told to some women "
                f"worse: {_largest(self.update)}."
            )
        if self.update == IN_THE_LARGE:
            direction = "low" if self.shift > 0 else "high"
            return f"The risks told are too {direction} throughout: a new intercept is enough."
        return SENTENCES[self.update]

    def to_dict(self) -> dict[str, Any]:
        """Rounded as print is: exact fits of a few births could give one of them back."""
        told = {**asdict(self), "sentence": self.sentence, "rule": CLOSED_TEST}
        told["considered"] = [
            {"update": one.update, "groups": [group.to_dict() for group in one.groups]} for one in self.considered
        ]
        for name, digits in (("p_none", 3), ("p_in_the_large", 3), ("shift", 2), ("intercept", 2), ("slope", 2)):
            told[name] = round(told[name], digits)
        if self.refit_gain is not None:
            told["refit_gain"] = [round(nats, 5) for nats in self.refit_gain]
        return told


SENTENCES = {
    NONE: "No update is called for: these births do not show that the risks told are wrong.",
    SLOPE: "The risks told are too extreme or too alike, beyond a shift: a new intercept and slope are needed.",
    REFIT: "A model fitted anew on such births predicts surely better than the recalibrated one.",
}


def sufficient_update(log_odds: Array, observed: Array, refit_gain: Interval | None) -> SufficientUpdate:
    """From the log-odds told and the outcomes (0 or 1) of births whose outcome is known.

    ``refit_gain`` is that of `gain_by_woman`, None where no model could be fitted anew. Births are taken as independent
    by the likelihood ratios. Raises `UnusableRecalibration` where no slope can be fitted.
    """
    largest = fit_recalibration(SLOPE, log_odds, observed)
    shifted = fit_recalibration(IN_THE_LARGE, log_odds, observed)
    likelihood = {
        name: float(log_likelihood(one, observed).sum())
        for name, one in (
            (NONE, log_odds),
            (IN_THE_LARGE, shifted.apply(log_odds)),
            (SLOPE, largest.apply(log_odds)),
        )
    }
    p_none = _p_value(likelihood[SLOPE] - likelihood[NONE], degrees=2)
    p_in_the_large = _p_value(likelihood[SLOPE] - likelihood[IN_THE_LARGE], degrees=1)
    found = SufficientUpdate(
        update=NONE,
        called_for=NONE,
        p_none=p_none,
        p_in_the_large=p_in_the_large,
        shift=shifted.intercept,
        intercept=largest.intercept,
        slope=largest.slope,
        refit_gain=None if refit_gain is None else (refit_gain.value, refit_gain.low, refit_gain.high),
    )
    update = REFIT if refit_gain is not None and refit_gain.low > 0 else found.recalibration
    return replace(found, update=update, called_for=update)


def harming_nobody(
    found: SufficientUpdate, changes_under: Callable[[str], tuple[GroupChange, ...]]
) -> SufficientUpdate:
    """The largest update, of what is called for and the recalibrations below it, that harms no group.

    ``changes_under`` gives what an update does to each group, on births that took no part in fitting it. 'none' harms
    nobody. What cannot be told of a group with few events holds no update back; it is told.
    """
    below = UPDATES[: UPDATES.index(found.recalibration) + 1]
    asked = [name for name in dict.fromkeys((found.called_for, *reversed(below))) if name != NONE]
    considered: list[UpdateByGroup] = []
    for name in asked:
        considered.append(UpdateByGroup(update=name, groups=changes_under(name)))
        if not considered[-1].harmed:
            return replace(found, update=name, considered=tuple(considered))
    return replace(found, update=NONE, considered=tuple(considered))


def gain_by_woman(gain: Array, women: npt.NDArray[np.generic]) -> Interval:
    """Mean gain a birth with its 95 % interval; births of one woman count together (sums by woman, linearised)."""
    _, woman = np.unique(women, return_inverse=True)
    mean = float(gain.mean())
    by_woman = np.bincount(woman, weights=gain - mean)
    count = by_woman.size
    if count < 2:
        raise UnusableRecalibration("births of one woman alone cannot compare two models")
    error = float(np.sqrt((by_woman**2).sum() * count / (count - 1))) / gain.size
    return normal_interval(mean, error)


def _largest(update: str) -> str:
    return (
        "no update harms nobody, so none is made" if update == NONE else f"'{update}' is the largest that harms nobody"
    )


def _p_value(half_deviance: float, *, degrees: int) -> float:
    return float(chdtrc(degrees, max(2.0 * half_deviance, 0.0)))
