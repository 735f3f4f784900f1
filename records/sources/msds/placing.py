"""Rows that belong nowhere: without the key that places them, or of a record that is not in the folder."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from records.records import SetAside
from records.sources.msds.clock import BIRTH_OUTCOMES
from records.sources.msds.reading import ROW
from records.sources.msds.tables import TABLES, Table

__all__ = ["with_keys", "without_orphans"]

_EXAMPLES = 3
_WHY = "why not"
# An activity has its date from its contact, a score from its activity; an activity of labour is of a delivery.
_PARENTS = {
    "MSD202": ("MSD201", "CareConID"),
    "MSD203": ("MSD202", "CareActIDMother"),
    "MSD302": ("MSD301", "LabourDeliveryID"),
}
_DATED_BY_PARENT = ("MSD202", "MSD203")

Tables = Mapping[str, pl.LazyFrame]


def with_keys(tables: Tables) -> tuple[Tables, tuple[SetAside, ...]]:
    """The tables without rows that lack a key, and those rows by table and key."""
    aside: list[SetAside] = []
    return {
        short: _set_aside(TABLES[short], _without_key(TABLES[short], rows), aside) for short, rows in tables.items()
    }, tuple(aside)


def without_orphans(tables: Tables) -> tuple[Tables, tuple[SetAside, ...]]:
    """The tables without rows of a record that is not there, and those rows by table and reason.

    A birth without a booking is an unbooked woman's and stands; anything else of a pregnancy that is neither booked nor
    ended in a birth in these tables is set aside.
    """
    aside: list[SetAside] = []
    kept: dict[str, pl.LazyFrame] = {}
    for short, rows in sorted(tables.items()):
        table = TABLES[short]
        kept[short] = rows if short == "MSD101" else _set_aside(table, _orphaned(table, rows, kept, tables), aside)
    return kept, tuple(aside)


def _set_aside(table: Table, rows: pl.LazyFrame, aside: list[SetAside]) -> pl.LazyFrame:
    """Rows whose `_WHY` is null; the others are counted."""
    wrong = rows.filter(pl.col(_WHY).is_not_null()).group_by(_WHY).agg(pl.col(ROW).sort())
    for reason, numbers in wrong.sort(_WHY).collect(engine="streaming").iter_rows():
        aside.append(
            SetAside(reason=f"{table.name} {reason}", rows=len(numbers), example_rows=tuple(numbers[:_EXAMPLES]))
        )
    return rows.filter(pl.col(_WHY).is_null()).drop(_WHY)


def _without_key(table: Table, rows: pl.LazyFrame) -> pl.LazyFrame:
    reasons = [pl.when(pl.col(key).is_null()).then(pl.lit(f"without {key}")) for key in table.placed_by]
    return rows.with_columns(pl.coalesce(reasons).alias(_WHY))


def _orphaned(table: Table, rows: pl.LazyFrame, kept: Tables, tables: Tables) -> pl.LazyFrame:
    by, known = _known(table, tables)
    reason = f"of a {'woman' if by == 'Person_ID_Mother' else 'pregnancy'} with neither a booking nor a birth here"
    found = _unknown(rows.with_columns(pl.lit(None, dtype=pl.String).alias(_WHY)), known, [by], reason)
    if table.short not in _PARENTS:
        return found
    parent, key = _PARENTS[table.short]
    if parent in kept:
        orphan = f"of a {key} that {TABLES[parent].name} does not hold"
        return _unknown(found, kept[parent], ["UniqPregID", key], orphan)
    if table.short in _DATED_BY_PARENT:
        absent = pl.lit(f"without {TABLES[parent].name}, which dates it")
        return found.with_columns(pl.coalesce(_WHY, absent).alias(_WHY))
    return found


def _known(table: Table, tables: Tables) -> tuple[str, pl.LazyFrame]:
    by = "Person_ID_Mother" if table.short == "MSD001" else "UniqPregID"
    known = [tables["MSD101"].select(by)]
    if "MSD401" in tables:
        outcome = pl.col("PregOutcome")
        births = tables["MSD401"].filter(outcome.is_null() | outcome.is_in(BIRTH_OUTCOMES))
        known.append(births.select(by))
    return by, pl.concat(known)


def _unknown(rows: pl.LazyFrame, known: pl.LazyFrame, by: list[str], reason: str) -> pl.LazyFrame:
    there = known.select(by).drop_nulls().unique().with_columns(pl.lit(value=True).alias("_there"))
    why = pl.when(pl.col("_there").is_null() & pl.col(by[-1]).is_not_null()).then(pl.lit(reason))
    marked = rows.join(there, on=by, how="left", maintain_order="left")
    return marked.with_columns(pl.coalesce(_WHY, why).alias(_WHY)).drop("_there")
