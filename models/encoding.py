"""Known facts to numbers: one specification, executed on a whole frame or on one woman's record.

A number stays a number, a flag is 0 or 1, a category becomes one 0/1 column a level. What is not recorded, or is
undefined (the history of a first pregnancy), is NaN in every column it feeds; it is never zero. The recorded ethnic
group is among the columns only where a signed decision put it there; missing ethnicity is NaN in all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from records.concepts import CONCEPTS, concept

__all__ = ["ETHNIC_GROUP", "ROWS_AT_ONCE", "EncodedColumn", "Encoding", "Fact"]

#: The one identity column that may become a model's column.
ETHNIC_GROUP = "ethnic_group"

Fact = float | int | bool | str | None

# Births encoded at a time where there are many: 131,072 of 20 columns are 21 MB, and a national year 600 MB.
ROWS_AT_ONCE = 131_072


@dataclass(frozen=True, kw_only=True)
class EncodedColumn:
    """One model column: a concept, and the level it stands for if the concept is a category."""

    concept: str
    level: str | None = None

    @property
    def name(self) -> str:
        return self.concept if self.level is None else f"{self.concept}={self.level}"

    @property
    def is_number(self) -> bool:
        return self.concept != ETHNIC_GROUP and CONCEPTS[self.concept].kind in ("quantity", "count")

    @property
    def plausible(self) -> tuple[float, float]:
        """The range of the column's numbers; 0 to 1 for flags, levels and groups."""
        return (0.0, 1.0) if self.concept == ETHNIC_GROUP else (CONCEPTS[self.concept].plausible or (0.0, 1.0))


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """The model columns in order."""

    columns: tuple[EncodedColumn, ...]

    @classmethod
    def of(cls, concepts: Sequence[str], ethnic_groups: Sequence[str] = ()) -> Encoding:
        """``ethnic_groups`` become columns of their own, last; only a signed decision may name any."""
        columns: list[EncodedColumn] = []
        for name in concepts:
            levels = concept(name).categories
            columns += [EncodedColumn(concept=name, level=level) for level in levels or (None,)]
        columns += [EncodedColumn(concept=ETHNIC_GROUP, level=group) for group in ethnic_groups]
        return cls(columns=tuple(columns))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What the columns are made from, each once: clinical concepts, and the ethnic group where it is read."""
        return tuple(dict.fromkeys(column.concept for column in self.columns))

    @property
    def concepts(self) -> tuple[str, ...]:
        """The clinical concepts among the inputs."""
        return tuple(name for name in self.inputs if name != ETHNIC_GROUP)

    @property
    def ethnic_groups(self) -> tuple[str, ...]:
        """The groups that have a column; a woman of any other is one whose ethnicity is missing."""
        return tuple(str(column.level) for column in self.columns if column.concept == ETHNIC_GROUP)

    @property
    def reads_ethnicity(self) -> bool:
        return ETHNIC_GROUP in self.inputs

    def encode(self, known: pl.DataFrame) -> npt.NDArray[np.float64]:
        """``known`` holds one column an input; the result is (rows, columns), NaN where not recorded."""
        groups = self.ethnic_groups
        return known.select(_column_expression(column, groups) for column in self.columns).to_numpy(order="fortran")

    def encode_one(self, facts: Mapping[str, Fact]) -> npt.NDArray[np.float64]:
        """One woman's facts in canonical units; the result has one number a column."""
        row, groups = np.empty(len(self.columns), dtype=np.float64), self.ethnic_groups
        for index, column in enumerate(self.columns):
            fact = facts.get(column.concept)
            if fact is None or (column.concept == ETHNIC_GROUP and fact not in groups):
                row[index] = math.nan
            elif column.level is None:
                row[index] = fact
            else:
                row[index] = fact == column.level
        return row

    def to_dict(self) -> list[dict[str, str | None]]:
        return [{"concept": c.concept, "level": c.level} for c in self.columns]

    @classmethod
    def from_dict(cls, data: Sequence[Mapping[str, str | None]]) -> Encoding:
        return cls(columns=tuple(EncodedColumn(concept=str(c["concept"]), level=c["level"]) for c in data))


def _column_expression(column: EncodedColumn, ethnic_groups: Sequence[str]) -> pl.Expr:
    fact = pl.col(column.concept)
    if column.concept == ETHNIC_GROUP:
        fact = pl.when(fact.is_in(list(ethnic_groups))).then(fact)
    value = fact if column.level is None else fact.cast(pl.String) == column.level
    encoded = value.cast(pl.Float64)
    if column.is_number:
        encoded = pl.when(encoded.is_finite()).then(encoded)
    return encoded.fill_null(math.nan).alias(column.name)
