"""Risks that several steps of a retrain ask for, worked out once: of a national year each time costs seconds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["RiskOf", "ScoredOnce"]

RiskOf = Callable[[pl.DataFrame], npt.NDArray[np.float64]]


class ScoredOnce:
    """``risk_of``, remembering what it said of a frame for as long as it is kept itself.

    Of the same frame, not of an equal one. Arrays are read-only, since they are handed out again.
    """

    def __init__(self, risk_of: RiskOf) -> None:
        self._risk_of = risk_of
        # a frame is kept beside its risks, so that no other can come to stand in its place in memory
        self._scored: list[tuple[pl.DataFrame, npt.NDArray[np.float64]]] = []

    def __call__(self, women: pl.DataFrame) -> npt.NDArray[np.float64]:
        for frame, known in self._scored:
            if frame is women:
                return known
        risk = self._risk_of(women)
        risk.setflags(write=False)
        self._scored.append((women, risk))
        return risk
