"""Group levels: how the cells of the counts are read as groups, from two broad ones to the category as recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from records.errors import EquipartumError
from records.groups import ETHNIC_SCHEMES, MISSING_ETHNICITY, NOT_KNOWN, broad_group

__all__ = ["EVERYONE", "EVERYONE_LEVEL", "Level", "TooManyGroups", "columns_of", "is_stated", "levels_in"]

EVERYONE = "Everyone"
CROSSED = " x "
KEPT = "ethnic_group"
EVERYONE_LEVEL = "everyone"
PARENT_LEVELS = {"ethnic_group": "broad_group", "ethnic_category": "ethnic_group"}
CROSSED_LABEL = ", "
# Every trust of England, or every unit of a large country, can be a level; identifiers cannot. Project default.
MOST_GROUPS = 1_000
QUINTILES = {1: "most deprived fifth", 2: "2nd fifth", 3: "3rd fifth", 4: "4th fifth", 5: "least deprived fifth"}
INTERPRETER = {True: "interpreter needed", False: "no interpreter needed"}
TITLES = {
    "broad_group": "Two broad groups",
    "ethnic_group": "Ethnic group",
    "ethnic_category": "Ethnic category as recorded",
    "deprivation_quintile": "Deprivation",
    "age_band": "Age",
    "parity": "Parity",
    "interpreter_needed": "Interpreter need",
    "site": "Site",
}


class TooManyGroups(EquipartumError):
    """A level with so many groups that neither a report nor a reader could hold them."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """One way to tell groups apart.

    ``label_of`` maps a cell's values to its group; ``parents`` each group to the one it is part of, at the level above
    (`EVERYONE` where there is none).
    """

    name: str
    title: str
    columns: tuple[str, ...]
    label_of: Mapping[tuple[object, ...], str]
    groups: tuple[str, ...]
    parents: Mapping[str, str]

    @property
    def parent_level(self) -> str:
        """Where the ``parents`` are printed."""
        return PARENT_LEVELS.get(self.name, EVERYONE_LEVEL)

    @property
    def is_ethnic(self) -> bool:
        return any(column.startswith("ethnic") for column in self.columns)

    @property
    def is_crossed(self) -> bool:
        return CROSSED in self.name

    def labelled(self, rows: pl.DataFrame) -> pl.DataFrame:
        """``rows`` with the group of each in a column ``group``."""
        labels = [self.label_of[cell] for cell in rows.select(self.columns).unique(maintain_order=True).iter_rows()]
        named = (
            rows.select(self.columns).unique(maintain_order=True).with_columns(group=pl.Series(labels, dtype=pl.String))
        )
        return rows.join(named, on=self.columns, how="left", nulls_equal=True)


def levels_in(cells: pl.DataFrame, *, group_by: Sequence[str], group_scheme: str) -> tuple[Level, ...]:
    """The levels of a policy that these counts can tell apart.

    A level without a recorded value, or that only repeats another (a crossing repeats what it is made of), is left out;
    the ethnic group level always stays. Raises `TooManyGroups`. Cost grows with distinct combinations of the columns
    named, not with rows of counts.
    """
    parts_of = {name: [part.strip() for part in name.split(CROSSED)] for name in group_by}
    named = {name: tuple(dict.fromkeys(_column(part) for part in parts)) for name, parts in parts_of.items()}
    cells = cells.select(list(dict.fromkeys(column for columns in named.values() for column in columns))).unique()
    found: list[Level] = []
    for name, parts in parts_of.items():
        columns = named[name]
        present = cells.select(columns).unique().sort(columns, nulls_last=True)
        if all(present[column].null_count() == present.height for column in columns):
            continue
        if present.height > MOST_GROUPS:
            raise TooManyGroups(
                f"the policy groups by {name!r}, which has {present.height:,} values here; a level takes at most "
                f"{MOST_GROUPS:,}. Leave it out of group_by, or give its column fewer values (bands, regions)"
            )
        found.append(_level(name, parts, columns, present, group_scheme))
    kept = [level for level in found if level.name == KEPT]
    for level in sorted(found, key=lambda level: level.is_crossed):
        if not any(_same_partition(level, other, cells) for other in kept):
            kept.append(level)
    return tuple(sorted(kept, key=found.index))


def is_stated(group: str) -> bool:
    """Whether every part of a label says something: 'Asian, Not known' does not."""
    return not any(part in MISSING_ETHNICITY for part in group.split(CROSSED_LABEL))


def columns_of(levels: Sequence[Level]) -> tuple[str, ...]:
    """Every column that some level reads: what counts must keep apart to tell all their groups."""
    return tuple(dict.fromkeys(column for level in levels for column in level.columns))


def _column(part: str) -> str:
    return "ethnic_group" if part == "broad_group" else part


def _level(name: str, parts: Sequence[str], columns: tuple[str, ...], present: pl.DataFrame, scheme: str) -> Level:
    label_of = {}
    for cell in present.iter_rows():
        value = dict(zip(columns, cell, strict=True))
        named = [_label(part, value[_column(part)], scheme) for part in parts]
        label_of[cell] = CROSSED_LABEL.join(named)
    return Level(
        name=name,
        title=" and ".join(TITLES.get(part, part).lower() for part in parts).capitalize(),
        columns=columns,
        label_of=label_of,
        groups=_ordered(set(label_of.values()), scheme),
        parents=_parents(name, label_of, scheme),
    )


def _label(part: str, value: object, scheme: str) -> str:
    if value is None:
        return NOT_KNOWN
    if part == "broad_group":
        return broad_group(str(value))
    if part == "ethnic_category":
        known = ETHNIC_SCHEMES.get(scheme)
        category = known.by_code.get(str(value)) if known is not None else None
        return category.label if category is not None else f"code {value}, not in the scheme"
    if part == "deprivation_quintile":
        return QUINTILES.get(int(str(value)), f"quintile {value}")
    return INTERPRETER[bool(value)] if part == "interpreter_needed" else str(value)


def _ordered(labels: set[str], scheme: str) -> tuple[str, ...]:
    """As the scheme orders them, then by name, missing ethnicity last."""
    known = ETHNIC_SCHEMES.get(scheme)
    order = [*known.groups, *(c.label for c in known.categories)] if known is not None else []
    quintiles = list(QUINTILES.values())

    def place(label: str) -> tuple[bool, int, int, str]:
        first, _, rest = label.partition(CROSSED_LABEL)
        rank = order.index(label) if label in order else order.index(first) if first in order else len(order)
        fifth = next((n for n, q in enumerate(quintiles) if q in (label, rest)), 0)
        return label in MISSING_ETHNICITY, rank, fifth, label

    return tuple(sorted(labels, key=place))


def _parents(name: str, label_of: Mapping[tuple[object, ...], str], scheme: str) -> Mapping[str, str]:
    known = ETHNIC_SCHEMES.get(scheme)
    if name == "ethnic_group":
        return {label: broad_group(label) for label in label_of.values()}
    if name == "ethnic_category" and known is not None:
        return {label: known.group_of(str(cell[0])) for cell, label in label_of.items()}
    return dict.fromkeys(label_of.values(), EVERYONE)


def _same_partition(level: Level, other: Level, cells: pl.DataFrame) -> bool:
    """Whether two levels tell the same women apart, whatever they call them."""
    pairs = set(zip(level.labelled(cells)["group"], other.labelled(cells)["group"], strict=True))
    return len(pairs) == len(level.groups) == len(other.groups)
