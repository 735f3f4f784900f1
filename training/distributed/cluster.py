"""The one doorway to Dask: a cluster to fit on, and blocks of births held by its workers."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from records.errors import EquipartumError

__all__ = ["Cluster", "DaskMissing", "UnreachableCluster", "opened_cluster", "require_dask"]

LOCAL_WORKERS = 2
SECONDS_TO_CONNECT = 30
SECONDS_TO_CLOSE = 15


class DaskMissing(EquipartumError):
    """A fit on a cluster was asked for, and Dask is not installed."""


class UnreachableCluster(EquipartumError):
    """No scheduler answers at the address, or none of its workers does."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """``client`` is Dask's; ``workers`` the addresses of those there were when it was opened; ``is_ours`` where it
    ends with the fit."""

    client: Any
    workers: tuple[str, ...]
    is_ours: bool

    def heartbeats(self) -> Mapping[str, float]:
        """When the scheduler last heard of each worker that is there now."""
        # Asked of the scheduler itself: what the client keeps is now and then without its workers.
        found = self.client.sync(self.client.scheduler.identity)["workers"]
        return {str(address): float(worker["last_seen"]) for address, worker in found.items()}

    def held(self, blocks: Iterator[tuple[npt.NDArray[Any], ...]]) -> tuple[Any, ...]:
        """Arrays that workers hold block by block, the parts of one block by one worker, the workers in turn.

        A block is sent before the next is asked for, so that here there is only ever one.
        """
        import dask
        import dask.array

        columns: list[list[Any]] = []
        for number, parts in enumerate(blocks):
            worker = self.workers[number % len(self.workers)]
            futures = self.client.scatter(list(parts), workers=[worker], hash=False)
            sent = [
                dask.array.from_delayed(dask.delayed(future), shape=part.shape, dtype=part.dtype)
                for future, part in zip(futures, parts, strict=True)
            ]
            columns = [[*column, array] for column, array in zip(columns or [[] for _ in sent], sent, strict=True)]
        return tuple(dask.array.concatenate(column) for column in columns)

    def abandon(self) -> None:
        """Ends what the workers do: LightGBM in one of them would wait for a lost one, and hold its births."""
        if self.is_ours:
            return
        with contextlib.suppress(Exception):
            there = [address for address in self.heartbeats() if address in self.workers]
            self.client.restart_workers(there, timeout=SECONDS_TO_CLOSE, raise_for_error=False)


def require_dask() -> None:
    """Raises `DaskMissing`, which says how to mend it."""
    if any(importlib.util.find_spec(name) is None for name in ("dask", "distributed")):
        raise DaskMissing(
            "a fit on a cluster needs Dask, which is not installed. Install it beside this program: "
            "pip install 'dask>=2025.1' 'distributed>=2025.1' (the extra 'distributed' of this project)"
        )


@contextlib.contextmanager
def opened_cluster(scheduler: str | None) -> Iterator[Cluster]:
    """The cluster of the scheduler at that address; without one, two workers on this machine for as long as it lasts.

    Raises `DaskMissing` or `UnreachableCluster`.
    """
    require_dask()
    import distributed

    with contextlib.ExitStack() as closing:
        address = closing.enter_context(_local_cluster()) if scheduler is None else scheduler
        try:
            client = closing.enter_context(distributed.Client(address, timeout=SECONDS_TO_CONNECT))
        except (OSError, TimeoutError, ValueError) as unanswered:
            raise UnreachableCluster(
                f"no Dask scheduler answers at {scheduler} within {SECONDS_TO_CONNECT} s: give the address that "
                "'dask scheduler' prints, such as tcp://10.0.0.5:8786, and see that this machine may reach it"
            ) from unanswered
        yield Cluster(client=client, workers=_workers(client, scheduler), is_ours=scheduler is None)


def _workers(client: Any, scheduler: str | None) -> tuple[str, ...]:
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
    except TimeoutError:
        raise UnreachableCluster(
            f"the Dask scheduler at {scheduler} has no worker: start some, on machines of your own, with "
            f"'dask worker {scheduler}'"
        ) from None
    return tuple(sorted(map(str, client.nthreads())))


@contextlib.contextmanager
def _local_cluster() -> Iterator[Any]:
    import distributed

    cluster = distributed.LocalCluster(
        n_workers=LOCAL_WORKERS,
        threads_per_worker=max(1, len(os.sched_getaffinity(0)) // LOCAL_WORKERS),
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        # The machine's memory is shared by both: a limit each would end a fit that fits.
        memory_limit=0,
        # What goes wrong is told as our own error; its log would tell of lost keys.
        silence_logs=logging.CRITICAL,
    )
    try:
        yield cluster
    finally:
        cluster.close(timeout=SECONDS_TO_CLOSE)
