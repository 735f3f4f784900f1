"""A source may write down late what care knew early: then no model of an earlier point may read it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from records.clock import ADMISSION, BOOKING, PredictionPoint
from records.sources.simulated import simulate
from training.cohort import assemble


@pytest.mark.parametrize(("since", "read"), [(BOOKING, True), (ADMISSION, False)])
def test_a_fact_is_read_from_when_the_source_has_it(since: PredictionPoint, read: bool) -> None:
    records = simulate(300, seed=1, scenario="england").records
    late = replace(records, known_from={**records.known_from, "haemoglobin": since})
    found = assemble("haemorrhage", "booking", late)
    assert ("haemoglobin" in found.predictors) == read
    assert ("haemoglobin" in found.frame.columns) == read
