"""Dates as providers write them: 2024-03-31 (also with a time after it), 20240331, and 31/03/2024.

Whether the day of 03/04/2024 is the third or the fourth is nowhere said, so it has to be seen: in one date of the field
a day of 13 or more stands first, or, in a field of few dates, in another field of the same folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from records.sources.msds.errors import AmbiguousDates, WrongDate
from records.sources.msds.reading import ROW
from records.sources.msds.tables import TABLES

__all__ = ["Dated", "with_dates"]

_ISO, _PLAIN, _SLASHES = r"^\d{4}-\d{2}-\d{2}(?:[T ].*)?$", r"^\d{8}$", r"^\d{1,2}/\d{1,2}/\d{4}(?: .*)?$"
_PARTS = r"^(\d{1,2})/(\d{1,2})/\d{4}"
_EXAMPLES = 3
# More than these, and more than a few, are no slips of a pen: the field is in another form.
_MOST_WRONG, _A_FEW = 0.05, 2
# So many true dates have a day of 13 or more among them but once in 10**12 fields.
_PROVES_ITSELF = 30


@dataclass(frozen=True, kw_only=True)
class Dated:
    """``tables`` with their fields of dates as dates; ``doubts`` counts dates that were none, which are now null."""

    tables: Mapping[str, pl.LazyFrame]
    doubts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What one field's dates look like; ``first`` and ``second`` are the greatest parts of those with slashes."""

    name: str
    dates: int
    slashes: int
    first: int
    second: int
    wrong: int
    rows: tuple[int, ...]


def with_dates(tables: Mapping[str, pl.LazyFrame]) -> Dated:
    """Raises `WrongDate` where the month comes first or more than one date in twenty is none, and `AmbiguousDates`."""
    seen = [field for short, rows in tables.items() for field in _look_at(short, rows)]
    for field in seen:
        _refuse_wrong(field)
    _refuse_ambiguous(seen)
    doubts = {
        f"{field.name} holds no date, as in row {field.rows[0]}; taken as not recorded": field.wrong
        for field in seen
        if field.wrong
    }
    return Dated(
        tables={
            short: rows.with_columns(_as_date(field).alias(field) for field in TABLES[short].dates)
            for short, rows in tables.items()
        },
        doubts=doubts,
    )


def _look_at(short: str, rows: pl.LazyFrame) -> list[_Seen]:
    fields = TABLES[short].dates
    if not fields:
        return []
    asked = []
    for field in fields:
        parts = pl.col(field).str.extract_groups(_PARTS)
        numbers = [parts.struct.field(place).cast(pl.Int16, strict=False) for place in ("1", "2")]
        wrong = pl.col(field).is_not_null() & _as_date(field).is_null()
        asked += [
            pl.col(field).count().alias(f"{field} dates"),
            numbers[0].count().alias(f"{field} slashes"),
            numbers[0].max().fill_null(0).alias(f"{field} first"),
            numbers[1].max().fill_null(0).alias(f"{field} second"),
            wrong.sum().alias(f"{field} wrong"),
            pl.col(ROW).filter(wrong).head(_EXAMPLES).implode().alias(f"{field} rows"),
        ]
    found = rows.select(asked).collect(engine="streaming").row(0, named=True)
    return [
        _Seen(
            name=f"{TABLES[short].name}.{field}",
            rows=tuple(found[f"{field} rows"]),
            **{what: found[f"{field} {what}"] for what in ("dates", "slashes", "first", "second", "wrong")},
        )
        for field in fields
    ]


def _as_date(field: str) -> pl.Expr:
    text = pl.col(field)
    return pl.coalesce(
        pl.when(text.str.contains(_ISO)).then(text.str.head(10)).str.to_date("%Y-%m-%d", strict=False),
        pl.when(text.str.contains(_PLAIN)).then(text).str.to_date("%Y%m%d", strict=False),
        pl.when(text.str.contains(_SLASHES)).then(text.str.extract(r"^(\S+)")).str.to_date("%d/%m/%Y", strict=False),
    )


def _refuse_wrong(field: _Seen) -> None:
    if field.second > 12 and field.first <= 12:
        raise WrongDate(f"{field.name} has the month before the day; write dates as 2024-03-31")
    if field.wrong > max(_MOST_WRONG * field.dates, _A_FEW):
        raise WrongDate(
            f"{field.name} holds no date in {field.wrong:,} of {field.dates:,} rows, such as row "
            f"{', '.join(str(row) for row in field.rows)}; write dates as 2024-03-31"
        )


def _refuse_ambiguous(seen: list[_Seen]) -> None:
    days_first = any(field.first > 12 for field in seen)
    for field in seen:
        unclear = field.slashes > 0 and field.first <= 12
        if unclear and (not days_first or field.slashes >= _PROVES_ITSELF):
            raise AmbiguousDates(f"{field.name}: in no date can day and month be told apart; write dates as 2024-03-31")
