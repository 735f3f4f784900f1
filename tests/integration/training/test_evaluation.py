"""What a retrain adds to its audit of few births: cross-fitted figures, and events by how they came about."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from models.design import ImpossibleDesign, ModelDesign
from models.outcomes import OUTCOMES
from models.predictors import NEVER_PREDICTORS, PREDICTORS
from training.cohort import CAUSE, assemble


def test_every_training_birth_is_judged_once_and_none_of_the_holdout(twice) -> None:
    retrained = twice.first
    training = retrained.split.training(retrained.cohort.frame)
    everyone, *groups = retrained.report.contexts[0].cross_fitted
    assert everyone.group == "Everyone"
    assert everyone.women == training.height == sum(row.women for row in groups)
    assert everyone.events == training["observed"].sum() == sum(row.events for row in groups)
    by_group = Counter(training["ethnic_group"].to_list())
    assert {row.group: row.women for row in groups} == dict(by_group)


def test_no_fold_remembers_what_it_was_fitted_on(twice) -> None:
    """A fit flatters itself on its own births; births it has not seen it orders as it does the holdout's."""
    retrained = twice.first
    training = retrained.split.training(retrained.cohort.frame)
    own = retrained.model.predict(training)
    happened = training["observed"].to_numpy().astype(bool)
    ranks = own.argsort().argsort() + 1
    events = happened.sum()
    flattered = (ranks[happened].sum() - events * (events + 1) / 2) / (events * (~happened).sum())
    everyone = retrained.report.contexts[0].cross_fitted[0]
    assert everyone.auroc is not None
    assert everyone.auroc < flattered - 0.02


def test_causes_are_counted_from_the_records_and_add_up_to_the_events(twice) -> None:
    retrained = twice.first
    holdout = retrained.split.holdout(retrained.cohort.frame)
    onset = twice.records.facts("onset_of_birth").collect().select("pregnancy_id", "onset_of_birth")
    events = holdout.filter(pl.col("observed")).join(onset, on="pregnancy_id")
    names = {
        "spontaneous": "spontaneous",
        "induced": "provider-initiated",
        "caesarean_before_labour": "provider-initiated",
    }
    expected = Counter(
        (names.get(how, "not known"), group)
        for how, group in events.select("onset_of_birth", "ethnic_group").iter_rows()
    )
    rows = retrained.report.contexts[0].causes
    assert {(row.cause, row.group): row.events for row in rows if row.events} == dict(expected)
    flagged = retrained.model.offer_policy.apply(retrained.model.predict(events), events["ethnic_group"].to_numpy())
    assert sum(row.found for row in rows) == flagged.sum()


@pytest.mark.parametrize("concept", sorted({c for o in OUTCOMES.values() for c in o.causal_concepts}))
def test_how_an_outcome_came_about_never_predicts_it(twice, concept: str) -> None:
    assert concept in NEVER_PREDICTORS
    assert concept not in PREDICTORS
    frame = assemble("preterm_birth", "booking", twice.records).frame
    assert concept not in frame.columns
    assert frame.filter(~pl.col("observed"))[CAUSE].null_count() == frame.filter(~pl.col("observed")).height
    assert CAUSE not in twice.first.model.encoding.concepts
    design = twice.first.model.design
    with pytest.raises(ImpossibleDesign, match=concept):
        ModelDesign.from_dict(design.to_dict() | {"predictors": [*design.predictors, concept]})


def test_outcomes_without_causes_carry_none(twice) -> None:
    assert CAUSE not in assemble("postpartum_depression", "booking", twice.records).frame.columns
