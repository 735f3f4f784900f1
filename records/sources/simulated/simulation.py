"""What was asked of a simulation: enough to make the same births again, and what must be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from records.errors import WrongUse
from records.sources.simulated.plants import Plant, parse_plant, planted
from records.sources.simulated.scenario import Scenario
from records.sources.simulated.scenario_file import scenario as scenario_named
from records.sources.simulated.streams import refuse_impossible
from records.sources.simulated.treatments import TREATMENTS_NOTE, with_treatments

__all__ = ["NoBirths", "Simulation"]


class NoBirths(WrongUse):
    """A simulation of no births, or fewer."""


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What was asked for: enough to make the same births again."""

    births: int
    seed: int
    scenario: str
    plants: tuple[str, ...]
    treatments: bool = False

    @classmethod
    def asked(
        cls, births: int, *, seed: int, scenario: str, plants: Sequence[Plant | str], treatments: bool
    ) -> tuple[Simulation, tuple[Plant, ...]]:
        """With its plants. Raises `NoBirths`, `ImpossibleSeed` or `UnknownPlant`."""
        if births < 1:
            raise NoBirths(f"births is 1 or more; got {births}")
        refuse_impossible(seed)
        parsed = tuple(parse_plant(plant) if isinstance(plant, str) else plant for plant in plants)
        named = tuple(str(plant) for plant in parsed)
        return cls(births=births, seed=seed, scenario=scenario, plants=named, treatments=treatments), parsed

    def drawn_from(self, plants: Sequence[Plant]) -> Scenario:
        """Its scenario with these plants, and with treatments if there are any.

        Raises `UnknownScenario`, `UnknownPlant` or `NoTreatments`.
        """
        scenario = planted(scenario_named(self.scenario), plants)
        return with_treatments(scenario) if self.treatments else scenario

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said of these births wherever they are read."""
        notes = ["Simulated births: not for care."]
        if self.plants:
            notes.append(f"Planted defects: {'; '.join(self.plants)}.")
        if self.treatments:
            notes.append(TREATMENTS_NOTE)
        return tuple(notes)

    def described(self, form: str) -> str:
        """In a phrase: '20,000 births simulated, scenario england, seed 1'."""
        described = f"{self.births:,} births {form}, scenario {self.scenario}, seed {self.seed}"
        if self.treatments:
            described += ", with treatments"
        return f"{described}, with {'; '.join(self.plants)}" if self.plants else described
