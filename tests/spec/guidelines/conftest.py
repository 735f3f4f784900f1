"""Women told in a small table, one a line; `none` is not recorded, and the last column is what the rule must say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from models.guideline_rule import GuidelineRule

WORDS: dict[str, Any] = {"none": None, "yes": True, "no": False, "unknown": None}


def _value(cell: str) -> Any:
    if cell in WORDS:
        return WORDS[cell]
    if cell[0].isdigit() and cell.replace(".", "").isdigit():
        return float(cell)
    return cell.replace("_", " ") if cell.startswith("Not") else cell


@pytest.fixture
def told() -> Callable[[str], tuple[pl.DataFrame, list[bool | None]]]:
    """The facts of the women and the answers expected: true flagged, false not, None unknown."""

    def read(table: str) -> tuple[pl.DataFrame, list[bool | None]]:
        header, *lines = [line.split() for line in table.strip().splitlines()]
        rows = [[_value(cell) for cell in line] for line in lines]
        columns = {name: [row[place] for row in rows] for place, name in enumerate(header[:-1])}
        return pl.DataFrame(columns, strict=False), [row[-1] for row in rows]

    return read


@pytest.fixture
def says(told: Callable[[str], tuple[pl.DataFrame, list[bool | None]]]) -> Callable[[GuidelineRule, str], None]:
    """Asserts that the rule says of each woman what the table says."""

    def check(rule: GuidelineRule, table: str) -> None:
        women, expected = told(table)
        assert rule.flags(women).to_list() == expected

    return check
