"""Of the tables of MSDS, the fields that are read, and the facts that have a field of their own."""

from __future__ import annotations

from collections.abc import Iterator

from models.reference_pages.markdown import code, listed, table
from records.sources.msds.coverage import FIELDS
from records.sources.msds.tables import SUBMISSION_FIELDS, TABLES, Table

__all__ = ["facts_of_fields", "fields_read"]


def fields_read() -> str:
    return table(("table", "must have", "read where there", "of these, dates"), map(_row, TABLES.values()))


def facts_of_fields() -> str:
    return table(("fact", "field"), _facts())


def _row(one: Table) -> tuple[str, ...]:
    others = [field for field in one.fields if field not in (*one.needs, *SUBMISSION_FIELDS)]
    return code(one.name), listed(one.needs), listed(others), listed(one.dates)


def _facts() -> Iterator[tuple[str, str]]:
    for name, places in FIELDS.items():
        yield code(name), " or ".join(map(code, places))
