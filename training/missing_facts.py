"""Held-out women by how many of the model's facts were not recorded: is she missed because too little is known."""

from __future__ import annotations

import functools
import operator

import numpy as np
import numpy.typing as npt
import polars as pl

from fairness_audits.context_rows import MissingFacts
from models.risk_model import RiskModel
from records.concepts import CONCEPTS
from records.groups import NOT_KNOWN
from training.cohort import OBSERVED

__all__ = ["by_missing_facts"]

# Upper ends of how many facts are missing, with the words for them; from 'many' on there is no end.
FEW = 2
NONE_MISSING, FEW_MISSING, MANY_MISSING = "all recorded", "one or two not recorded", "three or more not recorded"


def by_missing_facts(
    model: RiskModel, holdout: pl.DataFrame, risk: npt.NDArray[np.float64]
) -> tuple[MissingFacts, ...]:
    """Counts by pattern and group. What is undefined for a woman (the history of a first pregnancy) is not missing."""
    event, flag = pl.col(OBSERVED), pl.col("flag")
    alert = np.asarray(model.offer_policy.apply(risk, holdout["ethnic_group"].to_numpy()), dtype=bool)
    missing = functools.reduce(operator.add, [_is_missing(name, holdout) for name in model.encoding.concepts])
    counted = (
        holdout.with_columns(
            pattern=pl.when(missing == 0)
            .then(pl.lit(NONE_MISSING))
            .when(missing <= FEW)
            .then(pl.lit(FEW_MISSING))
            .otherwise(pl.lit(MANY_MISSING)),
            group=pl.col("ethnic_group").fill_null(NOT_KNOWN),
            flag=pl.Series(alert),
            risk=pl.Series(risk),
        )
        .group_by("pattern", "group")
        .agg(
            women=pl.len(),
            ascertained=event.count(),
            events=event.sum(),
            found=(event & flag).sum(),
            expected=pl.col("risk").filter(event.is_not_null()).sum(),
        )
    )
    order = [NONE_MISSING, FEW_MISSING, MANY_MISSING]
    rows = [MissingFacts(**row) for row in counted.iter_rows(named=True)]
    return tuple(sorted(rows, key=lambda row: (order.index(row.pattern), -row.women, row.group)))


def _is_missing(name: str, women: pl.DataFrame) -> pl.Expr:
    missing = pl.col(name).is_null()
    condition = CONCEPTS[name].defined_if
    if condition in women.columns:
        missing = missing & (pl.col(condition) != 0).fill_null(value=True)
    return missing.cast(pl.Int32)
