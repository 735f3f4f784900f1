"""`equipartum simulate`: births in a file, and their truth in another one only when it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from tests.acceptance.command_line import Command, refused


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
    assert "--format parquet or histories only" in done.err.replace("\n", " ")
    assert not out.exists()


def test_one_seed_writes_the_same_pregnancies_as_histories_as_tables_of_the_nhs_and_as_fhir(
    in_this_process: Command, tmp_path: Path
) -> None:
    for form in ("histories", "msds", "fhir"):
        done = in_this_process("simulate", "--births", 300, "--seed", 1, "--format", form, "--out", tmp_path / form)
        assert done.code == 0, done.err
    histories = pl.read_parquet(tmp_path / "histories" / "pregnancies.parquet")
    bookings = pl.read_csv(tmp_path / "msds" / "MSD101PregnancyBooking.csv", infer_schema=False)
    booked = histories.drop_nulls("booked_day")
    assert set(bookings["UniqPregID"]) == set(booked["pregnancy_id"])
    assert not (tmp_path / "histories" / "truth.parquet").exists()
    patients = [json.loads(line) for line in (tmp_path / "fhir" / "Patient.ndjson").read_text("utf-8").splitlines()]
    assert set(histories["woman_id"]) <= {patient["id"] for patient in patients}


def test_the_truth_of_histories_stands_in_their_folder_when_asked_for(in_this_process: Command, tmp_path: Path) -> None:
    out = tmp_path / "histories"
    done = in_this_process("simulate", "--births", 300, "--format", "histories", "--truth", "--out", out, "--json")
    assert done.code == 0, done.err
    assert done.last["births"] == 300
    pregnancies = pl.read_parquet(out / "pregnancies.parquet")
    assert done.last["lost_pregnancies"] == pregnancies.height - 300 > 0
    assert "preterm_birth_true_risk_at_weeks_28" in pl.read_parquet_schema(out / "truth.parquet")


def test_what_has_no_dates_has_no_histories(in_this_process: Command, tmp_path: Path) -> None:
    out = tmp_path / "histories"
    asked = ("simulate", "--births", 30, "--out", out)
    refused(
        in_this_process(*asked, "--format", "histories", "--scenario", "benchmark"), "births without dates only", code=2
    )
    refused(in_this_process(*asked, "--format", "scrolls"), "histories, msds, fhir", code=2)
    refused(in_this_process(*asked, "--plant", "drift"), "without dates cannot hold it", code=2)
    assert not out.exists()


def test_nothing_is_written_over(in_this_process: Command, tmp_path: Path) -> None:
    refused(in_this_process("simulate", "--births", 30, "--format", "msds", "--out", tmp_path), "there already", code=2)


def test_what_cannot_be_simulated_is_wrong_use_and_said_before_anything_is_begun(
    in_this_process: Command, tmp_path: Path
) -> None:
    out = tmp_path / "births.parquet"
    for option, value, because in (
        ("--plant", "weeds", "no plant is called 'weeds'"),
        ("--plant", "odds:SIM02=2,outcome=gout", "has the outcomes preterm_birth"),
        ("--scenario", "utopia", "no scenario is called 'utopia'"),
        ("--seed", "-1", "a seed is a whole number"),
    ):
        done = in_this_process("simulate", "--births", 30, "--out", out, option, value)
        refused(done, because, code=2)
        assert "simulating" not in done.said
    assert not out.exists()


def test_it_says_what_was_written_and_what_to_do_with_it(in_this_process: Command, tmp_path: Path) -> None:
    extract = tmp_path / "extract"
    done = in_this_process("simulate", "--births", 300, "--seed", 1, "--format", "msds", "--out", extract)
    assert "pregnancies that were lost before 24 weeks" in done.out
    assert f"Next: equipartum audit data --source msds --data {extract}" in done.out
