"""The whole-frame and the one-record encoder are one encoder."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models.encoding import Encoding, Fact
from models.predictors import PREDICTORS
from records.concepts import CONCEPTS

ENCODING = Encoding.of(tuple(PREDICTORS))
DTYPES = {"quantity": pl.Float64, "count": pl.Int64, "flag": pl.Boolean, "category": pl.String}


def fact_of(name: str) -> st.SearchStrategy[Fact]:
    concept = CONCEPTS[name]
    low, high = concept.plausible or (0, 1)
    known: st.SearchStrategy[Fact] = {
        "quantity": st.floats(low, high),
        "count": st.integers(int(low), int(high)),
        "flag": st.booleans(),
        "category": st.sampled_from(concept.categories or ("none",)),
    }[concept.kind]
    return st.none() | known


women = st.lists(st.fixed_dictionaries({name: fact_of(name) for name in PREDICTORS}), min_size=1, max_size=5)


@given(women)
def test_a_frame_and_its_records_encode_alike(rows: list[dict[str, Fact]]) -> None:
    frame = pl.DataFrame(rows, schema={name: DTYPES[CONCEPTS[name].kind] for name in PREDICTORS})
    whole = ENCODING.encode(frame)
    one_by_one = np.stack([ENCODING.encode_one(row) for row in rows])
    np.testing.assert_array_equal(whole, one_by_one)


@given(women)
def test_unknown_is_never_zero(rows: list[dict[str, Fact]]) -> None:
    for row in rows:
        encoded = ENCODING.encode_one(row)
        for column, value in zip(ENCODING.columns, encoded, strict=True):
            assert np.isnan(value) == (row[column.concept] is None)


def test_nothing_recorded_is_nan_everywhere() -> None:
    assert np.isnan(ENCODING.encode_one({})).all()


def test_an_encoding_round_trips() -> None:
    assert Encoding.from_dict(ENCODING.to_dict()) == ENCODING
