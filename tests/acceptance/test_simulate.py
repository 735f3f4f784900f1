"""`equipartum simulate`: births in a file, and their truth in another one only when it is asked for."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.acceptance.command_line import Command


def test_the_truth_is_written_apart_and_only_when_asked_for(in_this_process: Command, tmp_path: Path) -> None:
    plain, told = tmp_path / "plain.parquet", tmp_path / "told.parquet"
    for out, options in ((plain, ()), (told, ("--truth",))):
        done = in_this_process("simulate", "--births", 300, "--seed", 1, "--out", out, *options)
        assert done.code == 0, done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain.parquet", "told.parquet", "told.truth.parquet"]
    assert plain.read_bytes() == told.read_bytes()
    assert "preterm_birth_true_risk" in pl.read_parquet_schema(tmp_path / "told.truth.parquet")
    assert not [name for name in pl.read_parquet_schema(plain) if "true" in name]


def test_the_truth_has_no_place_in_the_us_record(in_this_process: Command, tmp_path: Path) -> None:
    out = tmp_path / "births.txt"
    done = in_this_process(
        "simulate", "--births", 300, "--scenario", "benchmark", "--format", "cdc_natality", "--truth", "--out", out
    )
    assert done.code == 2
    assert "beside Parquet only" in done.err
    assert not out.exists()
