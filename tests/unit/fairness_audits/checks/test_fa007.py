"""FA007: does the model find fewer women of a group than today's rule, for as many flags."""

from __future__ import annotations

import html
import json

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.checks.guideline import NO_RULE
from fairness_audits.context import AuditContext
from fairness_audits.page import report_page
from fairness_audits.plain_words import in_plain_words
from fairness_audits.rule_description import RuleDescription


@pytest.fixture
def against_rule(table, exact):
    """Answers of FA007 where model and rule flag the same number of women; each told by its counts."""

    def run(model, rule):
        scored = table(model).with_columns(scored_by=pl.lit("model"))
        others = table(rule).with_columns(pregnancy_id="r" + pl.col("pregnancy_id"))
        flagged = others.with_columns(scored_by=pl.lit("guideline:a_rule"), risk=pl.lit(None, dtype=pl.Float64))
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


@pytest.fixture
def beside_null_rule(table, exact):
    """The audit of a model beside a rule that says nothing of any woman."""

    def run(scored_by, context=None):
        scored = table({"White": WHITE}).with_columns(scored_by=pl.lit("model"))
        unknown = scored.with_columns(
            scored_by=pl.lit(scored_by), risk=pl.lit(None, dtype=pl.Float64), alert=pl.lit(None, dtype=pl.Boolean)
        )
        return audit(pl.concat([scored, unknown]), exact, context)

    return run


def test_a_rule_that_could_not_be_evaluated_is_said_not_counted(beside_null_rule):
    report = beside_null_rule("guideline:a_rule")
    assert report.comparisons[0].flag_rate.value is None
    assert report.comparisons[0].not_evaluated == 6200


def test_a_rule_that_could_not_be_evaluated_is_not_applicable_with_its_reason(beside_null_rule):
    why = "previous gestational diabetes not recorded"
    rule = RuleDescription(
        scored_by="guideline:a_rule", title="a rule", authority="a trust", date="2025", action="a test", why_not=why
    )
    context = AuditContext(outcome="preterm_birth", prediction_point="booking", rules=(rule,))
    report = beside_null_rule("guideline:a_rule", context)
    said = f"Today’s rule (a rule) cannot be evaluated: {why}."
    assert [(f.state, f.sentence) for f in report.findings if f.code == "FA007"] == [("not applicable", said)]
    assert json.loads(report.to_json())["comparisons"][0]["cannot_be_evaluated"] == why
    short = "One of today’s rules cannot be evaluated from these births (a rule): section 3 of the report says why."
    assert in_plain_words(report, report.models[0]).not_evaluated == short
    assert html.escape(said) in report_page(report)


def test_without_a_context_the_known_rule_is_named_by_its_title(beside_null_rule):
    found = [f for f in beside_null_rule("guideline:nice_ng3@2020").findings if f.code == "FA007"]
    assert found[0].sentence == (
        "Today’s rule (NICE NG3 risk factors for gestational diabetes) cannot be evaluated: what it asks for is not "
        "recorded for these women."
    )


@pytest.mark.parametrize("scorer", ["flag_nobody", "flag_everyone"])
def test_nobody_and_everyone_are_no_rule_to_do_worse_than(table, exact, scorer):
    scored = table({"White": WHITE}).with_columns(scored_by=pl.lit("model"))
    all_alike = scored.with_columns(
        scored_by=pl.lit(scorer), risk=pl.lit(None, dtype=pl.Float64), alert=pl.lit(scorer == "flag_everyone")
    )
    report = audit(pl.concat([scored, all_alike]), exact)
    assert [(f.state, f.sentence) for f in report.findings if f.code == "FA007"] == [("not applicable", NO_RULE)]
    assert [c.name for c in report.comparisons] == [scorer.replace("_", " ")]


def test_a_rule_that_flags_nobody_here_has_nothing_to_compare(against_rule):
    silent = {"White": {"missed": 600, "cleared": 5600}}
    found, _ = against_rule({"White": WHITE}, silent)
    assert [(f.state, f.sentence) for f in found] == [
        ("not applicable", "Today’s rule (a_rule) flags nobody here, so there is nothing to compare.")
    ]
