"""Simulated histories as a folder of two Parquet files, both marked as simulated, and the truth if it is asked for."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import polars as pl

from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS
from records.records import Records
from records.sources.nhs_facts import NHS_CLOSED
from records.sources.simulated.digest import digest_of_columns
from records.sources.simulated.histories.as_records import digest_of_parts, records_of_histories
from records.sources.simulated.histories.histories import SimulatedHistories
from records.sources.simulated.parquet import (
    HISTORIES_LAYOUT,
    NotSimulatedBirths,
    columns_in,
    read_marking_of,
    refuse_altered,
    write_marked,
)
from records.sources.simulated.simulation import Simulation

__all__ = ["read_histories", "write_histories"]

_PREGNANCIES, _OBSERVATIONS, _TRUTH = "pregnancies.parquet", "observations.parquet", "truth.parquet"


def write_histories(simulated: SimulatedHistories, folder: Path, *, truth: bool = False) -> None:
    """The folder is made; with ``truth`` it also holds the true risks, which no source reads."""
    folder.mkdir(parents=True)
    digest = simulated.records.data_digest
    marking = {"layout": HISTORIES_LAYOUT, "digest": digest, **asdict(simulated.simulation)}
    write_marked(simulated.histories.pregnancies, folder / _PREGNANCIES, marking)
    write_marked(simulated.histories.observations.collect(), folder / _OBSERVATIONS, marking)
    if truth:
        write_marked(simulated.truth, folder / _TRUTH, {**marking, "truth": True})


def read_histories(folder: Path) -> tuple[Simulation, Records]:
    """Raises `NotSimulatedBirths` where the folder does not hold one simulation's two files, whole."""
    lacking = [name for name in (_PREGNANCIES, _OBSERVATIONS) if not (folder / name).is_file()]
    if lacking:
        raise NotSimulatedBirths(
            f"{folder.name} lacks {' and '.join(lacking)}: a folder of simulated histories holds {_PREGNANCIES} and "
            f"{_OBSERVATIONS}, as 'equipartum simulate --format histories' writes them. Births without dates are a "
            "file: name the Parquet file itself; of the other formats, --source is msds or fhir"
        )
    found = [
        read_marking_of(folder / name, layout=HISTORIES_LAYOUT, columns=list(columns))
        for name, columns in ((_PREGNANCIES, PREGNANCY_COLUMNS), (_OBSERVATIONS, OBSERVATION_COLUMNS))
    ]
    if found[0] != found[1]:
        raise NotSimulatedBirths(f"{folder.name}: the two files are of different simulations; simulate them again")
    simulation, digest = found[0]
    pregnancies, seen = folder / _PREGNANCIES, folder / _OBSERVATIONS
    parts = digest_of_columns(columns_in(pregnancies)), digest_of_columns(columns_in(seen, OBSERVATION_COLUMNS))
    refuse_altered(folder.name, marked=digest, found=digest_of_parts(parts))
    # Pyarrow writes a list of names as a dictionary of text.
    observations = pl.scan_parquet(seen).cast(dict(OBSERVATION_COLUMNS))  # type: ignore[arg-type]
    histories = Histories(pregnancies=pl.read_parquet(pregnancies), observations=observations, closed=NHS_CLOSED)
    return simulation, records_of_histories(simulation, histories, digest)
