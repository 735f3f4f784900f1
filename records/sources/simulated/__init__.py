"""Simulated births: a source whose true risks are known, so that every claim about a model can be checked.

`simulate` draws births of a scenario (scenarios/: numbers, and where each comes from), with planted defects if
asked; `simulate_histories` writes the same births down day by day; `SIMULATED` reads both back from Parquet. Truth is
a table of its own, never a column of the records.
"""

from __future__ import annotations

from records.sources.simulated.births import SimulatedBirths, simulate
from records.sources.simulated.histories.files import write_histories
from records.sources.simulated.histories.histories import SimulatedHistories, simulate_histories
from records.sources.simulated.histories.parameters import NoHistories
from records.sources.simulated.natality_layout import OtherEthnicCoding, write_cdc_natality
from records.sources.simulated.parquet import NotSimulatedBirths, truth_path, write_parquet
from records.sources.simulated.plants import PLANT_KINDS, Plant, UnknownPlant, parse_plant
from records.sources.simulated.scenario_file import SCENARIO_NAMES, UnknownScenario
from records.sources.simulated.simulation import NoBirths, Simulation
from records.sources.simulated.source import SIMULATED, SimulatedSource
from records.sources.simulated.streams import ImpossibleSeed
from records.sources.simulated.treatments import NoTreatments

__all__ = [
    "PLANT_KINDS",
    "SCENARIO_NAMES",
    "SIMULATED",
    "ImpossibleSeed",
    "NoBirths",
    "NoHistories",
    "NoTreatments",
    "NotSimulatedBirths",
    "OtherEthnicCoding",
    "Plant",
    "SimulatedBirths",
    "SimulatedHistories",
    "SimulatedSource",
    "Simulation",
    "UnknownPlant",
    "UnknownScenario",
    "parse_plant",
    "simulate",
    "simulate_histories",
    "truth_path",
    "write_cdc_natality",
    "write_histories",
    "write_parquet",
]
