"""Codes that are in no list: what they say is not read, so it is counted in how many pregnancies they stand."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from records.sources.msds.codes import CODED_IN, Codes, is_unlisted
from records.sources.msds.history import NOTHING_BEFORE
from records.sources.msds.losses import is_loss
from records.sources.msds.tables import TABLES

__all__ = ["unlisted_codes"]


def unlisted_codes(tables: Mapping[str, pl.LazyFrame], codes: Codes) -> dict[str, int]:
    """Pregnancies by a sentence that names the table."""
    counts = {}
    for short in sorted(CODED_IN.keys() & tables.keys()):
        of_no_list = tables[short].filter(is_unlisted(codes, short) & ~_read_elsewhere(short))
        count = of_no_list.select(pl.col("UniqPregID").n_unique()).collect(engine="streaming").item()
        counts[f"{TABLES[short].name} holds codes that are in no list; what they say is not read"] = int(count)
    return {sentence: count for sentence, count in counts.items() if count}


def _read_elsewhere(short: str) -> pl.Expr:
    """Codes that end a pregnancy, or say that there is nothing to tell, are no facts and are read all the same."""
    if short == "MSD106":
        return is_loss().fill_null(value=False)
    if short == "MSD107":
        nothing = (pl.col(field) == NOTHING_BEFORE for field in CODED_IN[short].fields)
        return pl.any_horizontal(nothing).fill_null(value=False)
    return pl.lit(value=False)
