"""Which update these births call for: the least that is enough, by a rule stated beforehand.

The closed testing procedure of Vergouwe et al. (Stat Med 2017;36:4529-4539): the model as it is, in the large and with
a slope are each tested by their likelihood ratio against the next larger update, and the least one that is not
rejected at 5 % is sufficient; because the tests are nested, the whole procedure keeps 5 %.

One thing differs. They compare with a regression fitted anew, whose coefficients count as degrees of freedom; a booster
has none that can be counted. The model fitted anew is therefore compared out of fold, woman by woman, with the
recalibrated one: it is called for only where its log-likelihood per woman is surely higher (the 95 % interval of the
mean difference, by woman, lies above 0). It has fewer births than the model had, so it is often not.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from fairness_audits.intervals import Interval, normal_interval
from training.validation.recalibration import (
    IN_THE_LARGE,
    NONE,
    REFIT,
    SLOPE,
    UnusableRecalibration,
    fit_recalibration,
    log_likelihood,
)

__all__ = ["CLOSED_TEST", "SufficientUpdate", "gain_by_woman", "sufficient_update"]

Array = npt.NDArray[np.float64]

CLOSED_TEST = (
    "closed testing procedure (Vergouwe et al., Stat Med 2017;36:4529-4539) at 5 %: the least update that is not "
    "rejected by its likelihood ratio against the larger one; fitting anew only where its out-of-fold log-likelihood "
    "is surely higher than that of the recalibrated model"
)
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class SufficientUpdate:
    """``update`` is the least that is enough. ``p_none`` and ``p_in_the_large`` are the tests against intercept and
    slope (2 and 1 degrees of freedom). ``shift`` is the in-the-large intercept, ``intercept`` the one beside ``slope``,
    all on these births. ``refit_gain`` is nats a birth gained by fitting anew, out of fold."""

    update: str
    p_none: float
    p_in_the_large: float
    shift: float
    intercept: float
    slope: float
    refit_gain: tuple[float, float, float] | None

    @property
    def sentence(self) -> str:
        if self.update == IN_THE_LARGE:
            direction = "low" if self.shift > 0 else "high"
            return f"The risks told are too {direction} throughout: a new intercept is enough."
        return SENTENCES[self.update]

    def to_dict(self) -> dict[str, Any]:
        """Rounded as print is: exact fits of a few births could give one of them back."""
        told = {**asdict(self), "sentence": self.sentence, "rule": CLOSED_TEST}
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
    if refit_gain is not None and refit_gain.low > 0:
        update = REFIT
    elif p_none >= LEVEL:
        update = NONE
    else:
        update = IN_THE_LARGE if p_in_the_large >= LEVEL else SLOPE
    return SufficientUpdate(
        update=update,
        p_none=p_none,
        p_in_the_large=p_in_the_large,
        shift=shifted.intercept,
        intercept=largest.intercept,
        slope=largest.slope,
        refit_gain=None if refit_gain is None else (refit_gain.value, refit_gain.low, refit_gain.high),
    )


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


def _p_value(half_deviance: float, *, degrees: int) -> float:
    return float(chdtrc(degrees, max(2.0 * half_deviance, 0.0)))
