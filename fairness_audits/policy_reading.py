"""One TOML table of a policy, read key by key, so that what was not understood can be refused by name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from records.errors import EquipartumError

__all__ = ["InvalidPolicy", "Table"]


class InvalidPolicy(EquipartumError):
    """An audit policy that does not say what a policy must say."""


class Table:
    """Hands out each key once; `nothing_left` refuses the keys that nobody asked for."""

    def __init__(self, values: Mapping[str, Any], *, where: str) -> None:
        self.where = where
        self._left = dict(values)
        self._asked: list[str] = []

    def _take(self, key: str) -> Any:
        self._asked.append(key)
        if key not in self._left:
            raise InvalidPolicy(f"{self.where}: {key} is missing")
        return self._left.pop(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        if default is not None and key not in self._left:
            self._asked.append(key)
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise InvalidPolicy(f"{self.where}: {key} must be text")
        return value

    def optional_text(self, key: str) -> str | None:
        self._asked.append(key)
        return self.text(key) if key in self._left else None

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        value = self.text(key)
        if value not in allowed:
            raise InvalidPolicy(f"{self.where}: {key} is {value!r}; it must be one of {', '.join(allowed)}")
        return value

    def code(self, key: str, known: Sequence[str]) -> str:
        """A check's code: one of those ``known``, or of the right form where none are known yet."""
        value = self.text(key)
        if value not in known if known else not re.fullmatch(r"FA\d{3}", value):
            right = f"checks run from {known[0]} to {known[-1]}" if known else "a code is written FA001"
            raise InvalidPolicy(f"{self.where}: there is no check {value!r}; {right}")
        return value

    def integer(self, key: str, *, at_least: int = 0) -> int:
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise InvalidPolicy(f"{self.where}: {key} must be a whole number of at least {at_least}")
        return value

    def number(self, key: str, *, at_least: float | None = None, above: float | None = None, below: float) -> float:
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidPolicy(f"{self.where}: {key} must be a number")
        too_low = (at_least is not None and value < at_least) or (above is not None and value <= above)
        if too_low or not value < below:
            edge = f"at least {at_least:g}" if at_least is not None else f"above {above:g}"
            raise InvalidPolicy(f"{self.where}: {key} must be {edge} and below {below:g}, not {value:g}")
        return float(value)

    def share(self, key: str) -> float:
        """A share of all, 0 to 1."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise InvalidPolicy(f"{self.where}: {key} must be a share from 0 to 1, as 0.7 for 70 of 100")
        return float(value)

    def optional_share(self, key: str) -> float | None:
        self._asked.append(key)
        return self.share(key) if key in self._left else None

    def truth(self, key: str, *, default: bool) -> bool:
        self._asked.append(key)
        value = self._left.pop(key, default)
        if not isinstance(value, bool):
            raise InvalidPolicy(f"{self.where}: {key} must be true or false")
        return value

    def day(self, key: str) -> date:
        value = self._take(key)
        if isinstance(value, datetime) or not isinstance(value, date):
            raise InvalidPolicy(f"{self.where}: {key} must be a date such as 2026-01-31, without quotes")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise InvalidPolicy(f"{self.where}: {key} must be a list of names")
        return tuple(value)

    def tables(self, key: str) -> list[Table]:
        self._asked.append(key)
        rows = self._left.pop(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise InvalidPolicy(f"{self.where}: {key} must be written as [[{key}]]")
        return [Table(row, where=f"{self.where}, [[{key}]] {n}") for n, row in enumerate(rows, start=1)]

    def nothing_left(self) -> None:
        """Refuse the file where a key was not understood."""
        if self._left:
            raise InvalidPolicy(
                f"{self.where}: unknown {', '.join(map(repr, self._left))}; the keys are: {', '.join(self._asked)}"
            )
