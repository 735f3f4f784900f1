"""Simulated histories as Records, whether they were drawn just now or read back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from records.concepts import concept
from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.records import Records
from records.sources.simulated.digest import content_digest
from records.sources.simulated.histories.plants import known_from_with, written_in_two_units
from records.sources.simulated.plants import Plant, parse_plant
from records.sources.simulated.simulation import Simulation

__all__ = ["digest_of", "digest_of_parts", "records_of_histories"]


def records_of_histories(simulation: Simulation, histories: Histories, digest: str) -> Records:
    """The one way simulated histories become Records, drawn just now or read back."""
    plants = [parse_plant(plant) for plant in simulation.plants]
    plausible, doubts = _plausible(histories, plants)
    return Records.dated(
        source="simulated",
        description=simulation.described("simulated as histories"),
        data_digest=digest,
        histories=with_earlier_pregnancies(plausible),
        known_from=known_from_with(plants),
        doubts=doubts,
        notes=simulation.notes,
        is_simulated=True,
    )


def digest_of(histories: Histories) -> str:
    """Of both tables, whatever holds them."""
    return digest_of_parts((content_digest(histories.pregnancies), content_digest(histories.observations.collect())))


def digest_of_parts(parts: Sequence[str]) -> str:
    """From the content digests of the pregnancies and of the observations."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plausible(histories: Histories, plants: Sequence[Plant]) -> tuple[Histories, Mapping[str, int]]:
    """Without measurements outside their concept's range, which only a change of unit makes; those by sentence."""
    observations, doubts = histories.observations, {}
    for name in written_in_two_units(plants):
        low, high = concept(name).plausible or (0.0, float("inf"))
        wrong = (pl.col("concept") == name) & ~pl.col("value").is_between(low, high)
        sentence = f"{name} outside its plausible range; taken as not recorded"
        doubts[sentence] = observations.filter(wrong).select(pl.len()).collect().item()
        observations = observations.filter(~wrong)
    return replace(histories, observations=observations), doubts
