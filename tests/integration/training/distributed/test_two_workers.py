"""A plain fit on a real cluster of two workers, as good as one process's, and ended when a worker is killed."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import distributed
import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from training.distributed import ClusterFit, FailedOnCluster, LostWorker
from training.fair_boost import TRAINING, FairBoostClassifier
from training.fair_boost.births import Births

# LightGBM's finding of free ports and Dask's closing of a killed worker leave sockets and warnings of their own.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]
LARGEST_DIFFERENCE = 5e-4
# The watch promises a minute; starting and closing processes on a busy machine may take another.
SECONDS_TO_END = 150


@dataclass(frozen=True, kw_only=True)
class Drawn:
    predictors: NDArray[np.float64]
    event: NDArray[np.int8]
    group: NDArray[np.str_]


def drawn(births: int, seed: int) -> Drawn:
    random = np.random.default_rng(seed)
    facts = random.normal(size=(births, 8))
    group = random.choice(["A", "B", "C"], births, p=[0.6, 0.3, 0.1])
    log_odds = facts[:, :4] @ [0.5, 0.4, 0.3, 0.2] + 0.4 * (group == "B") - 2.2
    facts[random.random(facts.shape) < 0.05] = np.nan
    event = (random.random(births) < 1 / (1 + np.exp(-log_odds))).astype(np.int8)
    return Drawn(predictors=facts, event=event, group=group)


def estimator(rounds: int) -> lightgbm.LGBMClassifier:
    return lightgbm.LGBMClassifier(
        n_estimators=rounds, learning_rate=0.06, max_depth=4, num_leaves=16, min_child_samples=200, random_state=1
    )


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        memory_limit=0,
        silence_logs=logging.CRITICAL,
    ) as started:
        yield started


def test_two_workers_discriminate_as_one_process_does(cluster: distributed.LocalCluster) -> None:
    fitted_on, unseen = drawn(60_000, 1), drawn(200_000, 2)
    told: list[str] = []
    on_cluster = ClusterFit(scheduler=cluster.scheduler_address, say=told.append)
    here, there = (
        FairBoostClassifier(estimator(60), fair_rounds=10, plain_fit=plain_fit, random_state=3).fit(
            fitted_on.predictors, fitted_on.event, sensitive_features=fitted_on.group
        )
        for plain_fit in (None, on_cluster)
    )
    assert told[0].startswith("fitting the plain model on 2 workers: tcp://127.0.0.1:")
    for row in range(min(len(here.frontier_), len(there.frontier_))):
        areas = [roc_auc_score(unseen.event, model.risk_at(unseen.predictors, row)) for model in (here, there)]
        assert areas[0] == pytest.approx(areas[1], abs=LARGEST_DIFFERENCE)
    assert [b.current_iteration() for b in there.boosters_] == [60 + row.fair_rounds for row in there.frontier_]


def test_a_killed_worker_ends_the_fit_with_an_error_that_names_it_or_the_fit_ends_well(
    cluster: distributed.LocalCluster,
) -> None:
    births = drawn(60_000, 4)
    whole = Births.of(births.event.astype(np.float64), sensitive_features=None, sample_weight=None)
    killed = cluster.workers[0]
    address, process_id = killed.worker_address, killed.pid

    def kill_soon(_: str) -> None:
        threading.Timer(4.0, os.kill, (process_id, signal.SIGKILL)).start()

    fit = ClusterFit(scheduler=cluster.scheduler_address, say=kill_soon)
    parameters: dict[str, Any] = {"objective": "binary", "metric": "None", "seed": 1, "verbosity": -1}
    with ThreadPoolExecutor(max_workers=1) as caller:
        fitting = caller.submit(fit, parameters, 20_000, births.predictors, whole)
        error = fitting.exception(timeout=SECONDS_TO_END)
    if error is None:
        assert fitting.result().current_iteration() == 20_000
    else:
        assert isinstance(error, LostWorker | FailedOnCluster)
        assert "Nothing was registered" in str(error)
        if isinstance(error, LostWorker):
            assert address in str(error)


def test_a_plain_fit_made_elsewhere_is_row_0_and_is_continued() -> None:
    births = drawn(20_000, 5)
    taken: list[int] = []

    class InThisProcess:
        note = "made in this process"

        def __call__(
            self, parameters: dict[str, Any], rounds: int, predictors: NDArray[np.float64], training: Births
        ) -> lightgbm.Booster:
            taken.append(len(training.event))
            data = lightgbm.Dataset(np.asarray(predictors), training.event, params=parameters)
            return lightgbm.train(parameters, data, rounds)

    here, there = (
        FairBoostClassifier(estimator(30), fair_rounds=5, plain_fit=plain_fit, random_state=3).fit(
            births.predictors, births.event, sensitive_features=births.group
        )
        for plain_fit in (None, InThisProcess())
    )
    parts = here.split_parts(births.event, sensitive_features=births.group)
    assert taken == [int((parts == TRAINING).sum())]
    np.testing.assert_allclose(
        there.risk_at(births.predictors, 0), here.risk_at(births.predictors, 0), rtol=1e-9, atol=1e-12
    )
    assert there.frontier_[0].figures.auroc == pytest.approx(here.frontier_[0].figures.auroc, abs=1e-12)
    assert there.boosters_[-1].current_iteration() == 30 + there.frontier_[-1].fair_rounds
