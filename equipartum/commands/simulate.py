"""`equipartum simulate`: write births with known true risks to a file, or their histories to a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from equipartum.options import AsJson
from equipartum.terminal import Terminal
from records.sources.fhir import write_fhir
from records.sources.msds import write_msds
from records.sources.registry import SOURCES
from records.sources.simulated import (
    simulate,
    simulate_histories,
    truth_path,
    write_cdc_natality,
    write_histories,
    write_parquet,
)

EXAMPLES = (
    "Example: **equipartum simulate --births 20000 --seed 1 --out births.parquet** writes one row a birth. Add "
    "**--format msds** and name a folder (**--out extract**) for the same births with dates, as tables of an NHS "
    "extract; histories, msds and fhir of one seed hold the same pregnancies."
)

FORMATS = ("parquet", "cdc_natality", "histories", "msds", "fhir")
_IN_A_FOLDER = ("histories", "msds", "fhir")


def command(
    births: Annotated[int, typer.Option(min=1, help="How many births.")],
    out: Annotated[Path, typer.Option(help="The file or folder to write; it is not overwritten.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same births anywhere.")] = 0,
    scenario: Annotated[str, typer.Option(help="england or benchmark.")] = "england",
    plant: Annotated[
        list[str] | None, typer.Option(help="A planted fault, such as under_recording:Black=0.3; repeatable.")
    ] = None,
    file_format: Annotated[
        str, typer.Option("--format", help="parquet, cdc_natality, or with dates: histories, msds or fhir.")
    ] = ("parquet"),
    treatments: Annotated[
        bool,
        typer.Option(
            "--treatments",
            help="Women are offered aspirin and the preterm birth clinic, and those who take them have less risk.",
        ),
    ] = False,
    truth: Annotated[
        bool,
        typer.Option(
            "--truth",
            help="Also write each birth's true risks and outcomes: births.truth.parquet, or truth.parquet in the "
            "folder of histories.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write simulated births, marked as such, to a file, or with dates to a folder."""
    terminal = Terminal(as_json=as_json)
    if file_format not in FORMATS:
        raise typer.BadParameter(f"{file_format!r} is not one of: {', '.join(FORMATS)}", param_hint="--format")
    if out.exists():
        raise typer.BadParameter(f"{out.name} is there already", param_hint="--out")
    if truth and file_format not in ("parquet", "histories"):
        raise typer.BadParameter("the truth is written with --format parquet or histories only", param_hint="--truth")
    asked: dict[str, Any] = {"seed": seed, "scenario": scenario, "plants": plant or (), "treatments": treatments}

    def begun() -> None:
        terminal.say(f"simulating {births:,} births of scenario {scenario}, seed {seed}")

    lost, written = 0, births
    with _whole_or_nothing(out, *((truth_path(out),) if truth and not truth_path(out).exists() else ())):
        if file_format in _IN_A_FOLDER:
            histories = simulate_histories(births, **asked, begun=begun)
            lost = histories.histories.pregnancies.height - births
            if file_format == "msds":
                write_msds(histories.histories, out)
            elif file_format == "fhir":
                write_fhir(histories.histories, out)
            else:
                write_histories(histories, out, truth=truth)
        elif file_format == "parquet":
            write_parquet(simulate(births, **asked, begun=begun), out, truth=truth)
        else:
            written = write_cdc_natality(simulate(births, **asked, begun=begun), out)
    terminal.show(f"{births:,} simulated births in {out}{_beside(births, written, lost)}")
    source = file_format if file_format in SOURCES else "simulated"
    terminal.show(f"Next: equipartum audit data --source {source} --data {out}")
    terminal.finish(
        {
            "births": births,
            "births_written": written,
            "lost_pregnancies": lost,
            "seed": seed,
            "scenario": scenario,
            "plants": plant or [],
            "treatments": treatments,
            "file": str(out),
        }
    )


def _beside(births: int, written: int, lost: int) -> str:
    if lost:
        return f", and beside them {lost:,} pregnancies that were lost before 24 weeks"
    return f": {written:,} live births, which is what the record is of" if written < births else ""


@contextmanager
def _whole_or_nothing(*places: Path) -> Iterator[None]:
    """Removes what was begun there, where nothing was, if it cannot be finished: part of an extract reads as all."""
    try:
        yield
    except BaseException:
        for place in places:
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            else:
                place.unlink(missing_ok=True)
        raise
