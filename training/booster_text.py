"""A booster's text without what it says of single women: LightGBM writes each column's exact extremes into it.

The range of a column is not read when predicting; it is replaced by the concept's plausible range.
"""

from __future__ import annotations

import re

from models.encoding import Encoding

__all__ = ["without_extremes"]

_INFOS = re.compile(r"^feature_infos=.*$", re.MULTILINE)


def without_extremes(booster_text: str, encoding: Encoding) -> str:
    """The same trees; a column that never varied keeps LightGBM's word for it, 'none'."""
    found = _INFOS.search(booster_text)
    if found is None:
        return booster_text
    infos = found.group().removeprefix("feature_infos=").split(" ")
    ranges = [column.plausible for column in encoding.columns]
    replaced = [
        info if info == "none" else f"[{low:g}:{high:g}]" for info, (low, high) in zip(infos, ranges, strict=True)
    ]
    line = f"feature_infos={' '.join(replaced)}"
    return booster_text[: found.start()] + line + booster_text[found.end() :]
