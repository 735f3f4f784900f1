"""Drawing the facts of a scenario for many women at once, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from records.concepts import CONCEPTS
from records.groups import AGE_BAND_EDGES
from records.sources.simulated.exact_arithmetic import Numbers, from_quantiles, logistic, pick, rounded
from records.sources.simulated.scenario import Choice, Effect, Fact, Flag, Quantity, Scenario
from records.sources.simulated.streams import Streams

__all__ = ["Column", "Women", "draw", "effects_sum", "log_odds"]

Column = NDArray[Any]


@dataclass(kw_only=True)
class Women:
    """Columns of facts under construction, one row a pregnancy.

    ``ethnic_category`` and ``ethnic_group`` are positions in the scenario's categories and groups; an undefined
    quantity is NaN and an undefined flag False (the recorded births make both null).
    """

    scenario: Scenario
    streams: Streams
    rows: int
    facts: dict[str, Column]

    def in_group(self, *groups: str) -> NDArray[np.bool_]:
        """Who belongs to one of these ethnic groups."""
        positions = [self.scenario.groups.index(group) for group in groups]
        return np.isin(self.facts["ethnic_group"], positions)

    def by_group(self, values: Mapping[str, float], default: float = 0.0) -> Numbers:
        """For each woman the value of her ethnic group."""
        table = np.array([values.get(group, default) for group in self.scenario.groups])
        return np.asarray(table[self.facts["ethnic_group"]])

    def by_group_or_default(self, values: Mapping[str, float]) -> Numbers:
        """`by_group`, where a table says 'default' for the groups that it does not name."""
        return self.by_group(values, default=values["default"])

    def happens(self, name: str, probability: Numbers | float) -> NDArray[np.bool_]:
        """True with the given probability, from the stream of that name."""
        return np.asarray(self.streams.uniform(name, self.rows) < probability)

    def add(self, name: str, column: Column) -> None:
        self.facts[name] = column
        if name == "ethnic_category":
            scheme, groups = self.scenario.scheme, self.scenario.groups
            group_of = np.array([groups.index(scheme.group_of(code)) for code in self.scenario.categories])
            self.facts["ethnic_group"] = group_of[column]
        if name == "maternal_age":
            self.facts["age_band"] = np.searchsorted(np.array(AGE_BAND_EDGES), column, side="right")


def draw(women: Women, facts: Iterable[Fact]) -> None:
    """Adds the facts in order. One that is known already (a returning woman's) is left as it is."""
    for fact in facts:
        if fact.name not in women.facts:
            women.add(fact.name, _where_defined(women, fact.name, _drawn(women, fact)))


def log_odds(women: Women, flag: Flag) -> Numbers:
    """The log-odds of a flag for each woman."""
    return np.asarray(flag.intercept + women.by_group(flag.by_group) + effects_sum(women, flag.effects))


def effects_sum(women: Women, effects: Iterable[Effect], signal: Mapping[str, float] | None = None) -> Numbers:
    """What the effects add up to for each woman; ``signal`` scales the unrestricted ones by group."""
    common = np.zeros(women.rows)
    special = np.zeros(women.rows)
    for effect in effects:
        part = effect.coefficient * _entering(effect, women.facts[effect.of])
        if effect.in_groups:
            special += np.where(women.in_group(*effect.in_groups), part, 0.0)
        else:
            common += part
    if signal:
        common *= women.by_group(signal, default=1.0)
    return common + special


def _where_defined(women: Women, name: str, column: Column) -> Column:
    """History after no previous birth is undefined: False for a flag, none for a count, NaN for a quantity."""
    concept = CONCEPTS.get(name)
    if concept is None or concept.defined_if is None:
        return column
    defined = women.facts[concept.defined_if] > 0
    if concept.kind == "quantity":
        return np.where(defined, column, np.nan)
    return np.where(defined, column, np.zeros_like(column))


def _entering(effect: Effect, column: Column) -> Numbers:
    values = column.astype(np.float64)
    if effect.equals is not None:
        return np.asarray((values == effect.equals).astype(np.float64))
    if effect.above is not None:
        entering = np.maximum(values - effect.above, 0.0) / effect.per
    elif effect.below is not None:
        entering = np.maximum(effect.below - values, 0.0) / effect.per
    else:
        entering = (values - effect.centre) / effect.per
    return np.where(np.isnan(values), 0.0, entering)


def _drawn(women: Women, fact: Fact) -> Column:
    uniform = women.streams.uniform(fact.name, women.rows)
    match fact:
        case Flag():
            return np.asarray(uniform < logistic(log_odds(women, fact)))
        case Choice():
            return _chosen(women, fact, uniform)
        case Quantity():
            return _measured(women, fact, uniform)


def _chosen(women: Women, choice: Choice, uniform: Numbers) -> Column:
    if choice.by is None:
        return pick(uniform, choice.values, choice.tables[None])
    drawn = np.empty(women.rows, dtype=np.int64)
    for key, rows in _rows_by(women.facts[choice.by], choice.tables):
        drawn[rows] = pick(uniform[rows], choice.values, choice.tables[key])
    return drawn


def _measured(women: Women, quantity: Quantity, uniform: Numbers) -> Column:
    if quantity.by is None:
        values = from_quantiles(uniform, quantity.tables[None])
    else:
        values = np.empty(women.rows)
        for key, rows in _rows_by(women.facts[quantity.by], quantity.tables):
            values[rows] = from_quantiles(uniform[rows], quantity.tables[key])
    values = values + women.by_group(quantity.by_group) + effects_sum(women, quantity.effects)
    return np.clip(rounded(values, quantity.decimals), *quantity.limits)


def _rows_by(column: Column, keys: Iterable[int | None]) -> list[tuple[int | None, NDArray[np.intp]]]:
    """Row numbers for each key; the key None takes the rows no other key has."""
    found: list[tuple[int | None, NDArray[np.intp]]] = []
    left = np.ones(len(column), dtype=bool)
    for key in keys:
        if key is not None:
            of_key = column == key
            left &= ~of_key
            found.append((key, np.flatnonzero(of_key)))
    if left.any():
        found.append((None, np.flatnonzero(left)))
    return found
