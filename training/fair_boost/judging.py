"""How a row of figures stands by what its constraint asks: the worst group, and each group against everyone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.fair_boost.constraints import CONSTRAINTS, Measure
from training.fair_boost.figures import GroupFigures, RowFigures

__all__ = ["shortfalls", "standing", "worst_groups"]


def shortfalls(figures: RowFigures, constraint: str) -> NDArray[np.float64]:
    """(measures, groups): how much worse each group's shrunken figure is than everyone's."""
    return np.array(
        [
            [measure.good * (_overall(figures, measure) - _shrunken(group, measure)) for group in figures.groups]
            for measure in CONSTRAINTS[constraint].measures
        ]
    )


def standing(figures: RowFigures, constraint: str) -> float:
    """The worst constrained group's shrunken figure, higher being better. Of equalized odds, the lowest sensitivity
    less the highest false positive rate, added as Youden's index adds them (Cancer 1950;3:32-35)."""
    return float(sum(measure.good * _worst(figures, measure)[1] for measure in CONSTRAINTS[constraint].measures))


def worst_groups(figures: RowFigures, constraint: str) -> tuple[str, ...]:
    """The group that stands worst by each measure, each named once."""
    named = [_worst(figures, measure)[0] for measure in CONSTRAINTS[constraint].measures]
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _worst(figures: RowFigures, measure: Measure) -> tuple[str | None, float]:
    if measure is Measure.SENSITIVITY:
        return figures.worst_group, figures.worst_sensitivity
    judged = [group for group in figures.groups if group.constrained]
    worst = max(judged, key=lambda group: _shrunken(group, measure), default=None)
    return (None, _overall(figures, measure)) if worst is None else (worst.group, _shrunken(worst, measure))


def _shrunken(group: GroupFigures, measure: Measure) -> float:
    return {
        Measure.SENSITIVITY: group.shrunken_sensitivity,
        Measure.FALSE_POSITIVE_RATE: group.shrunken_false_positive_rate,
        Measure.LOG_LOSS: group.shrunken_log_loss,
    }[measure]


def _overall(figures: RowFigures, measure: Measure) -> float:
    return {
        Measure.SENSITIVITY: figures.sensitivity,
        Measure.FALSE_POSITIVE_RATE: figures.false_positive_rate,
        Measure.LOG_LOSS: figures.log_loss,
    }[measure]
