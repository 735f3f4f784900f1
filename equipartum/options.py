"""Options that several commands share, so that each is spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsJson", "Data", "HomeFolder", "Point", "Seed", "SourceName"]

HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the registry, audits and logs. Default: EQUIPARTUM_HOME or .equipartum."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, last on stdout.")]
SourceName = Annotated[
    str, typer.Option("--source", help="What kind of files these are: cdc_natality or simulated.", show_default=False)
]
Data = Annotated[
    list[Path],
    typer.Option("--data", help="A file of the source; repeat, or list several after it.", show_default=False),
]
Point = Annotated[
    str | None,
    typer.Option("--at", help="Prediction point. Default: the outcome's earliest, which is booking for most."),
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed and data give the same model.")]
