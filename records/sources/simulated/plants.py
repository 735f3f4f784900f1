"""Plants: known defects put into simulated births, so that an audit can be seen to find them.

Each turns one scenario into another and changes nothing else: every other number is drawn from its own stream. Those
of `DATED_KINDS` need dates: `histories.plants` puts them into whole histories.
Written on a command line as ``kind``, ``kind:Group=strength`` or ``kind:Group=strength,predictor=NAME,outcome=NAME``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from records.clock import BOOKING
from records.concepts import concept
from records.errors import WrongUse
from records.sources.simulated.recorded import SIMULATED_KNOWN_FROM
from records.sources.simulated.scenario import Effect, Revelation, Scenario

__all__ = ["DATED_KINDS", "EVERYONE", "PLANT_KINDS", "Plant", "UnknownPlant", "parse_plant", "planted", "share_of"]

# Strength where none is given.
PLANT_KINDS: Mapping[str, float] = MappingProxyType(
    {
        "group_signal": 1.5,
        "under_recording": 0.4,
        "missingness": 0.3,
        "proxy": 0.9,
        "under_testing": 0.3,
        "odds": 1.5,
        "leak": 0.95,
        "drift": 10.0,
        "unit_change": 18.0,
    }
)
DATED_KINDS = ("leak", "drift", "unit_change")
EVERYONE = "everyone"
_GROUP = "Black"
_SITE = "SIM02"
_WHOM = {"leak": EVERYONE, "drift": EVERYONE, "unit_change": _SITE, "odds": _SITE}
_SIGNAL_PREDICTOR = "family_history_of_diabetes"
_SIGNAL_OUTCOME = "preterm_birth"
_PROXY_PREDICTOR = "born_abroad"
# Never planted missing: a woman's age and number of births are what records are matched and history is defined by.
_ALWAYS_RECORDED = ("maternal_age", "parity")


class UnknownPlant(WrongUse):
    """A planted defect that is not one of those there are, or not written as one."""


@dataclass(frozen=True, kw_only=True)
class Plant:
    """One defect in one group; ``odds`` and ``unit_change`` at one site; ``leak`` and ``drift`` may be of `EVERYONE`.

    ``strength`` is, by kind: ``group_signal`` the log odds ratio of a predictor that matters in this group only;
    ``under_recording`` the share of the group's events that goes unrecorded (of ``outcome``, or of every one);
    ``missingness`` the share of the group's booking facts (or of ``predictor``) lost beyond what is missing anyway;
    ``proxy`` the share of all women in whom a recorded flag says who is of the group; ``under_testing`` the share of
    the group's tests for diabetes that are not made; ``odds`` how many times those elsewhere the odds of ``outcome``
    are at the site, or of every one; ``leak`` the share of women whose booking record holds what comes later; ``drift``
    by how much more ``predictor`` is measured from the last year on; ``unit_change`` the month, of those since the
    first, from which ``predictor`` is written down in another unit.
    """

    kind: str
    group: str = _GROUP
    strength: float | None = None
    predictor: str | None = None
    outcome: str | None = None

    @property
    def amount(self) -> float:
        return PLANT_KINDS[self.kind] if self.strength is None else self.strength

    def __str__(self) -> str:
        """The form `parse_plant` reads."""
        options = [f"{key}={value}" for key in ("predictor", "outcome") if (value := getattr(self, key)) is not None]
        return ",".join([f"{self.kind}:{self.group}={self.amount:g}", *options])


def parse_plant(text: str) -> Plant:
    """``under_recording:Black=0.3`` as a Plant; raises `UnknownPlant`."""
    kind, _, rest = text.partition(":")
    if kind not in PLANT_KINDS:
        raise UnknownPlant(f"no plant is called {kind!r}; there are: {', '.join(PLANT_KINDS)}")
    plant = Plant(kind=kind, group=_WHOM.get(kind, _GROUP))
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        if key == "predictor" and value:
            plant = replace(plant, predictor=value)
        elif key == "outcome" and value:
            plant = replace(plant, outcome=value)
        else:
            plant = replace(plant, group=key, strength=_number(text, value) if equals else None)
    return plant


def planted(scenario: Scenario, plants: Iterable[Plant | str]) -> Scenario:
    """The scenario with every plant in it."""
    for plant in plants:
        scenario = _with(scenario, parse_plant(plant) if isinstance(plant, str) else plant)
    return scenario


def _with(scenario: Scenario, plant: Plant) -> Scenario:
    if plant.kind in DATED_KINDS:
        raise UnknownPlant(f"{plant}: births without dates cannot hold it; simulate histories")
    known = [outcome.name for outcome in scenario.outcomes]
    if plant.outcome is not None and plant.outcome not in known:
        raise UnknownPlant(f"{plant}: scenario {scenario.name} has the outcomes {', '.join(known)}")
    if plant.kind == "odds":
        return _with_odds(scenario, plant)
    if plant.group not in scenario.groups:
        raise UnknownPlant(f"{plant}: scenario {scenario.name} has the groups {', '.join(scenario.groups)}")
    match plant.kind:
        case "group_signal":
            return _with_group_signal(scenario, plant)
        case "under_recording":
            return _with_under_recording(scenario, plant)
        case "missingness":
            return _with_missingness(scenario, plant)
        case "proxy":
            return _with_proxy(scenario, plant)
        case "under_testing":
            return replace(scenario, untested={**scenario.untested, plant.group: share_of(plant)})
    raise UnknownPlant(f"no plant is called {plant.kind!r}; there are: {', '.join(PLANT_KINDS)}")


def _with_group_signal(scenario: Scenario, plant: Plant) -> Scenario:
    predictor, name = plant.predictor or _SIGNAL_PREDICTOR, plant.outcome or _SIGNAL_OUTCOME
    if predictor not in {fact.name for fact in scenario.booking}:
        raise UnknownPlant(f"{plant}: {predictor} is no fact drawn for booking in scenario {scenario.name}")
    signal = Effect(of=predictor, coefficient=plant.amount, in_groups=(plant.group,), source="plant")
    outcome = scenario.outcome(name)
    elsewhere = tuple(effect for effect in outcome.effects if effect.of != predictor)
    changed = replace(outcome, effects=(*elsewhere, signal))
    return replace(scenario, outcomes=tuple(changed if o.name == name else o for o in scenario.outcomes))


def _with_under_recording(scenario: Scenario, plant: Plant) -> Scenario:
    lost = share_of(plant)
    changed = {
        name: replace(outcome, ascertained={**outcome.ascertained, plant.group: kept})
        for name in _outcomes_of(scenario, plant)
        for outcome in [scenario.outcome(name)]
        for kept in [outcome.ascertained[plant.group] * (1.0 - lost)]
    }
    return replace(scenario, outcomes=tuple(changed.get(o.name, o) for o in scenario.outcomes))


def _with_missingness(scenario: Scenario, plant: Plant) -> Scenario:
    lost = share_of(plant)
    at_booking = [name for name, since in SIMULATED_KNOWN_FROM.items() if since == BOOKING]
    if plant.predictor is not None and plant.predictor not in at_booking:
        raise UnknownPlant(f"{plant}: {plant.predictor} is not recorded at booking")
    unrecorded = {name: dict(shares) for name, shares in scenario.unrecorded.items()}
    for name in [plant.predictor] if plant.predictor else at_booking:
        if name not in _ALWAYS_RECORDED:
            shares = unrecorded.setdefault(name, {})
            shares[plant.group] = 1.0 - (1.0 - shares.get(plant.group, 0.0)) * (1.0 - lost)
    return replace(scenario, unrecorded=unrecorded)


def _with_proxy(scenario: Scenario, plant: Plant) -> Scenario:
    predictor = plant.predictor or _PROXY_PREDICTOR
    if SIMULATED_KNOWN_FROM.get(predictor) != BOOKING or concept(predictor).kind != "flag":
        raise UnknownPlant(f"{plant}: {predictor} is no flag that is recorded at booking")
    revelation = Revelation(predictor=predictor, group=plant.group, strength=share_of(plant))
    return replace(scenario, revelations=(*scenario.revelations, revelation))


def _with_odds(scenario: Scenario, plant: Plant) -> Scenario:
    """Every woman of the site has the same number added to her log-odds, whatever a group's signal is scaled by."""
    if plant.group not in scenario.sites:
        raise UnknownPlant(f"{plant}: scenario {scenario.name} has the sites {', '.join(scenario.sites)}")
    if plant.predictor is not None:
        raise UnknownPlant(f"{plant}: the odds of a site are of an outcome, not of a predictor")
    if not 0.0 < plant.amount < float("inf"):
        raise UnknownPlant(f"{plant}: the strength is how many times the odds are those elsewhere, above 0")
    there = Effect(
        of="site",
        equals=scenario.sites.index(plant.group),
        # Decimal rounds a logarithm alike on every machine.
        coefficient=float(Decimal(plant.amount).ln()),
        # Naming every group keeps it apart from the effects that a group's signal scales.
        in_groups=scenario.groups,
        source="plant",
    )
    names = _outcomes_of(scenario, plant)
    changed = {name: replace(one, effects=(*one.effects, there)) for name in names for one in [scenario.outcome(name)]}
    return replace(scenario, outcomes=tuple(changed.get(o.name, o) for o in scenario.outcomes))


def _outcomes_of(scenario: Scenario, plant: Plant) -> list[str]:
    return [plant.outcome] if plant.outcome else [o.name for o in scenario.outcomes]


def share_of(plant: Plant) -> float:
    """Its strength, of a kind whose strength is a share."""
    if not 0.0 <= plant.amount <= 1.0:
        raise UnknownPlant(f"{plant}: the strength is a share from 0 to 1")
    return plant.amount


def _number(text: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise UnknownPlant(f"{text}: {value!r} is not a number; write kind:Group=strength") from None
