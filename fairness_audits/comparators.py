"""The model beside today's rule, group by group: for as many flags as the rule gives, then for as many as the site can.

A yes/no rule has no capacity to match. So the model is first cut where it flags as many women as the rule does. Then
the model stands at its own operating point, and the rule is thinned to as many flags: flagged women drawn at random,
which finds that share of those it found. A rule that flags fewer than there are places for stays as it is.

Both are judged on the same women, those whom the rule can be evaluated for, and the interval of the difference knows
how many both find. Where the table does not give rule and model on the same pregnancies, each is judged on its own
women and the interval takes them as different: wider, where model and rule tend to find the same women, as they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from fairness_audits.disclosure import DisclosureRule, PublishedCounts
from fairness_audits.effective_counts import EffectiveCounts, effective_counts
from fairness_audits.estimate import printed_tallies
from fairness_audits.figures import DIGITS, Figure, GroupFigures, Section, figure, hidden, rounded
from fairness_audits.levels import EVERYONE, Level
from fairness_audits.printed_rates import difference, same_womens_difference, share
from fairness_audits.rule_description import RuleDescription
from fairness_audits.rules_beside import answered_by
from fairness_audits.tallies import Tally, share_at_rate, tallies
from models.guideline_rule import GUIDELINE

__all__ = ["Comparison", "ComparisonRow", "compare"]

NOT_RECORDED = "what it asks for is not recorded for these women"

FOUND = ("found", "evaluated_events")


@dataclass(frozen=True, kw_only=True)
class ComparisonRow:
    """Women of one group with the outcome: how many the rule flags, and the model where it flags as many overall.

    ``model_at_capacity`` is the model at its operating point, ``rule_at_capacity`` what is expected of the rule thinned
    to as many flags.
    """

    group: str
    events: int | None
    found_by_rule: int | None
    found_by_model: int | None
    rule: Figure
    model: Figure
    difference: Figure
    rule_at_capacity: Figure
    model_at_capacity: Figure

    def to_dict(self) -> dict[str, Any]:
        counts = {"events": self.events, "found_by_rule": self.found_by_rule, "found_by_model": self.found_by_model}
        names = ("rule", "model", "difference", "rule_at_capacity", "model_at_capacity")
        return {"group": self.group, **counts, **{name: getattr(self, name).to_dict() for name in names}}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One model against one rule on the same question.

    ``flag_rate`` is of the women whom the rule can be evaluated for, ``capacity`` the share the model flags at its
    operating point. ``not_evaluated`` women lacked what the rule asks for; ``why_not`` says why none could be.
    ``is_paired`` says that the rows are of the same women. A rule that nobody could be evaluated for has no rows.
    """

    model: Section
    rule: Section
    described: RuleDescription
    flag_rate: Figure
    capacity: Figure
    not_evaluated: int | None
    is_paired: bool
    rows: tuple[ComparisonRow, ...]

    @property
    def is_guideline(self) -> bool:
        """Not flagging nobody or everyone, which no model need be held against group by group."""
        return self.rule.scored_by.startswith(GUIDELINE)

    @property
    def name(self) -> str:
        """As it is said in a sentence: "today's rule (...)"."""
        return f"today’s rule ({self.described.title})" if self.is_guideline else self.described.title

    @property
    def why_not(self) -> str:
        """Empty where the rule could be evaluated for anyone."""
        return "" if not self.flag_rate.is_undefined else self.described.why_not or NOT_RECORDED

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model.to_dict(),
            "rule": self.rule.to_dict(),
            "title": self.described.title,
            "authority": self.described.authority,
            "date": self.described.date,
            "action": self.described.action,
            "inputs": list(self.described.inputs),
            "reading": self.described.reading,
            "cannot_be_evaluated": self.why_not,
            "flag_rate": self.flag_rate.to_dict(),
            "capacity": self.capacity.to_dict(),
            "not_evaluated": self.not_evaluated,
            "same_women": self.is_paired,
            "rows": [row.to_dict() for row in self.rows],
        }


