"""Labels of groups as they come, as sorted names and codes; whatever says nothing is 'Not known'."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from records.groups import NOT_KNOWN

__all__ = ["coded_labels", "is_missing"]

_MISSING_TEXT = frozenset({"", "None", "nan", "NaN", "NaT", "<NA>"})


def is_missing(value: Any) -> bool:
    """Whether a label says nothing: None, NaN of any library, empty text."""
    return str(value) in _MISSING_TEXT


def coded_labels(groups: ArrayLike) -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """Names in order, and each row's index into them. A name is turned to text once, not once a row."""
    array = np.asarray(groups)
    if array.dtype == object:
        seen: dict[str, int] = {}
        codes = np.fromiter((seen.setdefault(str(name), len(seen)) for name in array), dtype=np.intp, count=array.size)
        found = np.array(list(seen), dtype=str)
    else:
        distinct, codes = np.unique(array, return_inverse=True)
        found = distinct.astype(str)
    named = [NOT_KNOWN if is_missing(name) else name for name in found.tolist()]
    names, merged = np.unique(np.array(named, dtype=str), return_inverse=True)
    return names, merged[codes].astype(np.intp, copy=False)
