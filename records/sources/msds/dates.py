"""Dates as providers write them: 2024-03-31 (also with a time after it), 20240331, and 31/03/2024."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from records.records import SetAside
from records.sources.msds.errors import AmbiguousDates, WrongDate
from records.sources.msds.reading import ROW
from records.sources.msds.tables import Table

__all__ = ["with_dates"]

_ISO, _PLAIN, _SLASHES = r"^\d{4}-\d{2}-\d{2}", r"^\d{8}$", r"^\d{1,2}/\d{1,2}/\d{4}"
_EXAMPLES = 3
# More than these are no slips of a pen: the field is in another form.
_MOST_WRONG = 0.05


def with_dates(table: Table, rows: pl.LazyFrame, *fields: str) -> tuple[pl.LazyFrame, tuple[SetAside, ...]]:
    """The rows with the fields as dates, and those set aside because one of them holds no date.

    Raises `WrongDate` where more than one date in twenty is none, or the month comes first, and `AmbiguousDates` where
    all dates of a field have slashes and none says which part is the day: a day of 13 or more has to stand there.
    """
    aside: list[SetAside] = []
    for field in fields:
        parts = pl.col(field).str.extract_groups(r"^(\d{1,2})/(\d{1,2})/\d{4}")
        first, second = (parts.struct.field(f"{place}").cast(pl.Int16, strict=False) for place in (1, 2))
        wrong = pl.col(field).is_not_null() & _as_date(field).is_null()
        found = rows.select(
            dates=pl.col(field).count(), first=first.max(), second=second.max(), wrong=wrong.sum()
        ).collect()
        _refuse_unclear(table, field, found["first"][0], found["second"][0])
        if found["wrong"][0]:
            examples = rows.filter(wrong).select(ROW).head(_EXAMPLES).collect()[ROW].to_list()
            _refuse_too_many(table, field, found["wrong"][0], found["dates"][0], examples)
            reason = f"{table.name}.{field} holds no date"
            aside.append(SetAside(reason=reason, rows=found["wrong"][0], example_rows=tuple(examples)))
            rows = rows.filter(~wrong)
    return rows.with_columns(_as_date(field).alias(field) for field in fields), tuple(aside)


def _as_date(field: str) -> pl.Expr:
    text = pl.col(field)
    return pl.coalesce(
        pl.when(text.str.contains(_ISO)).then(text.str.head(10)).str.to_date("%Y-%m-%d", strict=False),
        pl.when(text.str.contains(_PLAIN)).then(text).str.to_date("%Y%m%d", strict=False),
        pl.when(text.str.contains(_SLASHES)).then(text.str.head(10)).str.to_date("%d/%m/%Y", strict=False),
    )


def _refuse_unclear(table: Table, field: str, first: int | None, second: int | None) -> None:
    if first is None or second is None:
        return
    if second > 12:
        raise WrongDate(f"{table.name}.{field} has the month before the day; write dates as 2024-03-31")
    if first <= 12:
        raise AmbiguousDates(
            f"{table.name}.{field}: in no date can day and month be told apart; write dates as 2024-03-31"
        )


def _refuse_too_many(table: Table, field: str, wrong: int, dates: int, examples: Sequence[int]) -> None:
    if wrong > _MOST_WRONG * dates:
        shown = ", ".join(str(row) for row in examples)
        raise WrongDate(
            f"{table.name}.{field} holds no date in {wrong:,} of {dates:,} rows, such as row {shown}; write dates as "
            "2024-03-31"
        )
