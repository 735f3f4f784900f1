"""Births whose predictors need not all be numbers at once."""

from __future__ import annotations

import abc
from typing import Any

import lightgbm

__all__ = ["PredictorRows"]


class PredictorRows(lightgbm.Sequence, abc.ABC):
    """Rows to be indexed as an array of them would be: a slice or a number gives numbers, an array of positions the
    same rows narrowed to those. LightGBM bins them in batches of ``batch_size``.
    """

    @property
    @abc.abstractmethod
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    @abc.abstractmethod
    def __getitem__(self, index: Any) -> Any: ...
