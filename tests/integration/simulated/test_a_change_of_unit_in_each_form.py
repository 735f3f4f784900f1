"""A site that writes weights in grams, in each form of the record: repaired where a rule says so, else counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.clock import BOOKING
from records.records import Records
from records.sources.fhir import FHIR, write_fhir
from records.sources.msds import MSDS, write_msds
from records.sources.simulated import SimulatedHistories, simulate_histories

SITE = "SIM02"


@pytest.fixture(scope="module")
def simulated() -> SimulatedHistories:
    """From before the first booking on."""
    return simulate_histories(1_500, seed=1, plants=[f"unit_change:{SITE}=-12"])


def recorded_weights(records: Records) -> float:
    known = records.known_by(BOOKING, ["weight"]).collect().filter(site=SITE)
    return float(known["weight"].is_not_null().mean())


def test_the_nhs_tables_are_read_as_nhs_england_reads_them(simulated: SimulatedHistories, tmp_path: Path) -> None:
    """Above 1,000 a weight is in grams."""
    write_msds(simulated.histories, tmp_path / "extract")
    assert recorded_weights(MSDS.scan([tmp_path / "extract"])) > 0.9


def test_a_resource_that_says_kilograms_is_not_mended_and_the_doubt_is_counted(
    simulated: SimulatedHistories, tmp_path: Path
) -> None:
    write_fhir(simulated.histories, tmp_path / "export")
    read = FHIR.scan([tmp_path / "export"])
    for records in (read, simulated.records):
        assert recorded_weights(records) == 0
        assert len(records.doubts) == 1
    assert list(read.doubts.values()) == list(simulated.records.doubts.values())
