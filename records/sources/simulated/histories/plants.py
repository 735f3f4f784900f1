"""Plants that need dates, and what the others mean in a dated record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import polars as pl

from records.clock import BOOKING, PredictionPoint
from records.concepts import concept
from records.sources.nhs_facts import ASKED_TOGETHER, NHS_KNOWN_FROM
from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.clock import NO_DAY, Clock
from records.sources.simulated.histories.leaks import HINDSIGHT, LEAKED, leaked_fact, whom, with_hindsight
from records.sources.simulated.histories.parameters import HistoryParameters
from records.sources.simulated.plants import DATED_KINDS, EVERYONE, Plant, UnknownPlant, share_of
from records.sources.simulated.scenario import Scenario

__all__ = ["check_plants", "known_from_with", "less_asked", "mistaken_units", "with_plants", "written_in_two_units"]

_DRIFTING = ("haemoglobin", "systolic_blood_pressure")
# To grams, and to metres.
_OTHER_UNITS: Mapping[str, float] = MappingProxyType({"weight": 1000.0, "height": 0.01})
_PROXY_PREDICTOR = "born_abroad"
_LAST_YEAR = 2


def check_plants(plants: Sequence[Plant], scenario: Scenario) -> None:
    """Raises `UnknownPlant` for one that a dated English record cannot hold."""
    for plant in plants:
        match plant.kind:
            case "proxy":
                _one_of(plant, plant.predictor or _PROXY_PREDICTOR, NHS_KNOWN_FROM, "a fact of a dated record")
            case "missingness" if plant.predictor is not None:
                _one_of(plant, plant.predictor, NHS_KNOWN_FROM, "a fact of a dated record")
            case "leak":
                share_of(plant)
                if plant.predictor is not None and plant.outcome is not None:
                    raise UnknownPlant(f"{plant}: a leak is of a predictor or of an outcome; plant two")
                if plant.predictor is not None:
                    _one_of(plant, plant.predictor, LEAKED, "a fact that goes on to the birth")
                if plant.outcome is not None:
                    _one_of(plant, plant.outcome, HINDSIGHT, "an outcome that becomes history")
            case "drift":
                _one_of(plant, plant.predictor or _DRIFTING[0], _DRIFTING, "measured at contacts")
            case "unit_change":
                _one_of(plant, plant.predictor or "weight", _OTHER_UNITS, "written down in one of two units")
        if plant.kind in DATED_KINDS:
            whom = scenario.sites if plant.kind == "unit_change" else (EVERYONE, *scenario.groups)
            _one_of(plant, plant.group, whom, "one of those there are")


def known_from_with(plants: Sequence[Plant]) -> Mapping[str, PredictionPoint]:
    """What the record claims to know from when on: a leaked fact it claims to know at booking."""
    leaked = [plant.predictor for plant in plants if plant.kind == "leak" and plant.predictor is not None]
    return MappingProxyType({**NHS_KNOWN_FROM, **dict.fromkeys(leaked, BOOKING)})


def less_asked(numbers: HistoryParameters, plants: Sequence[Plant]) -> HistoryParameters:
    """Missing history is an interview that was not held, so it is missing all together."""
    shares = {name: dict(table) for name, table in numbers.shares.items()}
    for plant in plants:
        for asked_together, name in zip(ASKED_TOGETHER, ("history_not_asked", "family_history_not_asked"), strict=True):
            if plant.kind == "missingness" and plant.predictor in (None, *asked_together):
                before = shares[name].get(plant.group, shares[name]["default"])
                shares[name][plant.group] = 1.0 - (1.0 - before) * (1.0 - share_of(plant))
    return replace(numbers, shares=shares)


def written_in_two_units(plants: Sequence[Plant]) -> tuple[str, ...]:
    """The facts of whose unit a plant changes."""
    return tuple(dict.fromkeys(plant.predictor or "weight" for plant in plants if plant.kind == "unit_change"))


def mistaken_units(snapshot: pl.DataFrame, women: Women, clock: Clock, plants: Sequence[Plant]) -> pl.DataFrame:
    """What was recorded at booking, with the numbers of another unit at the site from the month on."""
    months = clock.day_zero + np.where(clock.booked == NO_DAY, 0, clock.booked).astype("timedelta64[D]")
    first = np.datetime64(f"{women.scenario.first_year}-01", "M")
    since = (months.astype("datetime64[M]") - first).astype(np.int64)
    for plant in plants:
        if plant.kind == "unit_change":
            name = plant.predictor or "weight"
            there = (snapshot["site"] == plant.group) & pl.Series(since >= plant.amount)
            other = pl.when(there).then(pl.col(name) * _OTHER_UNITS[name]).otherwise(name)
            snapshot = snapshot.with_columns(other.alias(name))
    return snapshot


def with_plants(observations: pl.DataFrame, women: Women, clock: Clock, plants: Sequence[Plant]) -> pl.DataFrame:
    """The observations, ``pregnancy`` being the row of ``women``, with what leaks and what drifts."""
    for plant in plants:
        if plant.kind == "drift":
            observations = _drifted(observations, women, clock, plant)
        elif plant.kind == "leak" and plant.predictor is not None:
            leaked = leaked_fact(observations, women, clock, plant, plant.predictor)
            observations = pl.concat([observations, leaked])
        elif plant.kind == "leak":
            observations = with_hindsight(observations, women, clock, plant)
    return observations


def _drifted(observations: pl.DataFrame, women: Women, clock: Clock, plant: Plant) -> pl.DataFrame:
    name = plant.predictor or _DRIFTING[0]
    low, high = concept(name).plausible or (-np.inf, np.inf)
    last_year = pl.lit(np.datetime64(f"{women.scenario.first_year + _LAST_YEAR}-01-01")).cast(pl.Date)
    place = pl.col("pregnancy")
    seen_on = pl.lit(pl.Series(clock.day_zero)).gather(place) + pl.duration(days=pl.col("day"))
    moved = (pl.col("concept") == name) & (seen_on >= last_year) & pl.lit(pl.Series(whom(women, plant))).gather(place)
    value = pl.col("value")
    return observations.with_columns(pl.when(moved).then((value + plant.amount).clip(low, high)).otherwise(value))


def _one_of(plant: Plant, name: str, allowed: Sequence[str] | Mapping[str, object], what: str) -> None:
    if name not in allowed:
        raise UnknownPlant(f"{plant}: {name} is not {what}; those are: {', '.join(allowed)}")
