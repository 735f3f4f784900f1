"""Where the plain model is fitted: in this process, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from training.fair_boost.plain_fit import PlainFit

__all__ = ["Engine", "Scheduler", "plain_fit_by"]

ENGINES = ("one_process", "dask")

Engine = Annotated[
    str,
    typer.Option("--engine", help="one_process, or dask: a cluster fits the plain model, for many years of births."),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", help="Address of a Dask scheduler. Default with dask: two workers on this machine."),
]


def plain_fit_by(engine: str, scheduler: str | None, say: Callable[[str], None]) -> PlainFit | None:
    """None for a fit in this process. Asked before files are read, which may take long."""
    if engine not in ENGINES:
        raise typer.BadParameter(
            f"no engine is called {engine!r}; there are: {', '.join(ENGINES)}", param_hint="--engine"
        )
    if engine != "dask":
        if scheduler is not None:
            raise typer.BadParameter("a scheduler is Dask's: add '--engine dask'", param_hint="--scheduler")
        return None
    # Loaded for those who ask for it.
    from training.distributed import ClusterFit, require_dask

    require_dask()
    return ClusterFit(scheduler=scheduler, say=say)
