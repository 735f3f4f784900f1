"""A condition on one recorded fact, as data: 'gestation at birth below 259 days'.

Definitions of outcomes, populations and guideline rules are lists of these, so they can be digested, printed and
saved with a model. Unknown stays unknown: a condition on a fact that is not recorded is null, and any/all follow
Kleene's three-valued logic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

__all__ = ["Comparison", "Condition", "all_of", "any_of", "holds_for"]

Comparison = Literal["below", "at_least", "above", "is", "is_not"]

_WORDS: Mapping[str, str] = {"below": "<", "at_least": ">=", "above": ">", "is": "=", "is_not": "is not"}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """``value`` is in the concept's canonical unit."""

    concept: str
    comparison: Comparison
    value: float | int | bool | str

    def expression(self, prefix: str = "") -> pl.Expr:
        fact = pl.col(prefix + self.concept)
        if self.comparison == "below":
            return fact < self.value
        if self.comparison == "at_least":
            return fact >= self.value
        if self.comparison == "above":
            return fact > self.value
        if self.comparison == "is":
            return fact == self.value
        return fact != self.value

    def holds(self, fact: float | int | bool | str | None) -> bool | None:
        """The condition on one woman's fact; None where it is not recorded."""
        if fact is None:
            return None
        if self.comparison == "is":
            return fact == self.value
        if self.comparison == "is_not":
            return fact != self.value
        if self.comparison == "above":
            return float(fact) > float(self.value)
        below = float(fact) < float(self.value)
        return below if self.comparison == "below" else not below

    def __str__(self) -> str:
        value = str(self.value).lower() if isinstance(self.value, bool) else f"{self.value}"
        return f"{self.concept} {_WORDS[self.comparison]} {value}"


def any_of(conditions: Sequence[Condition], prefix: str = "") -> pl.Expr:
    """True if one holds; null if none holds and one is unknown; else false. ``prefix`` stands before each column's
    name."""
    return pl.any_horizontal([c.expression(prefix) for c in conditions])


def all_of(conditions: Sequence[Condition], prefix: str = "") -> pl.Expr:
    """False if one fails; null if none fails and one is unknown; else true. No conditions: true."""
    return pl.all_horizontal([c.expression(prefix) for c in conditions]) if conditions else pl.lit(value=True)


def holds_for(conditions: Sequence[Condition], facts: Mapping[str, float | int | bool | str | None]) -> bool | None:
    """`all_of` for one woman's facts."""
    answers = [c.holds(facts.get(c.concept)) for c in conditions]
    if any(answer is False for answer in answers):
        return False
    return None if any(answer is None for answer in answers) else True
