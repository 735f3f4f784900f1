"""A risk as people count: of 100 women, so many will and so many will not, both sides out of one denominator."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from models.outcomes import Outcome, OutcomeDefinition

__all__ = ["NaturalFrequency", "denominator_for", "natural_frequency", "sentence"]


@dataclass(frozen=True, kw_only=True)
class NaturalFrequency:
    """``will`` and ``will_not`` add up to ``of``."""

    of: int
    will: int
    will_not: int

    @property
    def words(self) -> tuple[str, str]:
        """Both counts; none and all are never said of a risk that is neither 0 nor 1."""
        if self.will == 0:
            return "fewer than 1", f"more than {self.of - 1:,}"
        if self.will_not == 0:
            return f"more than {self.of - 1:,}", "fewer than 1"
        return f"about {self.will:,}", f"{self.will_not:,}"


def denominator_for(risks: Iterable[float]) -> int:
    """One denominator a page: 100, or 1,000 where a risk on it is below 1 %."""
    return 1000 if any(risk < 0.01 for risk in risks) else 100


def natural_frequency(risk: float, of: int) -> NaturalFrequency:
    """Halves are rounded up."""
    will = math.floor(risk * of + 0.5)
    return NaturalFrequency(of=of, will=will, will_not=of - will)


def sentence(frequency: NaturalFrequency, declared: Outcome, definition: OutcomeDefinition) -> str:
    will, will_not = frequency.words
    # A proxy counts what was recorded; saying that she will bleed would claim what it cannot know.
    if definition.is_proxy:
        what = f"have {definition.name} recorded, a proxy for {declared.title}"
    else:
        what = definition.plain or declared.plain
    return f"Of {frequency.of:,} women with these recorded facts, {will} will {what} and {will_not} will not."
