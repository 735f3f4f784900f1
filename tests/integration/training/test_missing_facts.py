"""Women by how many of their facts are missing, counted on a retrain's holdout, against one woman at a time."""

from __future__ import annotations

from collections import Counter

import polars as pl

PATTERNS = ("all recorded", *["one or two not recorded"] * 2, "three or more not recorded")


def test_patterns_are_those_that_the_model_itself_would_name_missing(twice):
    retrained = twice.first
    holdout = retrained.split.holdout(retrained.cohort.frame)
    seen = Counter(
        (
            "all recorded"
            if missing == 0
            else "one or two not recorded"
            if missing <= 2
            else "three or more not recorded",
            woman["ethnic_group"],
        )
        for woman in holdout.iter_rows(named=True)
        for missing in [len(retrained.model.missing_inputs(woman))]
    )
    told = {(row.pattern, row.group): row.women for row in retrained.report.contexts[0].missing_facts}
    assert told == dict(seen)


def test_they_add_up_to_the_holdout(twice):
    rows = twice.first.report.contexts[0].missing_facts
    holdout = twice.first.split.holdout(twice.first.cohort.frame)
    assert sum(row.women for row in rows) == holdout.height
    assert sum(row.events for row in rows) == holdout.select(pl.col("observed").sum()).item()
