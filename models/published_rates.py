"""Rates that others have published, as data: of whom, when, by which definition, and who says so.

They stand beside a file's own rates, and only where the published definition can be read from the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.conditions import Condition

__all__ = ["PUBLISHED_RATES", "PublishedRate"]

LEVELS = ("ethnic_group", "deprivation_quintile")


@dataclass(frozen=True, kw_only=True)
class PublishedRate:
    """``everyone`` and ``by_group`` (level -> group -> share) are shares of women, as published.

    ``any_of`` and ``conditions`` are the published definition in this project's terms; without ``any_of`` it cannot be
    said in them, and ``differs`` says why. ``evidence`` is V (primary source read) or S (secondary source).
    """

    outcome: str
    population: str
    record_source: str
    years: tuple[int, ...]
    definition: str
    source: str
    evidence: str
    any_of: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    differs: str = ""
    everyone: float | None = None
    by_group: Mapping[str, Mapping[str, float]]

    @property
    def needs(self) -> tuple[str, ...]:
        """Concepts without which the published definition cannot be evaluated."""
        return tuple(dict.fromkeys(c.concept for c in (*self.any_of, *self.conditions)))


def _read(row: Mapping[str, Any]) -> PublishedRate:
    plain = {name: value for name, value in row.items() if name not in (*LEVELS, "any_of", "conditions", "years")}
    return PublishedRate(
        **plain,
        years=tuple(row["years"]),
        any_of=tuple(Condition(**c) for c in row.get("any_of", ())),
        conditions=tuple(Condition(**c) for c in row.get("conditions", ())),
        by_group={level: row[level] for level in LEVELS if level in row},
    )


_FILE = Path(__file__).with_name("published_rates.toml")
PUBLISHED_RATES: tuple[PublishedRate, ...] = tuple(map(_read, tomllib.loads(_FILE.read_text(encoding="utf-8"))["rate"]))
