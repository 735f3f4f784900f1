"""Today's rules, as data: comparators that every audit sets beside the model.

A rule is any-of its conditions. A woman of whom nothing decides it cannot be evaluated: null, never 'not flagged'.
The rules of a site replace these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from models.conditions import Condition, any_of

__all__ = ["GUIDELINES", "GuidelineRule"]


@dataclass(frozen=True, kw_only=True)
class GuidelineRule:
    """``scored_by`` is its name in the predictions table. Without conditions it flags nobody."""

    scored_by: str
    title: str
    authority: str
    conditions: tuple[Condition, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.concept for c in self.conditions))

    def flags(self, known: pl.DataFrame) -> pl.Series:
        """One flag a row; null where the rule cannot be evaluated."""
        if not self.conditions:
            return pl.repeat(value=False, n=known.height, dtype=pl.Boolean, eager=True)
        absent = [pl.lit(None, dtype=pl.Boolean).alias(name) for name in self.needs if name not in known.columns]
        return known.with_columns(absent).select(any_of(self.conditions)).to_series()


GUIDELINES: Mapping[str, GuidelineRule] = MappingProxyType(
    {
        rule.scored_by: rule
        for rule in (
            GuidelineRule(
                scored_by="flag_nobody",
                title="flag nobody",
                authority="the comparator of a decision curve (Vickers and Elkin 2006)",
                conditions=(),
            ),
            GuidelineRule(
                scored_by="guideline:bmi_30_or_more",
                title="body mass index of 30 kg/m2 or more alone",
                authority="one of the risk factors of NICE NG3, Diabetes in pregnancy",
                conditions=(Condition(concept="body_mass_index", comparison="at_least", value=30),),
            ),
        )
    }
)
