"""Numbers of histories say where they come from, and a contradiction in them is named."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest

from records.sources.simulated.histories.parameters import history_parameters, history_parameters_from
from records.sources.simulated.scenario import ImplausibleScenario
from records.sources.simulated.scenario_file import scenario


@pytest.fixture
def england() -> dict[str, Any]:
    file = resources.files("records.sources.simulated").joinpath("scenarios", "england", "histories.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_the_file_is_what_is_used(england: dict[str, Any]) -> None:
    assert history_parameters_from(england) == history_parameters("england")


def test_groups_are_those_of_the_scenario() -> None:
    groups = {"default", *scenario("england").groups}
    for name, shares in history_parameters("england").shares.items():
        assert set(shares) <= groups, name


def test_quantiles_rise_from_nothing_to_everyone() -> None:
    numbers = history_parameters("england")
    tables = {**numbers.days, **numbers.epds_in_pregnancy, "haemoglobin": numbers.haemoglobin_at_28_weeks}
    tables["own blood pressure"] = numbers.blood_pressure["quantiles"]
    tables["between readings"] = numbers.blood_pressure["between_readings"]
    for name, table in tables.items():
        assert [p for p, _ in table] == sorted({p for p, _ in table}), name
        assert [v for _, v in table] == sorted(v for _, v in table), name
        assert (table[0][0], table[-1][0]) == (0.0, 1.0), name


def test_days_lie_where_pregnancy_puts_them() -> None:
    """Hypertension of pregnancy begins after 20 weeks; a loss is before 24; the year after birth has 365 days."""
    days = history_parameters("england").days
    for name in ("pre_eclampsia", "gestational_hypertension"):
        assert days[name][0][1] > 20 * 7
    assert days["lost"][-1][1] < 24 * 7
    # The scale is an outcome from day 14, and a diagnosis until day 365.
    assert days["epds_after_birth"][0][1] >= 14
    assert days["depression_after_birth"][-1][1] < 365


def test_contacts_are_those_of_ng201() -> None:
    """NICE NG201 (2021): 16, 28, 34, 36, 38 and 41 weeks; in a first pregnancy 25, 31 and 40 too."""
    numbers = history_parameters("england")
    assert numbers.every_womans_weeks == (16, 28, 34, 36, 38, 41)
    assert numbers.first_birth_weeks == (25, 31, 40)
    assert numbers.contact_days_off == (-4, 4)


@pytest.mark.parametrize(
    ("where", "change", "because"),
    [
        (("shares", "unbooked"), {"source": ""}, "shares.unbooked has numbers and no source"),
        (("shares", "lost"), {"Black": 1.5}, "shares.lost needs a default, and shares from 0 to 1"),
        (("contacts",), {"source": ""}, "contacts has numbers and no source"),
    ],
)
def test_numbers_that_cannot_be_are_refused(
    england: dict[str, Any], where: tuple[str, ...], change: dict[str, Any], because: str
) -> None:
    table = england
    for name in where:
        table = table[name]
    table.update(change)
    with pytest.raises(ImplausibleScenario, match=because):
        history_parameters_from(england)


def test_a_share_without_a_default_is_refused(england: dict[str, Any]) -> None:
    del england["shares"]["unbooked"]["default"]
    with pytest.raises(ImplausibleScenario, match="needs a default"):
        history_parameters_from(england)
