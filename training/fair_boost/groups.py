"""Ethnic groups as codes: who is constrained, and who is only counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from records.groups import MISSING_ETHNICITY, NOT_KNOWN
from training.group_labels import is_missing

__all__ = ["ALL_WOMEN", "GroupedWomen", "as_codes", "is_missing"]

#: The one row of every table where no sensitive feature was given.
ALL_WOMEN = "All women"


@dataclass(frozen=True, kw_only=True)
class GroupedWomen:
    """``codes`` (one a row) index ``names``, which are sorted; ``constrained`` is False for missing ethnicity."""

    names: tuple[str, ...]
    codes: NDArray[np.intp]
    constrained: NDArray[np.bool_]

    @classmethod
    def of(cls, sensitive_features: ArrayLike | GroupedWomen | None, rows: int) -> GroupedWomen:
        """Labels are taken as text; None, NaN and empty text are 'Not known'. What is grouped already stays so."""
        if sensitive_features is None:
            return cls(names=(ALL_WOMEN,), codes=np.zeros(rows, dtype=np.intp), constrained=np.array([False]))
        if isinstance(sensitive_features, GroupedWomen):
            return sensitive_features
        return cls.coded(*as_codes(sensitive_features))

    @classmethod
    def coded(cls, values: Sequence[Any], codes: NDArray[np.intp]) -> GroupedWomen:
        """From labels, each once, and the place among them of each row's."""
        labels = np.array([NOT_KNOWN if is_missing(value) else str(value) for value in values], dtype=str)
        names, merged = np.unique(labels, return_inverse=True)
        return cls(
            names=tuple(str(name) for name in names),
            codes=merged[codes].astype(np.intp, copy=False),
            constrained=~np.isin(names, MISSING_ETHNICITY),
        )

    def taken(self, rows: NDArray[np.intp]) -> GroupedWomen:
        """The same groups, of the chosen rows; a group may be left without a row."""
        return GroupedWomen(names=self.names, codes=self.codes[rows], constrained=self.constrained)

    def total(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of one amount a row, by group."""
        return np.asarray(np.bincount(self.codes, weights=amounts, minlength=len(self.names)), dtype=np.float64)


def as_codes(values: ArrayLike) -> tuple[list[Any], NDArray[np.intp]]:
    """Distinct values in order of first appearance, and each row's index into them; NaN of a float array is one."""
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"one value a row is needed, not an array of shape {array.shape}; cross features beforehand")
    if array.dtype != object:
        distinct, inverse = np.unique(array, return_inverse=True)
        return distinct.tolist(), inverse.astype(np.intp, copy=False)
    seen: dict[Any, int] = {}
    codes = np.fromiter((seen.setdefault(value, len(seen)) for value in array), dtype=np.intp, count=array.size)
    return list(seen), codes
