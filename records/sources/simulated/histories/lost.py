"""Pregnancies that end before 24 weeks: of other women than the births, so that those stay the same."""

from __future__ import annotations

import numpy as np

from records.sources.simulated.births import through_birth
from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.pregnancies import lost_pregnancies
from records.sources.simulated.scenario import Scenario

__all__ = ["women_who_lose"]


def women_who_lose(births: int, *, seed: int, scenario: Scenario, numbers: HistoryParameters) -> Women:
    """Beside so many births; drawn at the highest share, then thinned to each group's own."""
    shares = numbers.shares["lost"]
    highest = max(shares.values())
    drawn = lost_pregnancies(max(1, round(births * highest)), seed=seed, scenario=scenario, first_woman=births)
    kept = np.flatnonzero(drawn.happens("lost", drawn.by_group_or_default(shares) / highest))
    lost = Women(
        scenario=scenario,
        streams=drawn.streams,
        rows=len(kept),
        facts={name: column[kept] for name, column in drawn.facts.items()},
    )
    through_birth(lost)
    return lost