def compare(
    model: Section,
    model_rows: pl.DataFrame,
    rule: Section,
    rule_rows: pl.DataFrame,
    *,
    level: Level | None,
    at_capacity: Mapping[str, GroupFigures],
    described: RuleDescription | None,
    disclosure: DisclosureRule,
) -> Comparison:
    """Everyone first, then each group of ``level``.

    ``at_capacity`` has the model's figures at its operating point, by group; ``described`` is what the context says of
    the rule.
    """
    rule_rows = rule_rows.with_columns(flagged_share=pl.col("alert").cast(pl.Float64))
    asked = tallies(rule_rows, None)[EVERYONE].rows
    same_women = answered_by(rule, model_rows)
    if same_women is not None:
        rule_rows, model_rows = same_women.with_columns(flagged_share="rule_share"), same_women
    everyone = tallies(rule_rows, None)[EVERYONE].weight
    rate = everyone["flagged"] / everyone["evaluated"] if everyone["evaluated"] else 0.0
    model_rows = share_at_rate(model_rows, rate)
    levels = (level,) if level is not None else ()
    by_rule, by_model = (printed_tallies(r, levels, disclosure) for r in (rule_rows, model_rows))
    by_both = _found_by_both(model_rows, levels, disclosure) if same_women is not None else {}
    total = effective_counts(("flagged", "evaluated"), *next(iter(by_rule.values())), disclosure)
    flag_rate = share("flag_rate", *total.pair, disclosure)
    capacity = next(iter(at_capacity.values()))["flag_rate"]
    return Comparison(
        model=model,
        rule=rule,
        described=described or RuleDescription.named(rule.scored_by),
        flag_rate=flag_rate,
        capacity=capacity,
        not_evaluated=disclosure.count(asked["n"] - asked["evaluated"]),
        is_paired=same_women is not None,
        rows=tuple(
            _row(
                cell[1],
                by_rule[cell],
                by_model[cell],
                by_both.get(cell),
                at_capacity.get(cell[1]),
                flag_rate,
                capacity,
                disclosure,
            )
            for cell in by_rule
            if cell in by_model and everyone["evaluated"]
        ),
    )


def _found_by_both(
    rows: pl.DataFrame, levels: tuple[Level, ...], disclosure: DisclosureRule
) -> dict[tuple[str, str], float | None]:
    """Women with the outcome whom model and rule find, by level and group, as printed (effective where weighted)."""
    both = rows.with_columns(flagged_share=pl.col("flagged_share") * pl.col("rule_share"))
    counted = printed_tallies(both, levels, disclosure)
    return {cell: effective_counts(FOUND, *printed, disclosure).part for cell, printed in counted.items()}


def _row(
    group: str,
    rule: tuple[Tally, PublishedCounts],
    model: tuple[Tally, PublishedCounts],
    both: float | None,
    at_capacity: GroupFigures | None,
    flag_rate: Figure,
    capacity: Figure,
    disclosure: DisclosureRule,
) -> ComparisonRow:
    """The design effect of the model's own sensitivity stands for those of both: it is of the same women."""
    design = at_capacity.effective["sensitivity"].design if at_capacity is not None else 1.0
    theirs, ours = (effective_counts(FOUND, *counted, disclosure, design=design) for counted in (rule, model))
    found = share("sensitivity", *theirs.pair, disclosure, design=design)
    return ComparisonRow(
        group=group,
        events=model[1]["evaluated_events"],
        found_by_rule=rule[1]["found"],
        found_by_model=model[1]["found"],
        rule=found,
        model=share("sensitivity", *ours.pair, disclosure, design=design),
        difference=_difference(ours, theirs, both, disclosure),
        rule_at_capacity=_thinned(found, flag_rate, capacity),
        model_at_capacity=hidden("sensitivity") if at_capacity is None else at_capacity["sensitivity"],
    )


def _difference(
    model: EffectiveCounts, rule: EffectiveCounts, both: float | None, disclosure: DisclosureRule
) -> Figure:
    if both is not None and model.whole == rule.whole:
        interval = same_womens_difference(both, model.part, rule.part, model.whole, disclosure, design=model.design)
    else:
        interval = difference(model.pair, rule.pair, disclosure, designs=(model.design, rule.design))
    name = "difference_from_others"
    return hidden(name) if interval is None else figure(name, interval)


def _thinned(found: Figure, flag_rate: Figure, capacity: Figure) -> Figure:
    """Of the flagged, so many drawn at random as there are places; from printed figures, so it gives nothing back."""
    if found.value is None or not flag_rate.value or capacity.value is None:
        return found
    kept = min(1.0, capacity.value / flag_rate.value)
    digits = DIGITS[found.estimand]
    value, low, high = (None if x is None else rounded(x * kept, digits) for x in (found.value, found.low, found.high))
    return Figure(estimand=found.estimand, value=value, low=low, high=high)
