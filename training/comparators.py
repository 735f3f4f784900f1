"""Today's rules on a cohort: each flags every woman it can, from what care knew of her by the prediction point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from fairness_audits.rule_description import RuleDescription
from models.guideline_rule import GuidelineRule
from records.clock import PredictionPoint
from records.records import Records

__all__ = ["AppliedRule", "apply_rules", "readable_facts"]


@dataclass(frozen=True, kw_only=True)
class AppliedRule:
    """``why_not`` is empty where these records hold all that the rule asks for."""

    rule: GuidelineRule
    why_not: str

    @property
    def column(self) -> str:
        """Where `Cohort.frame` has what it says of each woman."""
        return self.rule.scored_by

    @property
    def description(self) -> RuleDescription:
        return RuleDescription.of(self.rule, self.why_not)


def readable_facts(rules: Sequence[GuidelineRule], records: Records, at: PredictionPoint) -> tuple[str, ...]:
    """Concepts that the rules read and the records hold by the point."""
    asked = dict.fromkeys(name for rule in rules for name in rule.reads)
    return tuple(name for name in asked if records.has(name) and records.known_from[name] <= at)


def apply_rules(
    rules: Sequence[GuidelineRule], facts: pl.DataFrame, records: Records, at: PredictionPoint
) -> tuple[tuple[AppliedRule, ...], list[pl.Series]]:
    """The rules, and what each says of every row of ``facts``: null of everyone where a part of it is not held."""
    held = {name: since for name, since in records.known_from.items() if records.has(name)}
    schemes = [str(scheme) for scheme in facts["group_scheme"].drop_nulls().unique().sort()]
    applied = tuple(AppliedRule(rule=rule, why_not=rule.why_not(held, at, schemes)) for rule in rules)
    return applied, [_flags(one, facts) for one in applied]


def _flags(applied: AppliedRule, facts: pl.DataFrame) -> pl.Series:
    if applied.why_not:
        return pl.Series(applied.column, [None], dtype=pl.Boolean).new_from_index(0, facts.height)
    return applied.rule.flags(facts).alias(applied.column)
