"""What is written down of treatments: of each woman one was advised to, whether she was offered it, and took it."""

from __future__ import annotations

import numpy as np

from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.clock import NO_DAY, Clock, Days
from records.sources.simulated.histories.writing_down import WrittenDown
from records.sources.simulated.scenario import Treatment

__all__ = ["day_of_treatment", "observe_treatments"]


def observe_treatments(written: WrittenDown, women: Women, clock: Clock) -> None:
    """Whoever takes it had been offered it and had accepted; of the others some were, and do not."""
    for treatment in women.scenario.treatments:
        taken = women.facts[treatment.name].astype(bool)
        noted = women.facts[treatment.advised_if] & ~_happens(women, treatment, "not_noted")
        offered = taken | _happens(women, treatment, "offered_only")
        accepted = taken | _happens(women, treatment, "accepted_only")
        day = day_of_treatment(treatment, clock)
        written.add_before_birth(treatment.offered, day, offered, noted)
        written.add_before_birth(treatment.accepted, day, accepted, noted & offered)
        # The first dose, and the visit, are on record whatever is noted of the offer.
        written.add_before_birth(treatment.name, day, taken, noted | taken)


def day_of_treatment(treatment: Treatment, clock: Clock) -> Days:
    """The same for all who booked before it begins, so that who has not come to it yet tells nothing of herself."""
    return np.where(clock.booked == NO_DAY, NO_DAY, np.maximum(clock.booked, treatment.from_day))


def _happens(women: Women, treatment: Treatment, what: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    shares = getattr(treatment, what)
    return women.happens(f"{treatment.name} {what}", women.by_group_or_default(shares))
