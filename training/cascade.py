"""From an offer to what it is for, by group: who was offered it, who accepted, who received it, as far as recorded."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from fairness_audits.cascade import STEPS
from fairness_audits.context import GroupStep
from records.groups import NOT_KNOWN
from training.cohort import Cohort

__all__ = ["offered_and_received"]


def offered_and_received(cohort: Cohort) -> tuple[GroupStep, ...]:
    """Of all women of the cohort, whatever their risk. Empty where no offer of its action is in the records.

    A woman comes to a step by having taken the one before; one of whom that is not recorded stays behind, counted.
    """
    action = cohort.outcome.actions[cohort.prediction_point.name]
    if action is None or action.recorded_as is None or not all(map(cohort.records.has, action.recorded_as)):
        return ()
    asked = cohort.frame.lazy().select("pregnancy_id", pl.col("ethnic_group").fill_null(NOT_KNOWN).alias("group"))
    facts = cohort.records.facts(*action.recorded_as).select("pregnancy_id", *action.recorded_as)
    women = asked.join(facts, on="pregnancy_id").collect()
    if women[action.recorded_as[0]].is_null().all():
        return ()
    groups = women["group"].value_counts(sort=True)["group"].to_list()
    return tuple(step for group in groups for step in _steps(group, women, action.recorded_as))


def _steps(group: str, women: pl.DataFrame, names: tuple[str, str, str]) -> Iterator[GroupStep]:
    here = women.filter(pl.col("group") == group)
    for step, name in zip(STEPS, names, strict=True):
        took = here[name]
        yield GroupStep(
            group=group, step=step, women=here.height, recorded=took.len() - took.null_count(), yes=int(took.sum())
        )
        here = here.filter(took)
