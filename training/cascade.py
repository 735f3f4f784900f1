"""From an offer to what it is for, by group: who was offered it, who accepted, who received it, as far as recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from fairness_audits.cascade import STEPS
from fairness_audits.context_rows import GroupStep
from records.groups import NOT_KNOWN
from training.cohort import Cohort

__all__ = ["offered_and_received"]


def offered_and_received(cohort: Cohort) -> tuple[GroupStep, ...]:
    """Of all women of the cohort, whatever their risk: the steps that are in the records. Empty where none is.

    A woman comes to a step by having taken the one before; one of whom that is not recorded stays behind, counted.
    """
    action = cohort.outcome.actions[cohort.prediction_point.name]
    names = {} if action is None or action.recorded_as is None else dict(zip(STEPS, action.recorded_as, strict=True))
    names = {step: name for step, name in names.items() if cohort.records.has(name)}
    if not names:
        return ()
    asked = cohort.frame.lazy().select("pregnancy_id", pl.col("ethnic_group").fill_null(NOT_KNOWN).alias("group"))
    facts = cohort.records.facts(*names.values()).select("pregnancy_id", *names.values())
    women = asked.join(facts, on="pregnancy_id").collect()
    # What a source could hold, and holds of nobody, is no step.
    names = {step: name for step, name in names.items() if not women[name].is_null().all()}
    groups = women["group"].value_counts(sort=True)["group"].to_list()
    return tuple(step for group in groups for step in _steps(group, women, names))


def _steps(group: str, women: pl.DataFrame, names: Mapping[str, str]) -> Iterator[GroupStep]:
    here = women.filter(pl.col("group") == group)
    for step, name in names.items():
        took = here[name]
        yield GroupStep(
            group=group, step=step, women=here.height, recorded=took.len() - took.null_count(), yes=int(took.sum())
        )
        here = here.filter(took)
