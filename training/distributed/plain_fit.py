"""The plain fit on a cluster: LightGBM's Dask estimator, watched so that a lost worker ends it."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from models.encoding import ROWS_AT_ONCE
from records.errors import EquipartumError
from training.distributed.cluster import Cluster, opened_cluster
from training.distributed.worker_watch import WorkerWatch
from training.fair_boost.births import Births
from training.fair_boost.predictor_rows import PredictorRows

__all__ = ["ClusterFit", "FailedOnCluster", "LostWorker"]

# So many blocks a worker at least, where births are few: each must have some with the event and some without.
BLOCKS_A_WORKER = 2
SECONDS_BETWEEN_QUESTIONS = 0.5
TRY_AGAIN = (
    "Nothing was registered. See that every worker runs and has memory for its share of the births, then run the "
    "retrain again; without '--engine dask' it runs in this process"
)


class LostWorker(EquipartumError):
    """A worker was lost while it fitted; LightGBM cannot go on without it."""


class FailedOnCluster(EquipartumError):
    """The fit ended with an error on a worker."""


@dataclass(frozen=True, kw_only=True)
class ClusterFit:
    """A `PlainFit`. ``scheduler`` is an address such as tcp://10.0.0.5:8786; None starts two workers here.

    Workers need LightGBM and NumPy of this machine's versions, and nothing of this project. They hold the encoded
    births while they fit, without identifiers, in memory only.
    """

    scheduler: str | None = None
    say: Callable[[str], None] = lambda _: None

    @property
    def note(self) -> str:
        """For the audit and the card."""
        return (
            "the plain model was fitted on a Dask cluster, whose workers each place the bins of some columns: the same "
            "births and seed in one process, or on another number of workers, give a slightly different model"
        )

    def __call__(
        self,
        parameters: dict[str, Any],
        rounds: int,
        predictors: npt.NDArray[Any] | PredictorRows,
        births: Births,
    ) -> lightgbm.Booster:
        """Raises `LostWorker` within a minute of the loss, `FailedOnCluster`, or why there is no cluster."""
        with opened_cluster(self.scheduler) as cluster:
            self.say(f"fitting the plain model on {len(cluster.workers)} workers: {', '.join(cluster.workers)}")
            return _watched(cluster, lambda: _fit(cluster, parameters, rounds, predictors, births))


def _fit(
    cluster: Cluster,
    parameters: dict[str, Any],
    rounds: int,
    predictors: npt.NDArray[Any] | PredictorRows,
    births: Births,
) -> lightgbm.Booster:
    rows, event, *weight = cluster.held(_blocks(predictors, births, len(cluster.workers)))
    model = lightgbm.DaskLGBMClassifier(client=cluster.client, n_estimators=rounds, **parameters)
    model.fit(rows, event, sample_weight=weight[0] if weight else None)
    return model.to_local().booster_


def _blocks(
    predictors: npt.NDArray[Any] | PredictorRows, births: Births, workers: int
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    """Rows, events and, where they are weighed, weights."""
    size = min(ROWS_AT_ONCE, -(-len(births.event) // (BLOCKS_A_WORKER * workers)))
    for start in range(0, len(births.event), size):
        part = slice(start, start + size)
        rows = np.ascontiguousarray(predictors[part])
        yield (rows, births.event[part], *((births.weight[part],) if births.weighted else ()))


def _watched(cluster: Cluster, work: Callable[[], lightgbm.Booster]) -> lightgbm.Booster:
    """``work``, done in a thread of its own: this one asks whether all workers are there, and can be told to stop."""
    done: list[lightgbm.Booster] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    working = threading.Thread(target=run, name="fit on the cluster", daemon=True)
    with warnings.catch_warnings(), WorkerWatch(cluster.heartbeats) as watch:
        # LightGBM tells by warnings which settings it takes from the cluster instead.
        warnings.simplefilter("ignore", UserWarning)
        working.start()
        while working.is_alive():
            working.join(SECONDS_BETWEEN_QUESTIONS)
            if working.is_alive() and (lost := watch.lost()):
                cluster.abandon()
                raise LostWorker(f"lost while the plain model was fitted: {lost}. {TRY_AGAIN}")
        if failed:
            # What failed may have failed because a worker went: then that is what has to be mended.
            with contextlib.suppress(Exception):
                watch.look()
        if failed and (lost := watch.lost()):
            raise LostWorker(f"lost while the plain model was fitted: {lost}. {TRY_AGAIN}") from failed[0]
    if failed:
        raise FailedOnCluster(
            f"the plain model could not be fitted on the cluster ({type(failed[0]).__name__}). {TRY_AGAIN}"
        ) from failed[0]
    return done[0]
