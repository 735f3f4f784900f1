"""Which printed cells add up to which: what secondary suppression must know of all levels of one table at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from fairness_audits.disclosure import Family
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL, Level

__all__ = ["Cell", "families_of", "parents_of"]

# The name of a level, and a group of it.
Cell = tuple[str, str]


def families_of(levels: Sequence[Level], groups: Mapping[str, Sequence[str]]) -> list[Family[Cell]]:
    """Families over the ``groups`` that each level has rows of, by the level's name.

    Every level adds up to everyone. A level adds up to a coarser one where each of its groups lies within one group of
    that: by its parents, or because it is that level crossed with another column.
    """
    found: dict[tuple[Cell, tuple[Cell, ...]], None] = {}
    for level in levels:
        cells = tuple((level.name, group) for group in groups[level.name])
        found[((EVERYONE_LEVEL, EVERYONE), cells)] = None
        for parents in _coarser(level, levels):
            for parent in dict.fromkeys(parents[1].values()):
                children = tuple(cell for cell in cells if parents[1].get(cell[1]) == parent)
                if children:
                    found[((parents[0], parent), children)] = None
    return [Family(total, members) for total, members in found]


def parents_of(level: Level, levels: Sequence[Level]) -> Mapping[str, str] | None:
    """The ethnic group that each group of ``level`` is part of; None where it is not finer than ethnic groups."""
    return next((within for name, within in _coarser(level, levels) if name == "ethnic_group"), None)


def _coarser(level: Level, levels: Sequence[Level]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each coarser level by name, with the group of it that each group of ``level`` lies in."""
    yield level.parent_level, level.parents
    for other in levels:
        if other is not level and set(other.columns) <= set(level.columns):
            within = _within(level, other)
            if within is not None:
                yield other.name, within


def _within(level: Level, other: Level) -> Mapping[str, str] | None:
    """None where a group of ``level`` spreads over more than one group of ``other``."""
    places = [level.columns.index(column) for column in other.columns]
    within: dict[str, str] = {}
    for cell, group in level.label_of.items():
        held_by = other.label_of.get(tuple(cell[place] for place in places))
        if held_by is None or within.setdefault(group, held_by) != held_by:
            return None
    return within
