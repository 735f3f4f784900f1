"""Pregnancies of dated records, each written as what happened to one woman on which gestational day."""

from __future__ import annotations

import datetime
from typing import Any

import polars as pl

from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS, observed_value
from records.records import Records
from records.sources.nhs_facts import NHS_CLOSED, NHS_KNOWN_FROM

TERM, PRETERM = 280, 250
BORN_ALIVE = [("live_birth", True), ("fetuses", 1)]


class Woman:
    """One pregnancy, written as what happened on which gestational day."""

    def __init__(self, *, booked: int | None, ended: int | None, by: str | None, followed: int | None = None) -> None:
        self.clock = {"booked_day": booked, "ended_day": ended, "ended_by": by, "followed_days": followed}
        self.observed: list[tuple[int, str, Any]] = []

    def on(self, day: int, *facts: tuple[str, Any]) -> Woman:
        self.observed += [(day, name, fact) for name, fact in facts]
        return self


def gave_birth(day: int, *, booked: int | None = 60, followed: int = 400) -> Woman:
    born = Woman(booked=booked, ended=day, by="birth", followed=followed)
    return born.on(day, ("gestation_at_birth", day), *BORN_ALIVE)


def records_of(*women: Woman) -> Records:
    identity = {"group_scheme": "england_2001", "ethnic_group": "White", "day_zero": datetime.date(2024, 1, 1)}
    rows = [{"pregnancy_id": f"p{n}", **identity, **woman.clock} for n, woman in enumerate(women)]
    pregnancies = pl.DataFrame(rows, schema={n: k for n, k in PREGNANCY_COLUMNS.items() if n in rows[0]})
    absent = [pl.lit(None, dtype=k).alias(n) for n, k in PREGNANCY_COLUMNS.items() if n not in rows[0]]
    observations = [
        (n, name, day, observed_value(name, fact))
        for n, woman in enumerate(women)
        for day, name, fact in woman.observed
    ]
    return Records.dated(
        source="simulated",
        description="made by hand",
        data_digest="0" * 64,
        histories=Histories(
            pregnancies=pregnancies.with_columns(absent).select(*PREGNANCY_COLUMNS),
            observations=pl.DataFrame(observations, schema=OBSERVATION_COLUMNS, orient="row").lazy(),
            closed=NHS_CLOSED,
        ),
        known_from=NHS_KNOWN_FROM,
    )
