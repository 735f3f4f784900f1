"""One ``[[parameter]]`` of a chart file: a row of bands or of categories."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.early_warning.bands import check_bands
from models.early_warning.cells import NOT_FILLED, Cells
from models.early_warning.chart import Band, Confirmation, Parameter
from models.early_warning.refusals import ChartGap
from records.concepts import CONCEPTS, Concept

__all__ = ["Levels", "read_parameter"]


@dataclass(frozen=True, kw_only=True)
class Levels:
    """How the chart's file writes a level: one of ``colours``, or where there are none a score."""

    colours: tuple[str, ...]

    @property
    def cell_name(self) -> str:
        return "colour" if self.colours else "score"

    def read(self, cells: Cells, key: str) -> int:
        if not self.colours:
            return cells.whole(key, least=0)
        if not cells.is_filled(key):
            cells.text(key)
            return 0
        return self._of(cells, key, cells.text(key))

    def of(self, cells: Cells, key: str, value: object) -> int:
        """The level that a bare value of a table of categories stands for."""
        if value == NOT_FILLED:
            cells.leave_unfilled(key)
            return 0
        if self.colours:
            return self._of(cells, key, value)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise cells.refusal(key, "must give each category a whole score, 0 or more")
        return value

    def _of(self, cells: Cells, key: str, value: object) -> int:
        if value not in self.colours:
            raise cells.refusal(key, f"must be one of the chart's colours: {', '.join(self.colours)}")
        return self.colours.index(str(value))


def read_parameter(cells: Cells, levels: Levels) -> Parameter:
    concept = _concept(cells)
    numeric = concept.kind in ("quantity", "count")
    parameter = Parameter(
        concept=concept.name,
        required=cells.flag("required"),
        counts_as=cells.optional_text("counts_as") or concept.name,
        confirmation=_confirmation(cells),
        normal_only_when=_condition(cells),
        note=cells.optional_text("note"),
        **(_bands(cells, concept, levels) if numeric else _categories(cells, concept, levels)),
    )
    cells.finish()
    return parameter


def _concept(cells: Cells) -> Concept:
    name = cells.text("concept")
    if name not in CONCEPTS:
        raise cells.refusal("concept", "is not in the data dictionary")
    return CONCEPTS[name]


def _bands(cells: Cells, concept: Concept, levels: Levels) -> dict[str, Any]:
    unit, resolution, owns = cells.text("unit"), cells.number("resolution"), cells.text("owns")
    if cells.is_filled("unit") and unit != (concept.unit or "1"):
        raise cells.refusal("unit", f"must be {concept.unit or '1'}, the unit {concept.name} is recorded in")
    if not 0 < resolution < math.inf:
        raise cells.refusal("resolution", "must be above 0")
    if cells.is_filled("owns") and owns != "low":
        raise cells.refusal("owns", "must be 'low': a band holds its low edge, and its high edge is the next band's")
    unfilled = cells.count_unfilled()
    bands = tuple(_band(row, levels) for row in cells.tables("bands", "low"))
    if cells.count_unfilled() == unfilled:
        check_bands(cells.where("bands"), bands, resolution)
    return {"unit": unit, "resolution": resolution, "bands": bands}


def _band(cells: Cells, levels: Levels) -> Band:
    band = Band(low=cells.number("low"), high=cells.number("high"), level=levels.read(cells, levels.cell_name))
    cells.finish()
    return band


def _categories(cells: Cells, concept: Concept, levels: Levels) -> dict[str, Any]:
    expected = concept.categories or ("yes", "no")
    table = cells.mapping("categories")
    for name in table:
        if name not in expected:
            raise cells.refusal("categories", f"holds {name!r}; {concept.name} is one of: {', '.join(expected)}")
    missing = [name for name in expected if name not in table]
    if missing and cells.is_filled("categories"):
        raise ChartGap(f"{cells.where('categories')}: nothing is said of {', '.join(missing)}")
    return {"categories": tuple((name, levels.of(cells, f"categories {name}", value)) for name, value in table.items())}


def _confirmation(cells: Cells) -> Confirmation:
    if not cells.has("confirm"):
        return Confirmation()
    rule = cells.mapping("confirm")
    if not cells.is_filled("confirm"):
        return Confirmation()
    if rule == {"by": "repeat or combination"}:
        return Confirmation(by="repeat or combination")
    for key, longer_than in (("longer_than_minutes", True), ("at_least_minutes", False)):
        if set(rule) == {"by", key} and rule["by"] == "lasting" and _is_positive(rule[key]):
            return Confirmation(by="lasting", minutes=float(rule[key]), longer_than=longer_than)
    raise cells.refusal(
        "confirm",
        'must be { by = "repeat or combination" }, or { by = "lasting", longer_than_minutes = N } or '
        '{ by = "lasting", at_least_minutes = N } with N above 0',
    )


def _is_positive(minutes: object) -> bool:
    return isinstance(minutes, int | float) and not isinstance(minutes, bool) and 0 < minutes < math.inf


def _condition(cells: Cells) -> tuple[str, str] | None:
    if not cells.has("normal_only_when"):
        return None
    rule: Mapping[str, Any] = cells.mapping("normal_only_when")
    pairs = [(name, value) for name, value in rule.items() if name in CONCEPTS and value in CONCEPTS[name].categories]
    if len(rule) != 1 or not pairs:
        raise cells.refusal(
            "normal_only_when", "must name one concept of the data dictionary and one of its categories"
        )
    return pairs[0]
