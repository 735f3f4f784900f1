"""How many pregnancies a cohort is made from, and where the others went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

__all__ = ["Denominator"]


@dataclass(frozen=True, kw_only=True)
class Denominator:
    """How many pregnancies the records hold, and how many of them the outcome is about.

    ``not_asked`` counts those that no risk could be asked of at the point, by the reason; ``censored`` those of the
    cohort whose care moved elsewhere before the outcome was known, ``followed_too_short`` those who gave birth and were
    not followed for as long as it may come: both are among the not ascertained.
    """

    in_records: int
    outside_population: int
    population_unknown: int
    not_ascertained: int
    in_cohort: int
    not_asked: Mapping[str, int] = field(default_factory=dict)
    censored: int = 0
    followed_too_short: int = 0

    def __str__(self) -> str:
        return self.told(int)

    def told(self, printed: Callable[[float], int | None]) -> str:
        """The sentence with each count as a disclosure rule prints it (None: hidden), for what leaves the site."""

        def shown(births: int) -> str:
            count = printed(births)
            return "*" if count is None else f"{count:,}"

        asked = "".join(f" {shown(women)} {reason};" for reason, women in self.not_asked.items())
        why = (
            (self.censored, "care moved elsewhere"),
            (self.followed_too_short, "they were not followed long enough after birth"),
        )
        moved = "".join(f", {shown(women)} of those because {reason}" for women, reason in why if women)
        return (
            f"{shown(self.in_records)} in the records;{asked} {shown(self.outside_population)} outside the outcome's "
            f"population; {shown(self.population_unknown)} without a record of that; {shown(self.in_cohort)} in "
            f"the cohort, {shown(self.not_ascertained)} of them without an ascertained outcome{moved}"
        )
