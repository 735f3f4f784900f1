"""Small tables beside the main ones: counts that add up, printed so that no small one comes back by subtraction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from fairness_audits.disclosure import DisclosureRule, Family, publish
from fairness_audits.printed_table import range_of
from fairness_audits.recovery import PrintedTable, Unknown
from fairness_audits.secondary_suppression import FEWEST_VALUES, taken_out_of

__all__ = ["Cell", "publish_sums"]

# A row of such a table: what it is of, and the group.
Cell = tuple[str, str]


def publish_sums(
    rule: DisclosureRule,
    exact: Mapping[Cell, Mapping[str, float]],
    families: Sequence[Family[Cell]],
    within: Iterable[tuple[str, str]],
    *,
    same: Iterable[tuple[Unknown, Unknown]] = (),
    kept_back: AbstractSet[Cell] = frozenset(),
    fixed: AbstractSet[Cell] = frozenset(),
) -> dict[Cell, dict[str, int | None]]:
    """Printable counts of every cell.

    ``within`` names pairs of counts of one cell of which the second is part of the first, ``same`` pairs of counts of
    two cells that are one count by their definition: both are printed, or neither. Nothing is printed of cells
    ``kept_back``; those ``fixed`` are printed elsewhere and cannot be hidden here.
    """
    printed = {cell: dict(counts) for cell, counts in publish(rule, exact, families).items()}
    for cell in fixed:
        printed[cell] = {name: rule.count(value) for name, value in exact[cell].items()}
    for cell in kept_back & printed.keys():
        printed[cell] = dict.fromkeys(printed[cell])
    if rule.rounded_to == 1:
        return printed
    same = tuple(same)
    _hide_alike(printed, same)
    table = PrintedTable()
    for cell, counts in printed.items():
        for name, count in counts.items():
            low, high = range_of(count, rule)
            is_suppressed = count is None or (rule.shown_as is not None and count == rule.shown_as)
            table.add((*cell, name), low, high, is_suppressed=is_suppressed)
            if cell in fixed:
                table.fixed.add((*cell, name))
        for whole, part in within:
            table.total((*cell, whole), [(*cell, part)], is_whole=False)
    for family in families:
        for name in printed[family.total]:
            table.total((*family.total, name), [(*member, name) for member in family.members])
    for one, other in same:
        table.total(one, [other])
    for what, group, name in taken_out_of(table, rule, FEWEST_VALUES):
        if (what, group) not in fixed:
            printed[what, group][name] = None
    _hide_alike(printed, same)
    return printed


def _hide_alike(printed: dict[Cell, dict[str, int | None]], same: Sequence[tuple[Unknown, Unknown]]) -> None:
    for pair in same:
        if any(printed[what, group][name] is None for what, group, name in pair):
            for what, group, name in pair:
                printed[what, group][name] = None
