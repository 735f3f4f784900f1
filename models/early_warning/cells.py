"""One table of a chart file, read cell by cell, so that every refusal names the file, the table and the cell.

A cell that is absent, or says ``not filled``, has been filled by nobody: it is collected, and the chart will not run.
TOML has no null.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.early_warning.refusals import MalformedChart

__all__ = ["NOT_FILLED", "SITE_DECIDES", "Cells"]

NOT_FILLED = "not filled"
SITE_DECIDES = "site decides"


class Cells:
    """``where`` is the file's and the table's name; ``unfilled`` collects the cells of the whole chart."""

    def __init__(self, table: object, *, file: str, path: str, unfilled: list[str]) -> None:
        if not isinstance(table, Mapping):
            raise MalformedChart(f"{file}: {path or 'the file'} must be a table")
        self._table: Mapping[str, Any] = table
        self._file = file
        self._path = path
        self._unfilled = unfilled
        self._asked: set[str] = set()

    def table(self, key: str) -> Cells:
        """A table that is absent is read as one with no cell filled."""
        self._asked.add(key)
        return self._nested(self._table.get(key, {}), key)

    def tables(self, key: str, named_by: str) -> list[Cells]:
        """The tables of an array, each called in messages by its cell ``named_by``."""
        rows = self._filled(key)
        if rows is None:
            return []
        if not isinstance(rows, list):
            raise self.refusal(key, "must be an array of tables")
        names = [row.get(named_by, place) if isinstance(row, Mapping) else place for place, row in enumerate(rows)]
        return [self._nested(row, f"{key} {name}") for name, row in zip(names, rows, strict=True)]

    def text(self, key: str) -> str:
        value = self._filled(key)
        if value is None:
            return NOT_FILLED
        if not isinstance(value, str) or not value.strip():
            raise self.refusal(key, "must be words")
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self._table else None

    def flag(self, key: str) -> bool:
        value = self._filled(key)
        if value is not None and not isinstance(value, bool):
            raise self.refusal(key, "must be true or false")
        return bool(value)

    def whole(self, key: str, *, least: int) -> int:
        value = self._filled(key)
        if value is None:
            return least
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.refusal(key, f"must be a whole number, {least} or more")
        return value

    def whole_or_site_decides(self, key: str, *, least: int, allowed: bool) -> int | None:
        """None for ``site decides``, which counts as not filled where a site must have decided."""
        if self._table.get(key) != SITE_DECIDES:
            return self.whole(key, least=least)
        self._asked.add(key)
        if not allowed:
            self.leave_unfilled(key)
        return None

    def number(self, key: str) -> float:
        value = self._filled(key)
        if value is None:
            return 1.0
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refusal(key, "must be a number")
        try:
            return float(value)
        except OverflowError:
            raise self.refusal(key, "is too large; an end without limit is inf") from None

    def words(self, key: str) -> tuple[str, ...]:
        value = self._filled(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.refusal(key, "must be an array of words")
        return tuple(value)

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self._filled(key)
        if value is not None and not isinstance(value, Mapping):
            raise self.refusal(key, "must be a table")
        return value or {}

    def moment(self, key: str) -> datetime:
        value = self._filled(key)
        if not isinstance(value, datetime) or value.utcoffset() is None:
            raise self.refusal(key, "must be a date and time with its offset from UTC")
        return value

    def has(self, key: str) -> bool:
        return key in self._table

    def is_filled(self, key: str) -> bool:
        return bool(self._table.get(key, NOT_FILLED) != NOT_FILLED)

    def finish(self) -> None:
        """Raise `MalformedChart` for a cell that nobody asked for: most often a cell's name misspelt."""
        for key in self._table:
            if key not in self._asked:
                raise self.refusal(key, "is not a cell of this table")

    def name(self, key: str) -> str:
        return f"{self._path}: {key}" if self._path else key

    def where(self, key: str) -> str:
        return f"{self._file}: {self.name(key)}"

    def refusal(self, key: str, why: str) -> MalformedChart:
        return MalformedChart(f"{self.where(key)} {why}")

    def leave_unfilled(self, key: str) -> None:
        self._unfilled.append(self.name(key))

    def count_unfilled(self) -> int:
        """How many cells of the whole chart have been found unfilled so far."""
        return len(self._unfilled)

    def _filled(self, key: str) -> Any:
        self._asked.add(key)
        if not self.is_filled(key):
            self.leave_unfilled(key)
            return None
        return self._table[key]

    def _nested(self, table: object, key: str) -> Cells:
        return Cells(table, file=self._file, path=self.name(key), unfilled=self._unfilled)
