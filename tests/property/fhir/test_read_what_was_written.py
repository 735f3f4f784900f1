"""Histories written as FHIR and read back are the same: at every point, afterwards, and in whatever order they come."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from records.clock import PREDICTION_POINTS
from records.histories.earlier_pregnancies import overlapping
from records.histories.histories import Histories
from records.sources.fhir import FHIR, read_resources, write_fhir
from records.sources.nhs_facts import NHS_KNOWN_FROM
from tests.property.fhir.histories_of_care import small_histories

NAMES = tuple(NHS_KNOWN_FROM)


def assert_same(written: Histories, read: Histories) -> None:
    assert_frame_equal(
        written.pregnancies.sort("pregnancy_id"), read.pregnancies.sort("pregnancy_id"), check_exact=True
    )
    for point in PREDICTION_POINTS.values():
        _same_facts(written.known_by(point, NAMES), read.known_by(point, NAMES))
    _same_facts(written.afterwards(NAMES), read.afterwards(NAMES))


def _same_facts(one: pl.DataFrame, other: pl.DataFrame) -> None:
    assert_frame_equal(one.sort("pregnancy_id"), other.sort("pregnancy_id"), rel_tol=0, abs_tol=1e-12)


def _lines(folder: Path) -> list[dict]:
    return [json.loads(line) for file in sorted(folder.iterdir()) for line in file.read_bytes().splitlines()]


@given(histories=small_histories())
@settings(max_examples=30, deadline=None)
def test_the_same_is_known_at_every_point(histories: Histories) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_fhir(histories, Path(folder) / "export")
        records = FHIR.scan([Path(folder) / "export"])
    assert records.is_simulated
    assert records.set_aside == ()
    assert records.doubts == overlapping(histories.pregnancies)
    assert_same(histories, records.histories)


@given(histories=small_histories(), seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_the_order_of_resources_changes_nothing(histories: Histories, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_fhir(histories, Path(folder) / "export")
        resources = _lines(Path(folder) / "export")
    random.Random(seed).shuffle(resources)
    assert_same(histories, read_resources(resources).histories)


@given(histories=small_histories(), seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_an_export_twice_over_says_what_one_says(histories: Histories, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_fhir(histories, Path(folder) / "export")
        resources = _lines(Path(folder) / "export")
    twice = resources + random.Random(seed).sample(resources, len(resources))
    found = read_resources(twice)
    assert_same(histories, found.histories)
    assert sum(one.rows for one in found.set_aside) == len(resources)
