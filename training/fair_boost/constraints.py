"""What a constrained fit may be asked: which figures of each group are held to everyone's, and from which sides."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONSTRAINTS", "DEFAULT_TOLERANCE", "Constraint", "Measure", "sensitivity_tolerance"]

#: How far below everyone's sensitivity a group may stand where nothing else is asked (project default).
DEFAULT_TOLERANCE = 0.02

_LEVELS_DOWN = (
    "it holds groups to everyone's figure from both sides, and so may lower a group that stands above it. "
    "It is there to compare; 'tpr_floor' is the default"
)


class Measure(enum.Enum):
    """A figure of one group; its value is how it is worded."""

    SENSITIVITY = "sensitivity"
    FALSE_POSITIVE_RATE = "false positive rate"
    LOG_LOSS = "log-loss"

    @property
    def good(self) -> float:
        """1 where a higher figure is better for the group, -1 where it is worse."""
        return 1.0 if self is Measure.SENSITIVITY else -1.0

    def births(self, event: NDArray[np.float64]) -> NDArray[np.intp]:
        """Positions of the births the figure is about: with the event, without it, or all."""
        if self is Measure.LOG_LOSS:
            return np.arange(event.size)
        return np.flatnonzero(event > 0 if self is Measure.SENSITIVITY else event <= 0)


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """``measures`` have a multiplier a group each. One-sided: only groups that stand worse than everyone are acted on.

    ``verb`` and ``aim`` say in a reason what became of the worst group; ``warning`` is told whenever it is asked for.
    """

    measures: tuple[Measure, ...]
    two_sided: bool = False
    verb: str = "raises"
    aim: str = "the worst group"
    warning: str | None = None

    @property
    def held(self) -> tuple[Measure, ...]:
        """What is held beside sensitivity, which every table shows."""
        return tuple(measure for measure in self.measures if measure is not Measure.SENSITIVITY)

    @property
    def unit(self) -> str:
        """What a tolerance is counted in, as it is written after the number; empty for a share of women."""
        return " nats" if Measure.LOG_LOSS in self.measures else ""


#: 'none' is the plain fit, judged as 'tpr_floor' is. 'tpr_floor' raises any group below (overall sensitivity -
#: tolerance). 'tpr', 'fpr' and 'equalized_odds' hold every group within half a tolerance of the overall sensitivity,
#: false positive rate, or both, on both sides, and so also level down. 'group_loss' weighs up any group whose log-loss
#: is above (overall + tolerance, in nats), after the bounded group loss of Agarwal, Dudik and Wu (ICML 2019).
CONSTRAINTS: Mapping[str, Constraint] = MappingProxyType(
    {
        "none": Constraint(measures=(Measure.SENSITIVITY,)),
        "tpr": Constraint(measures=(Measure.SENSITIVITY,), two_sided=True, warning=_LEVELS_DOWN),
        "tpr_floor": Constraint(measures=(Measure.SENSITIVITY,)),
        "fpr": Constraint(
            measures=(Measure.FALSE_POSITIVE_RATE,),
            two_sided=True,
            verb="lowers",
            aim="the worst group's false positive rate",
            warning=_LEVELS_DOWN,
        ),
        "equalized_odds": Constraint(
            measures=(Measure.SENSITIVITY, Measure.FALSE_POSITIVE_RATE),
            two_sided=True,
            verb="improves",
            aim="the worst groups' sensitivity and false positive rate",
            warning=_LEVELS_DOWN,
        ),
        "group_loss": Constraint(
            measures=(Measure.LOG_LOSS,),
            verb="lowers",
            aim="the worst group's log-loss",
            warning="log-loss is highest where the outcome is commonest, whatever the fit: 'group_loss' weighs up that "
            "group, which need not be the one found too rarely. 'tpr_floor' is the default. Its tolerance is in nats; "
            "the certificate and level-up cuts, which are about sensitivity, take instead a share of women, "
            f"{DEFAULT_TOLERANCE}",
        ),
    }
)


def sensitivity_tolerance(constraint: str, tolerance: float) -> float:
    """How far below everyone's sensitivity a group may stand: ``tolerance`` itself where it is a share of women,
    `DEFAULT_TOLERANCE` where it is in nats."""
    return DEFAULT_TOLERANCE if CONSTRAINTS[constraint].unit else tolerance
