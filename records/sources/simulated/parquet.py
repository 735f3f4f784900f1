"""Simulated births as Parquet: the records in one file, and the truth beside them only when asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from records.errors import EquipartumError
from records.records import IDENTITY_COLUMNS
from records.sources.simulated.births import SimulatedBirths
from records.sources.simulated.recorded import SIMULATED_KNOWN_FROM
from records.sources.simulated.simulation import Simulation

__all__ = [
    "HISTORIES_LAYOUT",
    "NotSimulatedBirths",
    "columns_in",
    "read_marking",
    "read_marking_of",
    "refuse_altered",
    "truth_path",
    "write_marked",
    "write_parquet",
]

_KEY = b"equipartum.simulated"
_LAYOUT = 1
#: The layout of a folder of histories.
HISTORIES_LAYOUT = 2


class NotSimulatedBirths(EquipartumError):
    """A file that `write_parquet` did not write, or that something has rewritten since."""


def write_parquet(births: SimulatedBirths, path: Path, *, truth: bool = False) -> None:
    """The records, marked as simulated in the file's metadata; with ``truth`` also the file `truth_path` names."""
    marking = {"layout": _LAYOUT, "digest": births.records.data_digest, **asdict(births.simulation)}
    write_marked(births.records.pregnancies.collect(), path, marking)
    if truth:
        write_marked(births.truth, truth_path(path), {**marking, "truth": True})


def truth_path(path: Path) -> Path:
    """Where the truth of the births in ``path`` stands: births.parquet -> births.truth.parquet."""
    return path.with_name(f"{path.stem}.truth.parquet")


def read_marking(path: Path) -> tuple[Simulation, str]:
    """What was simulated, and the digest of its content. Raises `NotSimulatedBirths`."""
    return read_marking_of(path, layout=_LAYOUT, columns=_columns())


def read_marking_of(path: Path, *, layout: int, columns: Sequence[str]) -> tuple[Simulation, str]:
    """`read_marking` of a file that should have this layout and these columns."""
    try:
        schema = pq.read_schema(path)
    except FileNotFoundError:
        raise NotSimulatedBirths(f"{path.name}: there is no such file") from None
    except (pa.ArrowInvalid, OSError):
        raise NotSimulatedBirths(f"{path.name} is not a Parquet file; simulated births are read from Parquet") from None
    marking = _marking(path, schema, layout)
    if schema.names != list(columns):
        raise NotSimulatedBirths(f"{path.name} does not have the columns of simulated births; simulate them again")
    simulation = Simulation(
        births=marking["births"],
        seed=marking["seed"],
        scenario=marking["scenario"],
        plants=tuple(marking["plants"]),
        # Births that were written before there were treatments have none.
        treatments=marking.get("treatments", False),
    )
    return simulation, marking["digest"]


def columns_in(path: Path, dtypes: Mapping[str, pl.DataType] = MappingProxyType({})) -> Iterator[pl.Series]:
    """Of a Parquet file, one read after the other, each as one of ``dtypes`` where they name it."""
    for name in pq.read_schema(path).names:
        column = pl.read_parquet(path, columns=[name])[name]
        yield column.cast(dtypes[name]) if name in dtypes else column


def refuse_altered(name: str, *, marked: str, found: str) -> None:
    """A mark stays where another program rewrites a file, and then names births that the file does not hold.

    Raises `NotSimulatedBirths` where the content that was ``found`` has another digest than the one it is ``marked``
    with.
    """
    if found != marked:
        raise NotSimulatedBirths(
            f"{name} does not hold what was simulated: its rows, their order or a value were changed since, and its "
            "mark still names the births that it came from. Simulate them again; '--site', where a command has it, "
            "takes the births of one site"
        )


def _marking(path: Path, schema: pa.Schema, layout: int) -> dict[str, Any]:
    found = (schema.metadata or {}).get(_KEY)
    if found is None:
        raise NotSimulatedBirths(f"{path.name} is not marked as simulated births; 'equipartum simulate' makes them")
    marking: dict[str, Any] = json.loads(found)
    if marking.get("truth"):
        raise NotSimulatedBirths(f"{path.name} holds the truth of simulated births, which no model may read")
    if marking.get("layout") == HISTORIES_LAYOUT != layout:
        raise NotSimulatedBirths(f"{path.name} is one of the files of simulated histories: name their folder")
    if marking.get("layout") != layout:
        raise NotSimulatedBirths(
            f"{path.name} has layout {marking.get('layout')}; this version reads {layout}: simulate the births again"
        )
    return marking


def _columns() -> list[str]:
    return [*IDENTITY_COLUMNS, *(name for name in SIMULATED_KNOWN_FROM if name not in IDENTITY_COLUMNS)]


def write_marked(table: pl.DataFrame, path: Path, marking: Mapping[str, Any]) -> None:
    """The table as Parquet, with what was simulated in the file's metadata."""
    arrow = table.to_arrow()
    arrow = arrow.replace_schema_metadata({_KEY: json.dumps(marking, sort_keys=True).encode()})
    pq.write_table(arrow, path, compression="zstd")
