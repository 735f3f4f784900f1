"""FA008: was the outcome recorded as often for every group."""

from __future__ import annotations

import datetime

import polars as pl

from fairness_audits.audit import audit

TESTED = {"found": 20, "missed": 30, "cleared": 850, "missing": 100}


def test_fires_where_untested_women_are_missing(answers):
    found = answers("FA008", {"White": TESTED, "Asian": {**TESTED, "cleared": 700, "missing": 250}})
    assert next((f.state, f.group) for f in found) == ("finding", "Asian")
    assert "25 (22 to 28)" in found[0].sentence  # 250 of 1,000


def test_does_not_fire_where_as_many_are_missing(answers):
    many = {name: 10 * n for name, n in TESTED.items()}
    assert [f.state for f in answers("FA008", {"White": many, "Asian": many})] == ["passed"]


def test_cannot_tell_on_few_women(answers):
    few = {"found": 1, "missed": 1, "cleared": 14, "missing": 4}
    states = {f.state: f.sentence for f in answers("FA008", {"White": TESTED, "Asian": few})}
    assert "Asian" in states["cannot tell"]


def test_an_outcome_not_yet_due_is_not_missing(table, exact):
    on = datetime.date(2026, 1, 31)
    frame = table({"White": TESTED, "Asian": {**TESTED, "cleared": 700, "missing": 250}}).with_columns(
        due_at=pl.lit(datetime.date(2026, 3, 1))
    )
    report = audit(frame, exact, as_of=on)
    assert report.group(report.models[0], "Asian")["missing_outcomes"].value == 0.0
    later = audit(frame, exact, as_of=datetime.date(2026, 4, 1))
    assert later.group(later.models[0], "Asian")["missing_outcomes"].value == 0.25


def test_cannot_tell_where_no_outcome_is_recorded(answers):
    (answer,) = answers("FA008", {"White": {"missing": 1000}, "Asian": {"missing": 1000}})
    assert answer.state == "cannot tell"
    assert "not recorded for anyone" in answer.sentence
    assert "Gather the outcomes" in answer.next_step
