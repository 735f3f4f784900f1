"""The model beside today's rule: at the rule's own flag rate, and the rule as it stands, group by group.

A yes/no rule has no capacity to match, so the model is cut where it flags as many women as the rule does. The same
women are in both, but the counts do not say who; the interval of the difference takes them as different women, which
makes it wider than need be, never narrower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from fairness_audits.disclosure import DisclosureRule, PublishedCounts
from fairness_audits.estimate import printed_tallies
from fairness_audits.figures import Figure, Section, figure, hidden
from fairness_audits.levels import Level
from fairness_audits.printed_rates import difference, share
from fairness_audits.tallies import share_at_rate, tallies

__all__ = ["Comparison", "ComparisonRow", "compare"]


@dataclass(frozen=True, kw_only=True)
class ComparisonRow:
    """Women of one group with the outcome: how many the rule flags, and the model where it flags as many overall."""

    group: str
    events: int | None
    found_by_rule: int | None
    found_by_model: int | None
    rule: Figure
    model: Figure
    difference: Figure

    def to_dict(self) -> dict[str, Any]:
        counts = {"events": self.events, "found_by_rule": self.found_by_rule, "found_by_model": self.found_by_model}
        figures = {name: getattr(self, name).to_dict() for name in ("rule", "model", "difference")}
        return {"group": self.group, **counts, **figures}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One model against one rule on the same question. ``not_evaluated`` women lacked what the rule asks for."""

    model: Section
    rule: Section
    flag_rate: Figure
    not_evaluated: int | None
    rows: tuple[ComparisonRow, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model.to_dict(),
            "rule": self.rule.to_dict(),
            "flag_rate": self.flag_rate.to_dict(),
            "not_evaluated": self.not_evaluated,
            "rows": [row.to_dict() for row in self.rows],
        }


def compare(
    model: Section,
    model_rows: pl.DataFrame,
    rule: Section,
    rule_rows: pl.DataFrame,
    *,
    level: Level | None,
    disclosure: DisclosureRule,
) -> Comparison:
    """Everyone first, then each group of ``level``."""
    rule_rows = rule_rows.with_columns(flagged_share=pl.col("alert").cast(pl.Float64))
    everyone = next(iter(tallies(rule_rows, None).values()))
    evaluated = everyone.weight["evaluated"]
    rate = everyone.weight["flagged"] / evaluated if evaluated else 0.0
    model_rows = share_at_rate(model_rows, rate)
    levels = (level,) if level is not None else ()
    by_rule, by_model = (printed_tallies(r, levels, disclosure) for r in (rule_rows, model_rows))
    total = next(iter(by_rule.values()))[1]
    return Comparison(
        model=model,
        rule=rule,
        flag_rate=share("flag_rate", total["flagged"], total["evaluated"], disclosure),
        not_evaluated=disclosure.count(everyone.rows["n"] - everyone.rows["evaluated"]),
        rows=tuple(
            _row(cell[1], by_rule[cell][1], by_model[cell][1], disclosure) for cell in by_rule if cell in by_model
        ),
    )


def _row(group: str, rule: PublishedCounts, model: PublishedCounts, disclosure: DisclosureRule) -> ComparisonRow:
    return ComparisonRow(
        group=group,
        events=model["evaluated_events"],
        found_by_rule=rule["found"],
        found_by_model=model["found"],
        rule=share("sensitivity", rule["found"], rule["evaluated_events"], disclosure),
        model=share("sensitivity", model["found"], model["evaluated_events"], disclosure),
        difference=_difference(model, rule, disclosure),
    )


def _difference(model: PublishedCounts, rule: PublishedCounts, disclosure: DisclosureRule) -> Figure:
    own, other = ((counts["found"], counts["evaluated_events"]) for counts in (model, rule))
    interval = difference(own, other, disclosure)
    name = "difference_from_others"
    return hidden(name) if interval is None else figure(name, interval)
