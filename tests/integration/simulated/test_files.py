"""Simulated births written and read back: Parquet by their own source, the natality record by its reader."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from records.sources.cdc_natality import CDC_NATALITY
from records.sources.simulated import (
    SIMULATED,
    NotSimulatedBirths,
    OtherEthnicCoding,
    SimulatedBirths,
    simulate,
    truth_path,
    write_cdc_natality,
    write_parquet,
)


@pytest.fixture(scope="module")
def births() -> SimulatedBirths:
    return simulate(3_000, seed=4, scenario="benchmark", plants=["under_recording:Black=0.3"])


def test_records_read_back_are_the_records_written(births: SimulatedBirths, tmp_path: Path) -> None:
    path = tmp_path / "births.parquet"
    write_parquet(births, path)
    back = SIMULATED.scan([path])
    assert_frame_equal(back.pregnancies.collect(), births.records.pregnancies.collect())
    for name in ("source", "description", "data_digest", "known_from", "lacking", "notes", "set_aside", "is_simulated"):
        assert getattr(back, name) == getattr(births.records, name), name
    assert not truth_path(path).exists()


def test_the_truth_is_written_apart_and_only_when_asked(births: SimulatedBirths, tmp_path: Path) -> None:
    path = tmp_path / "births.parquet"
    write_parquet(births, path, truth=True)
    assert truth_path(path).name == "births.truth.parquet"
    assert_frame_equal(pl.read_parquet(truth_path(path)), births.truth)
    with pytest.raises(NotSimulatedBirths, match="no model may read"):
        SIMULATED.scan([truth_path(path)])


def test_several_seeds_are_read_as_one(tmp_path: Path) -> None:
    paths, told = [tmp_path / f"{seed}.parquet" for seed in (1, 2)], []
    for seed, path in zip((1, 2), paths, strict=True):
        write_parquet(simulate(300, seed=seed), path)
    back = SIMULATED.scan(paths, progress=lambda what, rows: told.append((what, rows)))
    frame = back.pregnancies.collect()
    assert frame.height == frame["pregnancy_id"].n_unique() == 600
    assert told == [("reading 1.parquet", 300), ("reading 2.parquet", 300)]
    assert back.data_digest not in {SIMULATED.scan([path]).data_digest for path in paths}


def test_the_same_births_twice_are_refused(births: SimulatedBirths, tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        write_parquet(births, tmp_path / name)
    with pytest.raises(NotSimulatedBirths, match="same seed"):
        SIMULATED.scan([tmp_path / "a.parquet", tmp_path / "b.parquet"])


def test_scenarios_are_never_pooled(births: SimulatedBirths, tmp_path: Path) -> None:
    write_parquet(births, tmp_path / "a.parquet")
    write_parquet(simulate(50, seed=9, scenario="england"), tmp_path / "b.parquet")
    with pytest.raises(NotSimulatedBirths, match="never pooled"):
        SIMULATED.scan([tmp_path / "a.parquet", tmp_path / "b.parquet"])


def test_files_that_are_no_simulated_births_are_named_without_their_path(
    births: SimulatedBirths, tmp_path: Path
) -> None:
    text, other, changed = tmp_path / "text.parquet", tmp_path / "other.parquet", tmp_path / "changed.parquet"
    text.write_text("pregnancy_id,parity\n1,0\n")
    births.records.pregnancies.collect().write_parquet(other)
    write_parquet(births, changed)
    pq.write_table(pq.read_table(changed).drop_columns(["parity"]), changed)
    for path, because in (
        (text, "not a Parquet file"),
        (other, "not marked as simulated"),
        (changed, "columns"),
        (tmp_path / "absent.parquet", "no such file"),
    ):
        with pytest.raises(NotSimulatedBirths, match=because) as refused:
            SIMULATED.scan([path])
        assert str(tmp_path) not in str(refused.value)
    with pytest.raises(NotSimulatedBirths, match="no file was given"):
        SIMULATED.scan([])
    with pytest.raises(NotSimulatedBirths, match="column mapping"):
        SIMULATED.scan([other], column_mapping=tmp_path / "columns.toml")


@pytest.mark.parametrize("change", ["fewer rows", "another order", "another value", "another type"])
def test_a_file_that_was_rewritten_with_its_mark_is_refused(
    births: SimulatedBirths, tmp_path: Path, change: str
) -> None:
    path = tmp_path / "births.parquet"
    write_parquet(births, path)
    marked = pq.read_schema(path).metadata
    frame = pl.read_parquet(path)
    rewritten = {
        "fewer rows": frame.filter(pl.col("site") == frame["site"][0]),
        "another order": frame.reverse(),
        "another value": frame.with_columns(
            parity=pl.col("parity") + (pl.col("pregnancy_id") == frame["pregnancy_id"][7])
        ),
        "another type": frame.with_columns(pl.col("parity").cast(pl.Int64)),
    }[change]
    pq.write_table(rewritten.to_arrow().replace_schema_metadata(marked), path)
    with pytest.raises(NotSimulatedBirths, match=r"births\.parquet does not hold what was simulated"):
        SIMULATED.scan([path])


@pytest.mark.parametrize("name", ["births.txt", "births.zip"])
def test_the_natality_reader_reads_the_same_births(births: SimulatedBirths, tmp_path: Path, name: str) -> None:
    written = write_cdc_natality(births, tmp_path / name)
    read = CDC_NATALITY.scan([tmp_path / name])
    assert read.set_aside == ()
    back = read.pregnancies.collect()
    live = births.records.pregnancies.collect().filter("live_birth")
    assert written == back.height == live.height
    exactly = [
        "ethnic_category", "ethnic_group", "group_scheme", "delivered_year", "delivered_month", "education_level",
        "cigarettes_before_pregnancy", "cigarettes_first_trimester", "parity", "previous_pregnancy_losses",
        "previous_preterm_birth", "previous_caesareans", "pre_existing_diabetes", "chronic_hypertension",
        "infertility_treatment", "assisted_reproduction", "born_abroad", "fetuses", "gestational_diabetes",
        "gestational_hypertension", "gestation_at_birth_combined", "gestation_at_birth_obstetric", "onset_of_birth",
        "maternal_transfusion", "apgar_5_minutes", "neonatal_unit_admission", "birth_weight",
    ]  # fmt: skip
    for column in exactly:
        assert back[column].equals(live[column].cast(back[column].dtype)), column
    # In whole inches, pounds and months, and tenths of kg/m2.
    for column, coarseness in (
        ("height", 1.28),
        ("weight", 0.23),
        ("interpregnancy_interval", 1),
        ("body_mass_index", 1e-9),
    ):
        assert (back[column] - live[column]).abs().max() <= coarseness, column
    assert read.lacking.keys() & {"eclampsia", "antenatal_visits"}


def test_english_coding_is_not_translated_into_the_us_record(tmp_path: Path) -> None:
    with pytest.raises(OtherEthnicCoding, match="'benchmark', or write Parquet"):
        write_cdc_natality(simulate(20, seed=1, scenario="england"), tmp_path / "births.txt")
    assert not (tmp_path / "births.txt").exists()
