"""Treatments that change risk: to whom each is advised, who takes it, and what it changes.

That she takes one is a fact that becomes known after booking, with a known probability given the facts of booking. So
true risks stay finite sums, and the risk she would have without any is the same sum over fewer states. Every number is
drawn from a stream of its own: who takes nothing has the same course as in the births without treatments.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from records.errors import WrongUse
from records.sources.simulated.drawing import Women
from records.sources.simulated.histories.parameters import history_parameters
from records.sources.simulated.scenario import Effect, Flag, ImplausibleScenario, Scenario, Treatment

__all__ = ["TREATMENTS_NOTE", "NoTreatments", "add_advice", "treatments_from", "treatments_of", "with_treatments"]

#: Said wherever such births are read.
TREATMENTS_NOTE = (
    "Treatments change risk in these births: low-dose aspirin, and the preterm birth clinic. What a model learns of "
    "them is the risk under the care given."
)
_SCENARIOS = ("england",)
_SHARES = ("taken", "offered_only", "accepted_only", "not_noted")
# Log-odds of what cannot be: the furthest that `logistic` tells apart.
_NEVER = -36.0
# NICE NG133 (2019, updated 2023), 1.1.2 and 1.1.3: aspirin from 12 weeks with one high risk factor for pre-eclampsia,
# or more than one moderate. Of the high ones, chronic hypertension and diabetes are simulated; of the moderate ones, a
# first pregnancy, age 40 or older and a BMI of 35 or more at the first visit. (A multiple pregnancy is not yet known.)
_MODERATE_AGE, _MODERATE_BMI, _MORE_THAN_ONE = 40, 35.0, 2


class NoTreatments(WrongUse):
    """Treatments were asked for in a scenario that describes none."""


@cache
def treatments_of(scenario: str) -> tuple[Treatment, ...]:
    """Those of scenarios/<name>/treatments.toml. Raises `NoTreatments` or `ImplausibleScenario`."""
    if scenario not in _SCENARIOS:
        raise NoTreatments(
            f"treatments are described for scenario {', '.join(_SCENARIOS)}; {scenario!r} has none: leave them out"
        )
    text = resources.files("records.sources.simulated").joinpath("scenarios", scenario, "treatments.toml")
    return treatments_from(tomllib.loads(text.read_text(encoding="utf-8")))


def treatments_from(parsed: Mapping[str, Any]) -> tuple[Treatment, ...]:
    """What a treatments.toml holds. Raises `ImplausibleScenario` where numbers have no source, or are no shares."""
    return tuple(_treatment(table) for table in parsed["treatments"])


def with_treatments(scenario: Scenario) -> Scenario:
    """The scenario in which they are offered, taken by some, and change what follows. Raises `NoTreatments`."""
    treatments = treatments_of(scenario.name)
    taken = tuple(_taken(scenario, treatment) for treatment in treatments)
    later = tuple(_changed_flag(flag, treatments) for flag in scenario.later)
    outcomes = tuple(
        replace(outcome, later={**outcome.later, **_ratios_on(outcome.name, treatments)})
        for outcome in scenario.outcomes
    )
    unbooked = history_parameters(scenario.name).shares["unbooked"]
    return replace(scenario, later=(*taken, *later), outcomes=outcomes, treatments=treatments, unbooked=unbooked)


def add_advice(women: Women) -> None:
    """Adds the facts of booking that treatments are advised by; none of a woman who does not book, or not in time."""
    if not women.scenario.treatments:
        return
    facts = women.facts
    moderate = (
        (facts["parity"] == 0).astype(int)
        + (facts["maternal_age"] >= _MODERATE_AGE)
        + (facts["body_mass_index"] >= _MODERATE_BMI)
    )
    high = facts["chronic_hypertension"].astype(bool) | facts["pre_existing_diabetes"].astype(bool)
    advised = {
        "aspirin_advised": high | (moderate >= _MORE_THAN_ONE),
        # NHS England, Saving Babies' Lives version 3, element 5: a previous preterm birth is a high risk factor.
        "preterm_clinic_advised": facts["previous_preterm_birth"].astype(bool),
    }
    unbooked = women.happens("unbooked", women.by_group_or_default(women.scenario.unbooked))
    for treatment in women.scenario.treatments:
        in_time = ~unbooked & (facts["gestation_at_booking"] <= treatment.booked_by)
        women.add(treatment.advised_if, np.asarray(advised[treatment.advised_if] & in_time))


def _taken(scenario: Scenario, treatment: Treatment) -> Flag:
    by_group = (
        Effect(
            of=treatment.advised_if,
            coefficient=_log_odds(treatment.taken.get(group, treatment.taken["default"])) - _NEVER,
            in_groups=(group,),
        )
        for group in scenario.groups
    )
    return Flag(name=treatment.name, intercept=_NEVER, effects=tuple(by_group))


def _changed_flag(flag: Flag, treatments: Sequence[Treatment]) -> Flag:
    added = (Effect(of=name, coefficient=ratio) for name, ratio in _ratios_on(flag.name, treatments).items())
    return replace(flag, effects=(*flag.effects, *added))


def _ratios_on(name: str, treatments: Sequence[Treatment]) -> Mapping[str, float]:
    return {one.name: one.log_odds_ratios[name] for one in treatments if name in one.log_odds_ratios}


def _log_odds(share: float) -> float:
    # Decimal rounds a logarithm alike on every machine.
    return float((Decimal(share) / (1 - Decimal(share))).ln())


def _treatment(table: Mapping[str, Any]) -> Treatment:
    _require_source(table["name"], table)
    ratios = table["log_odds_ratios"]
    _require_source(f"{table['name']}.log_odds_ratios", ratios)
    shares = {name: _shares(f"{table['name']}.{name}", table[name]) for name in _SHARES}
    return Treatment(
        **{key: value for key, value in table.items() if key not in (*shares, "source", "log_odds_ratios")},
        taken=shares["taken"],
        offered_only=shares["offered_only"],
        accepted_only=shares["accepted_only"],
        not_noted=shares["not_noted"],
        log_odds_ratios={name: float(ratio) for name, ratio in ratios.items() if name != "source"},
    )


def _shares(name: str, table: Mapping[str, Any]) -> Mapping[str, float]:
    _require_source(name, table)
    shares = {group: float(share) for group, share in table.items() if group != "source"}
    if "default" not in shares or not all(0.0 < share < 1.0 for share in shares.values()):
        raise ImplausibleScenario(f"treatments.{name} needs a default, and shares between 0 and 1")
    return shares


def _require_source(name: str, table: Mapping[str, Any]) -> None:
    if not table.get("source"):
        raise ImplausibleScenario(
            f"treatments.{name} has numbers and no source; write 'assumption' where there is none"
        )
