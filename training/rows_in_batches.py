"""Births as LightGBM bins them: encoded some thousands at a time, so that never a whole year of them is numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from models.encoding import ROWS_AT_ONCE, Encoding
from training.fair_boost.predictor_rows import PredictorRows

__all__ = ["RowsInBatches"]

Rows = npt.NDArray[np.intp]


class RowsInBatches(PredictorRows):
    """The rows of ``known`` that ``rows`` names (None: all), to be indexed as their encoded array would be.

    A slice or one number gives numbers, an array of positions the same births further narrowed. A model fitted on it is
    the model fitted on the array: LightGBM draws the same births to place its bins by.
    """

    batch_size = ROWS_AT_ONCE

    def __init__(self, encoding: Encoding, known: pl.DataFrame, rows: Rows | None = None) -> None:
        self._encoding = encoding
        self._known = known.select(encoding.inputs)
        self._rows = rows
        self._first, self._batch = 0, np.empty((0, len(encoding.columns)))

    def __len__(self) -> int:
        return self._known.height if self._rows is None else len(self._rows)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), len(self._encoding.columns)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            start, stop, _ = index.indices(len(self))
            return self._encoded(start, stop)
        if isinstance(index, np.ndarray):
            return RowsInBatches(self._encoding, self._known, index if self._rows is None else self._rows[index])
        return self._one(int(index))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """All at once, for the few that are asked about in the end."""
        return np.asarray(self._encoded(0, len(self)), dtype=dtype)

    def _one(self, position: int) -> npt.NDArray[np.float64]:
        """LightGBM asks for its sample one birth at a time, in order: each batch is encoded once for all of them."""
        inside = position - self._first
        if not 0 <= inside < len(self._batch):
            self._first = position
            self._batch = self._encoded(position, min(position + self.batch_size, len(self)))
            inside = 0
        row: npt.NDArray[np.float64] = self._batch[inside]
        return row

    def _encoded(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        if self._rows is None:
            return self._encoding.encode(self._known.slice(start, stop - start))
        return self._encoding.encode(self._known[self._rows[start:stop]])
