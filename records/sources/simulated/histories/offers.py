"""Offers of the test for gestational diabetes, made at booking: whether each was made, and what she said, if noted."""

from __future__ import annotations

from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.clock import Clock, Flags
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.histories.writing_down import WrittenDown

__all__ = ["observe_offers"]


def observe_offers(written: WrittenDown, women: Women, clock: Clock, numbers: HistoryParameters) -> None:
    """Whoever was tested had been offered it and had accepted; of the others some were, and did not come to it."""
    facts = women.facts
    tested = facts["diabetes_test_done"].astype(bool)
    noted = ~facts["pre_existing_diabetes"].astype(bool) & ~_happens(women, numbers, "diabetes_offer_not_noted")
    offered = tested | _happens(women, numbers, "diabetes_test_offered_only")
    accepted = tested | _happens(women, numbers, "diabetes_test_accepted_only")
    written.add("diabetes_test_offered", clock.booked, offered, noted)
    written.add("diabetes_test_accepted", clock.booked, accepted, noted & offered)


def _happens(women: Women, numbers: HistoryParameters, share: str) -> Flags:
    return women.happens(share.replace("_", " "), women.by_group_or_default(numbers.shares[share]))
