"""FA007: does the model find fewer women of a group than today's rule, for as many flags."""

from __future__ import annotations

import polars as pl
import pytest

from fairness_audits.audit import audit


@pytest.fixture
def against_rule(table, exact):
    """Answers of FA007 where model and rule flag the same number of women; each told by its counts."""

    def run(model, rule):
        scored = table(model).with_columns(scored_by=pl.lit("model"))
        flagged = table(rule).with_columns(scored_by=pl.lit("guideline:a_rule"), risk=pl.lit(None, dtype=pl.Float64))
        report = audit(pl.concat([scored, flagged]), exact)
        return [f for f in report.findings if f.code == "FA007"], report

    return run


WHITE = {"found": 300, "missed": 300, "cleared": 5000, "false_alarms": 600}


def test_fires_where_the_rule_finds_more_women_of_a_group(against_rule):
    model = {"White": WHITE, "Black": {"found": 40, "missed": 160, "cleared": 1800, "false_alarms": 60}}
    rule = {"White": WHITE, "Black": {"found": 90, "missed": 110, "cleared": 1850, "false_alarms": 10}}
    found, report = against_rule(model, rule)
    assert next((f.state, f.group) for f in found) == ("finding", "Black")
    assert "flags 45 (38 to 52)" in found[0].sentence  # 90 of 200
    assert "20 (15 to 26)" in found[0].sentence  # 40 of 200
    row = report.comparisons[0].rows[0]
    assert (row.group, row.events, row.found_by_rule, row.found_by_model) == ("Everyone", 800, 390, 340)


def test_does_not_fire_where_the_model_finds_surely_no_fewer(against_rule):
    model = {"White": WHITE, "Black": {"found": 90, "missed": 110, "cleared": 1850, "false_alarms": 10}}
    rule = {"White": {**WHITE, "found": 200, "missed": 400, "false_alarms": 700, "cleared": 4900},
            "Black": {"found": 40, "missed": 160, "cleared": 1800, "false_alarms": 60}}  # fmt: skip
    found, _ = against_rule(model, rule)
    assert [f.state for f in found] == ["passed"]


def test_cannot_tell_where_the_interval_includes_no_difference(against_rule):
    same = {"White": WHITE, "Black": {"found": 40, "missed": 160, "cleared": 1800, "false_alarms": 60}}
    found, _ = against_rule(same, same)
    assert [f.state for f in found] == ["cannot tell"]


def test_is_not_applicable_without_a_rule(answers):
    assert [f.state for f in answers("FA007", {"White": WHITE})] == ["not applicable"]


def test_a_rule_that_could_not_be_evaluated_is_said_not_counted(table, exact):
    scored = table({"White": WHITE}).with_columns(scored_by=pl.lit("model"))
    unknown = scored.with_columns(
        scored_by=pl.lit("guideline:a_rule"),
        risk=pl.lit(None, dtype=pl.Float64),
        alert=pl.lit(None, dtype=pl.Boolean),
    )
    report = audit(pl.concat([scored, unknown]), exact)
    assert report.comparisons[0].flag_rate.value is None
    assert report.comparisons[0].not_evaluated == 6200
