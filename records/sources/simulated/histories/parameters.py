"""Numbers of scenarios/<name>/histories.toml: by what shares, and on which days, things are written down."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from records.errors import WrongUse
from records.sources.simulated.scenario import ImplausibleScenario

__all__ = ["HistoryParameters", "NoHistories", "history_parameters", "history_parameters_from"]

Quantiles = tuple[tuple[float, float], ...]
_SCENARIOS = ("england",)


class NoHistories(WrongUse):
    """Histories of a scenario whose care is not described day by day."""


@dataclass(frozen=True, kw_only=True)
class HistoryParameters:
    """``shares`` by name and ethnic group ('default' for any other); ``days`` as quantiles; the rest as in the file."""

    shares: Mapping[str, Mapping[str, float]]
    days: Mapping[str, Quantiles]
    every_womans_weeks: tuple[int, ...]
    first_birth_weeks: tuple[int, ...]
    contact_days_off: tuple[int, int]
    bleeding: Mapping[str, Any]
    blood_pressure: Mapping[str, Any]
    haemoglobin_at_28_weeks: Quantiles
    epds_in_pregnancy: Mapping[str, Quantiles]


@cache
def history_parameters(scenario: str) -> HistoryParameters:
    """Raises `NoHistories` for a scenario without them."""
    if scenario not in _SCENARIOS:
        raise NoHistories(
            f"histories are of English care, and are simulated for scenario {', '.join(_SCENARIOS)}; {scenario!r} has "
            "births without dates only"
        )
    text = resources.files("records.sources.simulated").joinpath("scenarios", scenario, "histories.toml")
    return history_parameters_from(tomllib.loads(text.read_text(encoding="utf-8")))


def history_parameters_from(parsed: Mapping[str, Any]) -> HistoryParameters:
    """What a histories.toml holds. Raises `ImplausibleScenario` where numbers have no source, or are no shares."""
    for name, table in parsed.items():
        _require_source(name, table)
    contacts = parsed["contacts"]
    first_off, last_off = contacts["days_off"]
    return HistoryParameters(
        shares={name: _by_group(name, table) for name, table in parsed["shares"].items() if name != "source"},
        days={name: _quantiles(table) for name, table in parsed["days"].items() if not name.endswith("source")},
        every_womans_weeks=tuple(contacts["every_woman"]),
        first_birth_weeks=tuple(contacts["first_birth_too"]),
        contact_days_off=(first_off, last_off),
        bleeding=parsed["bleeding"],
        blood_pressure=parsed["blood_pressure"],
        haemoglobin_at_28_weeks=_quantiles(parsed["haemoglobin_at_28_weeks"]["quantiles"]),
        epds_in_pregnancy={
            name: _quantiles(table) for name, table in parsed["epds_in_pregnancy"].items() if name != "source"
        },
    )


def _by_group(name: str, table: Mapping[str, Any]) -> Mapping[str, float]:
    _require_source(f"shares.{name}", table)
    shares = {group: float(share) for group, share in table.items() if group != "source"}
    if "default" not in shares or not all(0.0 <= share <= 1.0 for share in shares.values()):
        raise ImplausibleScenario(f"histories.shares.{name} needs a default, and shares from 0 to 1")
    return shares


def _require_source(name: str, table: Mapping[str, Any]) -> None:
    if not table.get("source"):
        raise ImplausibleScenario(f"histories.{name} has numbers and no source; write 'assumption' where there is none")


def _quantiles(table: list[list[float]]) -> Quantiles:
    return tuple((float(probability), float(value)) for probability, value in table)
