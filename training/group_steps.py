"""One group's women by falling risk: what each further step down flags, and which of their events it finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.offer_policy import cut_between
from training.shrinkage import shrunken_sensitivity

__all__ = ["GroupSteps"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupSteps:
    """A step is all women of one risk, since one cut treats them alike.

    ``risk`` (falling) and ``weight`` have one entry a step. ``flagged`` (weight), ``found`` (weight of events) and
    ``sensitivity`` (shrunken) have one more: entry j is what flagging the first j steps gives. ``at_threshold`` is how
    many the single cut flags.
    """

    name: str
    events: int
    risk: Floats
    weight: Floats
    flagged: Floats
    found: Floats
    sensitivity: Floats
    at_threshold: int

    @classmethod
    def of(
        cls,
        name: str,
        risk: Floats,
        event: NDArray[np.bool_],
        weight: Floats,
        threshold: float,
        overall: float,
        pseudo_events: float,
    ) -> GroupSteps:
        """``risk`` must fall from row to row, or stay."""
        begins = np.append(True, risk[1:] < risk[:-1])
        step = np.cumsum(begins) - 1
        weights = np.bincount(step, weights=weight).astype(np.float64)
        found = np.append(0.0, np.cumsum(np.bincount(step, weights=weight * event)))
        return cls(
            name=name,
            events=int(event.sum()),
            risk=risk[begins],
            weight=weights,
            flagged=np.append(0.0, np.cumsum(weights)),
            found=found,
            sensitivity=shrunken_sensitivity(found, np.full_like(found, found[-1]), overall, pseudo_events),
            at_threshold=int((risk[begins] >= threshold).sum()),
        )

    def net_true(self, steps: int, odds: float) -> float:
        """Events found less what flags of women without one cost at those odds (Vickers and Elkin, Med Decis Making
        2006;26:565-574), by weight, when the first ``steps`` are flagged."""
        return float(self.found[steps] - odds * (self.flagged[steps] - self.found[steps]))

    def due_at(self, width: float) -> Floats:
        """By step, the level above which a band of ``width`` needs it flagged; it never falls from step to step.

        A step below the single cut is due once the steps above it leave the group under the level; one flagged today
        is dropped only if they alone reach the band's upper end. Past the last event no step raises the sensitivity:
        none is due.
        """
        due = self.sensitivity[:-1].copy()
        due[: self.at_threshold] -= width
        all_found = int(np.searchsorted(self.found, self.found[-1], side="left"))
        due[max(self.at_threshold, all_found) :] = np.inf
        return due

    def cut_after(self, steps: int, threshold: float) -> float:
        """The cut that flags the first ``steps`` and no more: ``threshold`` itself where it does that."""
        if steps == self.at_threshold:
            return threshold
        if steps == self.risk.size:
            return float(self.risk[-1])
        highest_kept = float(self.risk[steps - 1]) if steps else float(np.nextafter(1.0, 2.0))
        return float(cut_between(highest_kept, float(self.risk[steps])))
