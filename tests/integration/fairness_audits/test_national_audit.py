"""The national benchmark, short: a whole audit of a file in a process of its own, and what it needs to hold."""

from __future__ import annotations

from pathlib import Path

from benchmarks.national_audit import audited, births, write_predictions


def test_a_file_is_audited_in_a_process_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(Path(__file__).resolve().parents[3])
    rows = write_predictions(20_000, tmp_path / "predictions.parquet")
    wall, cpu, memory = audited(tmp_path / "predictions.parquet", tmp_path / "report")
    assert rows == 40_000
    assert {file.name for file in (tmp_path / "report").iterdir()} >= {"report.html", "audit.json", "counts.parquet"}
    assert cpu > 0
    assert wall > 0
    assert memory < 2.0


def test_made_up_births_are_what_the_benchmark_says():
    made = births(20_000)
    assert made["site"].n_unique() == 30
    assert made["ethnic_group"].n_unique() == 6
    assert made["ethnic_category"].n_unique() == 17
    assert 0.02 < 1 - made["woman_id"].n_unique() / made.height < 0.04
