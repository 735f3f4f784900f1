"""What `fit` was given, checked once and trusted from there on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from records.errors import EquipartumError
from training.fair_boost.groups import GroupedWomen

__all__ = ["Births", "OutcomeOfOneClass", "TooFewEvents", "UnequalLengths", "UnusableWeights"]


class OutcomeOfOneClass(EquipartumError, ValueError):
    """Every birth that counts has the same outcome: nothing can be learnt."""


class TooFewEvents(EquipartumError, ValueError):
    """A part of the inner split is left without an event, or without a birth that has none."""


class UnequalLengths(EquipartumError, ValueError):
    """Columns that describe the same births have different lengths."""


class UnusableWeights(EquipartumError, ValueError):
    """Sample weights that are negative, missing, or all zero."""


@dataclass(frozen=True, kw_only=True)
class Births:
    """Outcomes, weights and groups. ``event`` is 0 or 1; ``weight`` averages 1 over the births that were given."""

    event: NDArray[np.float64]
    weight: NDArray[np.float64]
    weighted: bool
    women: GroupedWomen

    @classmethod
    def of(
        cls,
        event: NDArray[np.float64],
        *,
        sensitive_features: ArrayLike | GroupedWomen | None,
        sample_weight: ArrayLike | None,
    ) -> Births:
        women = GroupedWomen.of(sensitive_features, len(event))
        if len(women.codes) != len(event):
            raise UnequalLengths(f"sensitive_features has {len(women.codes)} rows; y has {len(event)}")
        weight = _weights(sample_weight, len(event))
        if not 0 < float(weight @ event) < float(weight.sum()):
            raise OutcomeOfOneClass("y has one class: an outcome that always or never happens cannot be learnt")
        return cls(
            event=event,
            weight=weight,
            weighted=sample_weight is not None,
            women=women,
        )

    def taken(self, rows: NDArray[np.intp]) -> Births:
        return Births(
            event=self.event[rows],
            weight=self.weight[rows],
            weighted=self.weighted,
            women=self.women.taken(rows),
        )

    def refuse_one_class(self, part: str) -> None:
        """Raises `TooFewEvents` unless some birth has the event and some has not, by weight."""
        with_event = float(self.weight @ self.event)
        if not 0 < with_event < float(self.weight.sum()):
            lacking = "an event" if with_event <= 0 else "a birth without the event"
            raise TooFewEvents(
                f"the {part} part of the inner split ({len(self.event)} births) lacks {lacking}; "
                "give more births, or another fraction to that part"
            )


def _weights(sample_weight: ArrayLike | None, rows: int) -> NDArray[np.float64]:
    if sample_weight is None:
        return np.ones(rows)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (rows,):
        raise UnequalLengths(f"sample_weight has shape {weight.shape}; y has {rows} rows")
    unusable = np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))
    if unusable.size:
        raise UnusableWeights(f"sample_weight, row {int(unusable[0])}: a weight is a finite number, zero or above")
    if weight.sum() == 0:
        raise UnusableWeights("every sample_weight is zero; some birth must count")
    return np.asarray(weight / weight.mean())
