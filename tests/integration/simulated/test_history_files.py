"""Simulated histories written to a folder and read back by their own source."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from records.clock import PREDICTION_POINTS
from records.sources.simulated import (
    SIMULATED,
    NotSimulatedBirths,
    SimulatedHistories,
    simulate,
    simulate_histories,
    write_histories,
    write_parquet,
)

PLANTS = ("under_recording:Black=0.3", "unit_change:SIM01=0", "leak:everyone=0.9,predictor=antenatal_visits")


@pytest.fixture(scope="module", params=[(), PLANTS], ids=["plain", "planted"])
def simulated(request: pytest.FixtureRequest) -> SimulatedHistories:
    return simulate_histories(1_500, seed=4, plants=request.param)


def test_records_read_back_are_the_records_written(simulated: SimulatedHistories, tmp_path: Path) -> None:
    folder = tmp_path / "histories"
    write_histories(simulated, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["observations.parquet", "pregnancies.parquet"]
    back, written = SIMULATED.scan([folder]), simulated.records
    attributes = (
        "source", "description", "data_digest", "known_from", "lacking", "notes", "doubts", "set_aside", "is_simulated",
    )  # fmt: skip
    for name in attributes:
        assert getattr(back, name) == getattr(written, name), name
    assert_frame_equal(back.pregnancies.collect(), written.pregnancies.collect())
    assert back.histories is not None
    assert written.histories is not None
    assert_frame_equal(back.histories.pregnancies, written.histories.pregnancies)
    assert_frame_equal(back.histories.observations.collect(), written.histories.observations.collect())
    for at in PREDICTION_POINTS.values():
        assert_frame_equal(back.known_by(at).collect(), written.known_by(at).collect())
        assert back.histories.standing(at).equals(written.histories.standing(at))


def test_the_truth_is_written_only_when_asked_and_never_read(simulated: SimulatedHistories, tmp_path: Path) -> None:
    folder = tmp_path / "told"
    write_histories(simulated, folder, truth=True)
    assert_frame_equal(pl.read_parquet(folder / "truth.parquet"), simulated.truth)
    told = [name for name in SIMULATED.scan([folder]).pregnancies.collect_schema() if "true" in name]
    assert told == []
    with pytest.raises(NotSimulatedBirths, match="no model may read"):
        SIMULATED.scan([folder / "truth.parquet"])


def test_the_files_of_a_folder_belong_together(simulated: SimulatedHistories, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write_histories(simulated, one)
    write_histories(simulate_histories(1_500, seed=5), other)
    shutil.copy(other / "observations.parquet", one / "observations.parquet")
    with pytest.raises(NotSimulatedBirths, match="one: the two files are of different simulations"):
        SIMULATED.scan([one])


@pytest.mark.parametrize("name", ["pregnancies.parquet", "observations.parquet"])
def test_a_folder_of_which_a_file_was_rewritten_with_its_mark_is_refused(
    simulated: SimulatedHistories, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "histories"
    write_histories(simulated, folder)
    whole = pq.read_table(folder / name)
    pq.write_table(whole.slice(0, whole.num_rows - 1), folder / name)
    with pytest.raises(NotSimulatedBirths, match="histories does not hold what was simulated"):
        SIMULATED.scan([folder])


def test_what_is_no_folder_of_histories_is_named_without_its_path(
    simulated: SimulatedHistories, tmp_path: Path
) -> None:
    whole, births = tmp_path / "whole", tmp_path / "births.parquet"
    write_histories(simulated, whole)
    write_parquet(simulate(20, seed=1), births)
    half, empty, swapped = (tmp_path / name for name in ("half", "empty", "swapped"))
    for folder in (half, empty, swapped):
        folder.mkdir()
    shutil.copy(whole / "pregnancies.parquet", half)
    shutil.copy(births, swapped / "pregnancies.parquet")
    shutil.copy(whole / "observations.parquet", swapped)
    for paths, because in (
        ([half], "half lacks observations.parquet: a folder"),
        ([empty], "lacks pregnancies.parquet and observations.parquet: .* --format histories"),
        ([swapped], "this version reads 2"),
        ([whole / "pregnancies.parquet"], "name their folder"),
        ([whole, births], "one folder at a time"),
    ):
        with pytest.raises(NotSimulatedBirths, match=because) as refused:
            SIMULATED.scan(paths)
        assert str(tmp_path) not in str(refused.value)


def test_a_folder_that_is_there_is_not_written_over(simulated: SimulatedHistories, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        write_histories(simulated, tmp_path)
