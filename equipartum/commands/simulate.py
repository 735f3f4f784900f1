"""`equipartum simulate`: write births with known true risks to a file, or their histories to a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from equipartum.options import AsJson
from equipartum.terminal import Terminal
from records.sources.fhir import write_fhir
from records.sources.msds import write_msds
from records.sources.simulated import (
    simulate,
    simulate_histories,
    truth_path,
    write_cdc_natality,
    write_histories,
    write_parquet,
)

EXAMPLES = (
    "Examples: **equipartum simulate --births 20000 --seed 1 --out births.parquet** writes one row a birth; "
    "**equipartum simulate --births 20000 --seed 1 --format msds --out extract** the same births as whole histories, "
    "in the tables of an NHS extract. Formats histories, msds and fhir of one seed hold the same pregnancies."
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
        bool, typer.Option("--truth", help="Also write each birth's true risks and outcomes, named with .truth.")
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
        raise typer.BadParameter("the truth is written beside Parquet only", param_hint="--truth")
    terminal.say(f"simulating {births:,} births of scenario {scenario}, seed {seed}")
    with _whole_or_nothing(out, *((truth_path(out),) if truth and not truth_path(out).exists() else ())):
        if file_format in _IN_A_FOLDER:
            histories = simulate_histories(
                births, seed=seed, scenario=scenario, plants=plant or (), treatments=treatments
            )
            if file_format == "msds":
                write_msds(histories.histories, out)
            elif file_format == "fhir":
                write_fhir(histories.histories, out)
            else:
                write_histories(histories, out, truth=truth)
        else:
            simulated = simulate(births, seed=seed, scenario=scenario, plants=plant or (), treatments=treatments)
            if file_format == "parquet":
                write_parquet(simulated, out, truth=truth)
            else:
                write_cdc_natality(simulated, out)
    terminal.show(f"{births:,} simulated births in {out}")
    terminal.finish(
        {
            "births": births,
            "seed": seed,
            "scenario": scenario,
            "plants": plant or [],
            "treatments": treatments,
            "file": str(out),
        }
    )


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
