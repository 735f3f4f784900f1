"""Simulated pregnancies say the same through FHIR as they do without it, in any order of the resources."""

from __future__ import annotations

from pathlib import Path

from polars.testing import assert_frame_equal

from records.clock import PREDICTION_POINTS
from records.sources.fhir import FHIR, write_fhir
from records.sources.nhs_facts import NHS_KNOWN_FROM
from records.sources.simulated import simulate_histories


def test_the_same_pregnancies_through_fhir(tmp_path: Path) -> None:
    simulated = simulate_histories(600, seed=7)
    write_fhir(simulated.histories, tmp_path / "export")
    records = FHIR.scan([tmp_path / "export"])
    assert records.is_simulated
    assert records.notes == ("Simulated births: not for care.",)
    pregnancies = simulated.histories.pregnancies.height
    assert records.description.endswith(f": export, {pregnancies:,} pregnancies")
    assert records.doubts == {}
    assert records.set_aside == ()
    assert set(records.known_from) == set(NHS_KNOWN_FROM)
    for point in PREDICTION_POINTS.values():
        written, read = (one.known_by(point).collect().sort("pregnancy_id") for one in (simulated.records, records))
        assert_frame_equal(written, read, rel_tol=0, abs_tol=1e-12)
    names = tuple(NHS_KNOWN_FROM)
    written, read = (one.facts(*names).collect().sort("pregnancy_id") for one in (simulated.records, records))
    assert_frame_equal(written, read, rel_tol=0, abs_tol=1e-12)
