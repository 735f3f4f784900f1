"""What is written: valid identifiers, every resource marked as test data, and refusals of what has no place."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from records.sources.fhir import write_fhir
from records.sources.fhir.errors import UnwritableHistories
from records.sources.simulated import simulate_histories

HISTORIES = simulate_histories(40, seed=11).histories


def test_every_resource_is_marked_and_every_reference_leads_somewhere(tmp_path: Path) -> None:
    write_fhir(HISTORIES, tmp_path / "export")
    resources = [json.loads(line) for file in (tmp_path / "export").iterdir() for line in file.read_text().splitlines()]
    assert {file.name for file in (tmp_path / "export").iterdir()} >= {"Patient.ndjson", "EpisodeOfCare.ndjson"}
    keys = [f"{one['resourceType']}/{one['id']}" for one in resources]
    assert len(set(keys)) == len(keys)
    for one in resources:
        assert one["meta"]["tag"][0]["code"] == "HTEST"
        assert set(_references(one)) <= set(keys)


def _references(value: object) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in _references(one)]
    if isinstance(value, dict):
        own = [value["reference"]] if "reference" in value else []
        return own + [found for one in value.values() for found in _references(one)]
    return []


@pytest.mark.parametrize("column", [pl.lit(None, dtype=pl.String), pl.lit("no id!")])
def test_a_woman_without_an_identifier_fhir_can_hold_is_refused(tmp_path: Path, column: pl.Expr) -> None:
    nameless = HISTORIES.pregnancies.with_columns(column.alias("woman_id"))
    with pytest.raises(UnwritableHistories):
        write_fhir(type(HISTORIES)(pregnancies=nameless, observations=HISTORIES.observations), tmp_path / "export")


def test_a_pregnancy_without_day_0_is_refused(tmp_path: Path) -> None:
    undated = HISTORIES.pregnancies.with_columns(pl.lit(None, dtype=pl.Date).alias("day_zero"))
    with pytest.raises(UnwritableHistories):
        write_fhir(type(HISTORIES)(pregnancies=undated, observations=HISTORIES.observations), tmp_path / "export")
