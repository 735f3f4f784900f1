"""Simulated births: a source whose true risks are known, so that every claim about a model can be checked.

`simulate` draws births of a scenario (scenarios/: numbers, and where each comes from), with planted defects if
asked; `SIMULATED` reads them back from Parquet. Truth is a table of its own, never a column of the records.
"""

from __future__ import annotations

from records.sources.simulated.births import NoBirths, SimulatedBirths, Simulation, simulate
from records.sources.simulated.natality_layout import OtherEthnicCoding, write_cdc_natality
from records.sources.simulated.parquet import NotSimulatedBirths, truth_path, write_parquet
from records.sources.simulated.plants import PLANT_KINDS, Plant, UnknownPlant, parse_plant
from records.sources.simulated.scenario_file import SCENARIO_NAMES, UnknownScenario
from records.sources.simulated.source import SIMULATED, SimulatedSource
from records.sources.simulated.streams import ImpossibleSeed

__all__ = [
    "PLANT_KINDS",
    "SCENARIO_NAMES",
    "SIMULATED",
    "ImpossibleSeed",
    "NoBirths",
    "NotSimulatedBirths",
    "OtherEthnicCoding",
    "Plant",
    "SimulatedBirths",
    "SimulatedSource",
    "Simulation",
    "UnknownPlant",
    "UnknownScenario",
    "parse_plant",
    "simulate",
    "truth_path",
    "write_cdc_natality",
    "write_parquet",
]
