"""Records made from counts, so that every expected figure can be worked out in the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from records.clock import ADMISSION, BIRTH, BOOKING, PredictionPoint
from records.concepts import CONCEPTS
from records.records import IDENTITY_COLUMNS, Records

KNOWN_FROM: Mapping[str, PredictionPoint] = {
    "maternal_age": BOOKING,
    "body_mass_index": BOOKING,
    "parity": BOOKING,
    "previous_preterm_birth": BOOKING,
    "gestation_at_booking": BOOKING,
    "pre_existing_diabetes": BOOKING,
    "diabetes_test_done": ADMISSION,
    "glucose_fasting": ADMISSION,
    "glucose_two_hours": ADMISSION,
    "gestational_diabetes": ADMISSION,
    "pre_eclampsia": ADMISSION,
    "days_since_pre_eclampsia": ADMISSION,
    "maternal_transfusion": BIRTH,
}
DTYPES = {"quantity": pl.Float64, "count": pl.Int16, "flag": pl.Boolean, "category": pl.String}


@pytest.fixture
def records() -> Callable[..., Records]:
    """Records of women told by (how many, what is recorded of each); everything else is null."""

    def build(women: Sequence[tuple[int, Mapping[str, Any]]], **options: Any) -> Records:
        schema = dict(IDENTITY_COLUMNS) | {name: DTYPES[CONCEPTS[name].kind] for name in KNOWN_FROM}
        rows = [
            {"group_scheme": "england_2001", "delivered_year": 2021, **facts}
            for number, facts in women
            for _ in range(number)
        ]
        held = options.pop("holds", tuple(KNOWN_FROM))
        given: dict[str, Any] = {
            "source": "hospital",
            "description": "births of a hospital",
            "data_digest": "0" * 64,
            "pregnancies": pl.DataFrame(rows, schema=schema).lazy(),
            "known_from": {name: KNOWN_FROM[name] for name in held},
        }
        return Records(**given | options)

    return build
