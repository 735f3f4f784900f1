"""Records made by hand: a few facts of a few hundred women, everything else null."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from records.clock import BIRTH, BOOKING, PredictionPoint
from records.records import IDENTITY_COLUMNS, Records

MakeRecords = Callable[..., Records]
KNOWN_AT_BIRTH = (
    "gestation_at_birth",
    "live_birth",
    "fetuses",
    "diabetes_test_done",
    "glucose_fasting",
    "glucose_two_hours",
    "measured_blood_loss",
)


@pytest.fixture
def made_records() -> MakeRecords:
    """`made_records({"parity": [0, 1]}, source="simulated")`: one woman a row, White unless said otherwise."""

    def make(
        facts: Mapping[str, Sequence[Any]],
        *,
        source: str = "simulated",
        lacking: Mapping[str, str] | None = None,
        groups: Sequence[str] | None = None,
    ) -> Records:
        women = len(next(iter(facts.values())))
        identity = {name: pl.Series(name, [None] * women, dtype=kind) for name, kind in IDENTITY_COLUMNS.items()}
        identity["pregnancy_id"] = pl.Series("pregnancy_id", [f"p{row}" for row in range(women)])
        identity["ethnic_group"] = pl.Series("ethnic_group", list(groups or ["White"] * women))
        identity["group_scheme"] = pl.Series("group_scheme", ["england_2001"] * women)
        columns = identity | {name: pl.Series(name, list(values), strict=False) for name, values in facts.items()}
        known_from: dict[str, PredictionPoint] = {n: BIRTH if n in KNOWN_AT_BIRTH else BOOKING for n in facts}
        return Records(
            source=source,
            description="made by hand",
            data_digest="0" * 64,
            pregnancies=pl.DataFrame(columns).lazy(),
            known_from=known_from | dict.fromkeys(lacking or {}, BIRTH),
            lacking=lacking or {},
        )

    return make
