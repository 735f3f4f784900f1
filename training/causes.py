"""Held-out events by how they came about: a model may find one kind of preterm birth and miss the other."""

from __future__ import annotations

import numpy as np
import polars as pl

from fairness_audits.context_rows import CauseOfEvents
from models.risk_model import RiskModel
from records.groups import NOT_KNOWN
from training.cohort import CAUSE, CAUSE_NOT_KNOWN, OBSERVED, Cohort

__all__ = ["by_cause"]


def by_cause(cohort: Cohort, model: RiskModel, holdout: pl.DataFrame) -> tuple[CauseOfEvents, ...]:
    """Every declared cause of every group that had an event, in the order they are declared, unknown last.

    Empty where the outcome declares no causes, or the records do not hold what tells them apart. The cause is read
    here, after the risks were told, and nowhere else.
    """
    if CAUSE not in holdout.columns:
        return ()
    events = holdout.filter(pl.col(OBSERVED))
    alert = model.offer_policy.apply(model.predict(events), events["ethnic_group"].to_numpy())
    counted = (
        events.select(
            cause=pl.col(CAUSE),
            group=pl.col("ethnic_group").fill_null(NOT_KNOWN),
            flag=pl.Series(np.asarray(alert, dtype=bool)),
        )
        .group_by("cause", "group")
        .agg(events=pl.len(), found=pl.col("flag").sum())
    )
    seen = {(cause, group): (n, found) for cause, group, n, found in counted.iter_rows()}
    groups = events["ethnic_group"].fill_null(NOT_KNOWN).value_counts(sort=True, name="n")["ethnic_group"].to_list()
    causes = (*(cause.name for cause in cohort.outcome.causes), CAUSE_NOT_KNOWN)
    return tuple(
        CauseOfEvents(cause=cause, group=group, events=number, found=found)
        for cause in causes
        for group in groups
        for number, found in [seen.get((cause, group), (0, 0))]
    )
