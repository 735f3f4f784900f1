"""SIMULATED: reads births that were simulated before, as a source like any other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from records.clock import PredictionPoint
from records.records import Records
from records.sources.nhs_facts import NHS_KNOWN_FROM
from records.sources.simulated.births import records_of
from records.sources.simulated.digest import digest_of_columns
from records.sources.simulated.histories.files import read_histories
from records.sources.simulated.parquet import NotSimulatedBirths, columns_in, read_marking, refuse_altered
from records.sources.simulated.recorded import SIMULATED_KNOWN_FROM
from records.sources.simulated.simulation import Simulation

__all__ = ["SIMULATED", "SimulatedSource"]


@dataclass(frozen=True, kw_only=True)
class SimulatedSource:
    """Parquet files of `write_parquet`, or one folder of `write_histories`. Records read back are equal to those that
    were written."""

    name: str = "simulated"
    title: str = "Simulated births with known true risks (not for care)"

    @property
    def known_from(self) -> Mapping[str, PredictionPoint]:
        """The earliest in either form: births without dates, or histories; the Records of each declare their own."""
        forms = (SIMULATED_KNOWN_FROM, NHS_KNOWN_FROM)
        names = dict.fromkeys(name for form in forms for name in form)
        return {name: min(form[name] for form in forms if name in form) for name in names}

    def scan(
        self,
        paths: Sequence[Path],
        *,
        column_mapping: Path | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Records:
        """The births of one file, or of several of one scenario with different seeds, or the histories of one folder.

        Raises `NotSimulatedBirths`.
        """
        if column_mapping is not None:
            raise NotSimulatedBirths("simulated births have the project's own columns; leave the column mapping out")
        if not paths:
            raise NotSimulatedBirths("no file was given; name the Parquet files of simulated births")
        if any(path.is_dir() for path in paths):
            return _one_folder(paths, progress)
        markings = [read_marking(path) for path in paths]
        _refuse_mixture([simulation for simulation, _ in markings])
        parts = []
        for path, (simulation, digest) in zip(paths, markings, strict=True):
            refuse_altered(path.name, marked=digest, found=digest_of_columns(columns_in(path)))
            parts.append(records_of(simulation, pl.scan_parquet(path), digest))
            if progress is not None:
                progress(f"reading {path.name}", simulation.births)
        return parts[0] if len(parts) == 1 else _together(parts)


def _one_folder(paths: Sequence[Path], progress: Callable[[str, int], None] | None) -> Records:
    if len(paths) > 1:
        raise NotSimulatedBirths("histories are read from one folder at a time")
    simulation, records = read_histories(paths[0])
    if progress is not None:
        progress(f"reading {paths[0].name}", simulation.births)
    return records


def _refuse_mixture(simulations: Sequence[Simulation]) -> None:
    if len({simulation.scenario for simulation in simulations}) > 1:
        raise NotSimulatedBirths(
            "the files hold different scenarios, whose ethnic coding differs and is never pooled; read them apart"
        )
    if len({simulation.seed for simulation in simulations}) < len(simulations):
        raise NotSimulatedBirths("two of the files have the same seed, so the same births; give each its own seed")


def _together(parts: Sequence[Records]) -> Records:
    digest = hashlib.sha256("\n".join(part.data_digest for part in parts).encode()).hexdigest()
    return replace(
        parts[0],
        description="; ".join(part.description for part in parts),
        data_digest=digest,
        pregnancies=pl.concat([part.pregnancies for part in parts]),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


SIMULATED = SimulatedSource()
