"""Reading scenarios/<name>/*.toml. Every table with numbers must say where they come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from records.errors import WrongUse
from records.groups import AGE_BAND_LABELS, ethnic_scheme
from records.sources.simulated.scenario import (
    Choice,
    Effect,
    Fact,
    Flag,
    ImplausibleScenario,
    Quantity,
    Scenario,
    SimulatedOutcome,
)

__all__ = ["SCENARIO_NAMES", "UnknownScenario", "parsed_scenario", "scenario", "scenario_from"]

SCENARIO_NAMES = ("england", "benchmark")
# Read one after the other as one document: a fact may depend only on those above it.
_PARTS = ("population", "women", "history", "outcomes", "birth", "unrecorded")

Table = Mapping[str, Any]


class UnknownScenario(WrongUse):
    """A population of births that this project does not simulate."""


@cache
def scenario(name: str) -> Scenario:
    """The scenario of that name; `UnknownScenario` lists the names there are."""
    if name not in SCENARIO_NAMES:
        raise UnknownScenario(f"no scenario is called {name!r}; there are: {', '.join(SCENARIO_NAMES)}")
    return scenario_from(parsed_scenario(name))


def parsed_scenario(name: str) -> dict[str, Any]:
    """The files of a scenario as one TOML document."""
    folder = resources.files(__package__).joinpath("scenarios", name)
    text = "\n".join(folder.joinpath(f"{part}.toml").read_text(encoding="utf-8") for part in _PARTS)
    return tomllib.loads(text)


def scenario_from(parsed: Table) -> Scenario:
    """A scenario from a parsed file. Raises `ImplausibleScenario`, naming the table that is wrong."""
    reading = _Reading(parsed)
    return Scenario(
        name=parsed["name"],
        title=parsed["title"],
        scheme_name=parsed["scheme"],
        first_year=parsed["first_year"],
        sites=tuple(parsed["sites"]),
        categories=reading.numbers("categories"),
        returning_share=parsed["returning"]["share"],
        booking=tuple(reading.fact(table) for table in parsed["booking"]),
        later=tuple(reading.flag(table) for table in parsed["later"]),
        after=tuple(reading.fact(table) for table in parsed["after"]),
        outcomes=tuple(reading.outcome(table) for table in parsed["outcomes"]),
        unrecorded={name: reading.by_every_group(table) for name, table in parsed["unrecorded"].items()},
        ethnicity_not_stated=reading.by_every_group(parsed["ethnicity_not_stated"]),
        ethnicity_not_known=reading.by_every_group(parsed["ethnicity_not_known"]),
    )


class _Reading:
    """Turns the words of one file (categories, groups, age bands) into the numbers facts are drawn by."""

    def __init__(self, parsed: Table) -> None:
        self._parsed = parsed
        self._codes = [code for code in parsed["categories"] if code != "source"]
        scheme = ethnic_scheme(parsed["scheme"])
        self._groups = list(dict.fromkeys(scheme.group_of(code) for code in self._codes))

    def numbers(self, name: str) -> dict[str, float]:
        table = self._parsed[name]
        _require_source(name, table)
        return {key: float(value) for key, value in table.items() if key != "source"}

    def by_every_group(self, table: Table) -> dict[str, float]:
        """The table with ``default`` spelled out for every group it does not name."""
        _require_source("a table by group", table)
        return {group: float(table.get(group, table["default"])) for group in self._groups}

    def fact(self, table: Table) -> Fact:
        if "values" in table:
            return self.choice(table)
        if "quantiles" in table:
            return self.quantity(table)
        return self.flag(table)

    def flag(self, table: Table) -> Flag:
        _require_source(table["name"], table)
        return Flag(
            name=table["name"],
            intercept=float(table["intercept"]),
            by_group=self._of_groups(table, "by_group"),
            effects=_effects(table),
        )

    def choice(self, table: Table) -> Choice:
        _require_source(table["name"], table)
        weights = self._tables(table, "weights")
        return Choice(
            name=table["name"],
            values=tuple(int(value) for value in table["values"]),
            tables={key: tuple(float(w) for w in row) for key, row in weights.items()},
            by=table.get("by"),
        )

    def quantity(self, table: Table) -> Quantity:
        _require_source(table["name"], table)
        low, high = table["limits"]
        quantiles = self._tables(table, "quantiles")
        return Quantity(
            name=table["name"],
            tables={key: tuple((float(p), float(v)) for p, v in row) for key, row in quantiles.items()},
            by=table.get("by"),
            by_group=self._of_groups(table, "by_group"),
            effects=_effects(table),
            limits=(float(low), float(high)),
            decimals=table.get("decimals", 0),
        )

    def outcome(self, table: Table) -> SimulatedOutcome:
        _require_source(table["name"], table["rate"])
        _require_source(table["name"], table)
        return SimulatedOutcome(
            name=table["name"],
            rate=self.by_every_group(table["rate"]),
            intercept=self._of_groups(table, "intercept"),
            signal=self._of_groups(table, "signal"),
            effects=_effects(table),
            later={name: float(value) for name, value in table.get("later", {}).items() if name != "source"},
            ascertained=self.by_every_group(table["ascertained"]),
            excluded_if=table.get("excluded_if"),
            observed_if=table.get("observed_if"),
        )

    def _of_groups(self, table: Table, key: str) -> dict[str, float]:
        found = {group: float(value) for group, value in table.get(key, {}).items() if group != "source"}
        unknown = [group for group in found if group not in self._groups]
        if unknown:
            raise ImplausibleScenario(
                f"{table['name']}.{key} names {unknown[0]!r}; this scenario has: {', '.join(self._groups)}"
            )
        return found

    def _tables(self, table: Table, key: str) -> dict[int | None, Sequence[Any]]:
        """One row of numbers under None, or one for each value of the fact ``by``, with a default under None."""
        rows = table[key]
        if not isinstance(rows, dict):
            return {None: rows}
        return {None if word == "default" else self._position(table["by"], word): row for word, row in rows.items()}

    def _position(self, fact: str, word: str) -> int:
        words = {"ethnic_category": self._codes, "ethnic_group": self._groups, "age_band": list(AGE_BAND_LABELS)}
        if fact not in words:
            return {"false": 0, "true": 1}[word] if word in ("false", "true") else int(word)
        if word not in words[fact]:
            raise ImplausibleScenario(f"{word!r} is no {fact} of this scenario; there are: {', '.join(words[fact])}")
        return words[fact].index(word)


def _effects(table: Table) -> tuple[Effect, ...]:
    return tuple(Effect(**{**row, "in_groups": tuple(row.get("in_groups", ()))}) for row in table.get("effects", ()))


def _require_source(name: str, table: Table) -> None:
    if not table.get("source"):
        raise ImplausibleScenario(f"{name} has numbers and no source; write 'assumption' where there is none")
