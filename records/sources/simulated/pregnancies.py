"""Who the women are at booking: first the women of the births, then some of them again in a later pregnancy."""

from __future__ import annotations

import numpy as np

from records.sources.simulated.drawing import Column, Women, draw
from records.sources.simulated.exact_arithmetic import pick
from records.sources.simulated.scenario import Scenario
from records.sources.simulated.streams import Streams

__all__ = ["MONTHS", "first_pregnancies", "lost_pregnancies", "returning_pregnancies", "returning_women"]

MONTHS = 36
# Of those who return: first birth in the first year, then 3 to 14 months and a pregnancy of 9, all within 36 months.
_FIRST_BIRTH_WITHIN = 12
_SHORTEST_INTERVAL, _INTERVALS, _MONTHS_PREGNANT = 3, 12, 9
_BMI_BETWEEN_PREGNANCIES = 0.6  # kg/m2; assumption
_HIGHEST_BMI = 55.0
_MACROSOMIA_G = 4500

_UNCHANGED = (
    "ethnic_category", "site", "deprivation_quintile", "education_level", "born_abroad", "interpreter_needed",
    "height", "family_history_of_diabetes", "smokes", "has_smoked", "cigarettes_before_pregnancy",
    "pre_existing_diabetes", "chronic_hypertension", "previous_pregnancy_losses",
)  # fmt: skip


def returning_women(births: int, scenario: Scenario) -> int:
    """How many of the births are a second one of a woman who is there already."""
    return int(births * scenario.returning_share)


def first_pregnancies(births: int, *, seed: int, scenario: Scenario) -> Women:
    """One row a woman. Those who will return come first and give birth in the first year."""
    returning = returning_women(births, scenario)
    rows = births - returning
    women = Women(scenario=scenario, streams=Streams(seed=seed, part="first"), rows=rows, facts={})
    months = np.where(np.arange(rows) < returning, _FIRST_BIRTH_WITHIN, MONTHS)
    women.add("delivered", np.floor(women.streams.uniform("delivered", rows) * months).astype(np.int64))
    women.add("woman", np.arange(rows))
    shares = list(scenario.categories.values())
    women.add("ethnic_category", pick(women.streams.uniform("ethnic_category", rows), range(len(shares)), shares))
    draw(women, scenario.booking)
    return women


def lost_pregnancies(rows: int, *, seed: int, scenario: Scenario, first_woman: int) -> Women:
    """Pregnancies of other women, to booking: those that will be lost before 24 weeks."""
    women = Women(scenario=scenario, streams=Streams(seed=seed, part="lost"), rows=rows, facts={})
    women.add("delivered", np.floor(women.streams.uniform("delivered", rows) * MONTHS).astype(np.int64))
    women.add("woman", first_woman + np.arange(rows))
    shares = list(scenario.categories.values())
    women.add("ethnic_category", pick(women.streams.uniform("ethnic_category", rows), range(len(shares)), shares))
    draw(women, scenario.booking)
    return women


def returning_pregnancies(first: Women, births: int) -> Women:
    """The second pregnancies, from the women's first ones as they truly went."""
    rows = births - first.rows
    streams = Streams(seed=first.streams.seed, part="returning")
    before = {name: column[:rows] for name, column in first.facts.items()}
    interval = _SHORTEST_INTERVAL + np.floor(streams.uniform("interval", rows) * _INTERVALS)
    months_between = interval.astype(np.int64) + _MONTHS_PREGNANT
    women = Women(scenario=first.scenario, streams=streams, rows=rows, facts={})
    women.add("delivered", before["delivered"] + months_between)
    women.add("woman", before["woman"])
    for name in _UNCHANGED:
        women.add(name, before[name])
    women.add("maternal_age", before["maternal_age"] + months_between // 12)
    women.add("body_mass_index", np.minimum(before["body_mass_index"] + _BMI_BETWEEN_PREGNANCIES, _HIGHEST_BMI))
    women.add("parity", before["parity"] + 1)
    women.add("interpregnancy_interval", interval)
    for name, column in _history_since(before).items():
        women.add(name, column)
    draw(women, women.scenario.booking)
    return women


def _history_since(before: dict[str, Column]) -> dict[str, Column]:
    return {
        "previous_preterm_birth": before["previous_preterm_birth"] | before["preterm_birth"],
        "previous_gestational_diabetes": before["previous_gestational_diabetes"] | before["gestational_diabetes"],
        "previous_postpartum_haemorrhage": before["previous_postpartum_haemorrhage"] | before["haemorrhage"],
        "previous_baby_4500g_or_more": before["previous_baby_4500g_or_more"]
        | (before["birth_weight"] >= _MACROSOMIA_G),
        "previous_caesareans": before["previous_caesareans"] + before["caesarean"],
        "previous_depression": before["previous_depression"] | before["postpartum_depression"],
    }
