"""Recorded counts as they may be printed: of every group of every level, in one pass of the disclosure rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from fairness_audits.data_audit.counting import RecordedCounts
from fairness_audits.disclosure import DisclosureRule, PublishedCounts, one_family, publish
from fairness_audits.families import Cell, families_of
from fairness_audits.figures import Figure, figure, hidden
from fairness_audits.intervals import UNDEFINED
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL, Level
from fairness_audits.printed_rates import difference, share

__all__ = ["PrintedCounts", "print_counts"]


@dataclass(frozen=True, kw_only=True)
class PrintedCounts:
    """Everyone first, then each level's groups. ``years`` and ``sites`` are births by each."""

    counts: Mapping[Cell, PublishedCounts]
    years: Mapping[str, int | None]
    sites: Mapping[str, int | None]
    rule: DisclosureRule

    @property
    def everyone(self) -> PublishedCounts:
        return self.counts[EVERYONE_LEVEL, EVERYONE]

    def of_level(self, level: str) -> Iterator[tuple[str, PublishedCounts]]:
        return ((cell[1], counts) for cell, counts in self.counts.items() if cell[0] == level)

    def share(self, estimand: str, cell: Cell, part: str, whole: str) -> Figure:
        """A disguised count is printed, and no share of it: 5 that stand for 1 to 7 would be read as a rate."""
        counts = self.counts[cell]
        if (count := counts[part]) is not None and self.rule.is_disguised(count):
            return hidden(estimand)
        return share(estimand, counts[part], counts[whole], self.rule)

    def difference(self, cell: Cell, part: str, whole: str) -> Figure:
        """The group's share less that of everyone else; undefined for everyone."""
        name = "difference_from_others"
        if cell[0] == EVERYONE_LEVEL:
            return figure(name, UNDEFINED)
        own, total = self.counts[cell], self.everyone
        others = [
            None if (all_of := total[name]) is None or (here := own[name]) is None else max(all_of - here, 0)
            for name in (part, whole)
        ]
        interval = difference((own[part], own[whole]), (others[0], others[1]), self.rule)
        return hidden(name) if interval is None else figure(name, interval)


def print_counts(counted: RecordedCounts, levels: Sequence[Level], rule: DisclosureRule) -> PrintedCounts:
    """Each level adds up to the one above, so all pass the rule together."""
    names = [name for name, dtype in counted.cells.schema.items() if dtype == pl.Int64]
    exact = {(EVERYONE_LEVEL, EVERYONE): counted.cells.select(pl.col(names).sum()).row(0, named=True)}
    for level in levels:
        labelled = level.labelled(counted.cells)
        by_group = {
            row.pop("group"): row for row in labelled.group_by("group").agg(pl.col(names).sum()).iter_rows(named=True)
        }
        exact |= {(level.name, group): by_group[group] for group in level.groups}
    return PrintedCounts(
        counts=publish(rule, exact, families_of(levels, {level.name: level.groups for level in levels})),
        years=_one_by_one(counted.years, rule),
        sites=_one_by_one(counted.sites, rule),
        rule=rule,
    )


def _one_by_one(births: Mapping[str, int], rule: DisclosureRule) -> dict[str, int | None]:
    """They add up to all births, which are printed too."""
    exact = {EVERYONE: {"n": sum(births.values())}} | {name: {"n": n} for name, n in births.items()}
    printed = publish(rule, exact, one_family(exact, EVERYONE))
    return {name: printed[name]["n"] for name in births}
