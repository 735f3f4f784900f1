"""Births beyond one machine: LightGBM fits the plain model on a Dask cluster, the fair rounds follow in one process.

`ClusterFit` is the door; `cluster` alone imports Dask, which is optional; `worker_watch` tells when a worker is gone,
since LightGBM would wait for it for ever.
"""

from __future__ import annotations

from training.distributed.cluster import DaskMissing, UnreachableCluster, require_dask
from training.distributed.plain_fit import ClusterFit, FailedOnCluster, LostWorker

__all__ = ["ClusterFit", "DaskMissing", "FailedOnCluster", "LostWorker", "UnreachableCluster", "require_dask"]
