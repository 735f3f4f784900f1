"""Scenario files say where their numbers come from, and a contradiction in one is named."""

from __future__ import annotations

from typing import Any

import pytest

from records.sources.simulated.scenario import Effect, Flag, ImplausibleScenario
from records.sources.simulated.scenario_file import SCENARIO_NAMES, parsed_scenario, scenario, scenario_from


@pytest.fixture
def england() -> dict[str, Any]:
    return parsed_scenario("england")


@pytest.mark.parametrize("name", SCENARIO_NAMES)
def test_every_effect_is_of_a_fact_drawn_before_it(name: str) -> None:
    of = scenario(name)
    known = {"ethnic_category", "ethnic_group", "delivered"}
    for fact in (*of.booking, *of.later):
        for effect in getattr(fact, "effects", ()):
            assert effect.of in known, f"{fact.name} depends on {effect.of}"
        known |= {fact.name} | ({"age_band"} if fact.name == "maternal_age" else set())
        if (by := getattr(fact, "by", None)) is not None:
            assert by in known
    for outcome in of.outcomes:
        assert {effect.of for effect in outcome.effects} <= known - {flag.name for flag in of.later}
        assert set(outcome.later) <= {flag.name for flag in of.later}
        assert set(outcome.intercept) == set(of.groups)


@pytest.mark.parametrize("name", SCENARIO_NAMES)
def test_effects_between_later_facts_are_plain_which_the_exact_risk_relies_on(name: str) -> None:
    later = {flag.name for flag in scenario(name).later}
    for flag in scenario(name).later:
        assert isinstance(flag, Flag)
        for effect in flag.effects:
            if effect.of in later:
                assert effect == Effect(of=effect.of, coefficient=effect.coefficient, source=effect.source)


@pytest.mark.parametrize("name", SCENARIO_NAMES)
def test_quantiles_rise_and_categories_share_out_everybody(name: str) -> None:
    of = scenario(name)
    assert sum(of.categories.values()) == pytest.approx(1.0)
    for fact in (*of.booking, *of.after):
        for table in getattr(fact, "tables", {}).values():
            if isinstance(table[0], tuple):
                assert [p for p, _ in table] == sorted({p for p, _ in table}), fact.name
                assert [v for _, v in table] == sorted(v for _, v in table), fact.name
                assert (table[0][0], table[-1][0]) == (0.0, 1.0), fact.name
            else:
                assert sum(table) == pytest.approx(1.0, abs=0.011), fact.name


def test_a_table_without_a_source_is_refused(england: dict[str, Any]) -> None:
    del england["booking"][0]["source"]
    with pytest.raises(ImplausibleScenario, match="site has numbers and no source"):
        scenario_from(england)


def test_a_rate_without_a_source_is_refused(england: dict[str, Any]) -> None:
    del england["outcomes"][0]["rate"]["source"]
    with pytest.raises(ImplausibleScenario, match="preterm_birth has numbers and no source"):
        scenario_from(england)


def test_a_group_that_is_not_there_is_refused(england: dict[str, Any]) -> None:
    england["later"][0]["by_group"] = {"Hispanic": 0.1}
    with pytest.raises(ImplausibleScenario, match="'Hispanic'; this scenario has: White, Mixed"):
        scenario_from(england)


def test_a_category_that_is_not_there_is_refused(england: dict[str, Any]) -> None:
    site = next(fact for fact in england["booking"] if fact["name"] == "deprivation_quintile")
    site["weights"]["7"] = [1, 1, 1, 1, 1]
    with pytest.raises(ImplausibleScenario, match="'7' is no ethnic_category"):
        scenario_from(england)


def test_an_outcome_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(ImplausibleScenario, match="preterm_birth, haemorrhage"):
        scenario("england").outcome("toothache")
