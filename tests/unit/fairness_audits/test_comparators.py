"""The model beside a rule: at the rule's own flag rate, then at the site's capacity."""

from __future__ import annotations

import json

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.plain_words import in_plain_words


@pytest.fixture
def beside(table, exact):
    """The comparison of a model with a rule, each told by its counts, and the page's sentence on it."""

    def run(model, rule, policy=exact):
        scored = table(model).with_columns(scored_by=pl.lit("model"))
        ruled = table(rule).with_columns(scored_by=pl.lit("guideline:a_rule"), risk=pl.lit(None, dtype=pl.Float64))
        report = audit(pl.concat([scored, ruled]), policy)
        return report.comparisons[0], in_plain_words(report, report.models[0]).beside_rules

    return run


# The model flags 1 of 10 women, the rule 2 of 10; it finds 60 of 100.
MODEL = {"White": {"found": 30, "missed": 70, "false_alarms": 70, "cleared": 830}}
WIDE = {"White": {"found": 60, "missed": 40, "false_alarms": 140, "cleared": 760}}
NARROW = {"White": {"found": 12, "missed": 88, "false_alarms": 38, "cleared": 862}}


def test_at_the_rules_own_rate_the_model_flags_as_many(beside):
    """All 100 the model flagged, and of 900 others of one risk 100 by even shares: 30 + 70 * 100 / 900 events."""
    comparison, _ = beside(MODEL, WIDE)
    row = comparison.rows[0]
    assert comparison.flag_rate.value == 0.2
    assert (row.found_by_rule, row.found_by_model) == (60, round(30 + 70 * 100 / 900))


def test_a_rule_that_flags_more_than_there_are_places_for_is_thinned_at_random(beside):
    """Half of those it flags, so half of the 60 it finds: 30 of 100, between half of Wilson's limits."""
    comparison, said = beside(MODEL, WIDE)
    row = comparison.rows[0]
    assert comparison.capacity.value == 0.1
    assert row.rule_at_capacity.value == 0.3
    assert (row.rule_at_capacity.low, row.rule_at_capacity.high) == pytest.approx(
        (row.rule.low / 2, row.rule.high / 2), abs=0.0006
    )
    assert row.model_at_capacity.value == 0.3
    assert "as many drawn at random from those the rule flags would be expected to hold 30 (25 to 35)" in said[0]


def test_a_rule_that_flags_fewer_than_there_are_places_for_stays_as_it_is(beside):
    comparison, said = beside(MODEL, NARROW)
    row = comparison.rows[0]
    assert (row.rule_at_capacity, row.model_at_capacity.value) == (row.rule, 0.3)
    assert said[0].endswith("the rule flags fewer women than that.")


def test_groups_of_enough_events_are_told_one_by_one(beside):
    model = {**MODEL, "Black": {"found": 20, "missed": 80, "false_alarms": 80, "cleared": 820}, "Asian": {"missed": 3}}
    rule = {**WIDE, "Black": {"found": 50, "missed": 50, "false_alarms": 150, "cleared": 750}, "Asian": {"missed": 3}}
    _, said = beside(model, rule)
    assert "among Black women 50 (40 to 60), and the model" in said[0]
    assert "Asian" not in said[0]


def test_the_json_says_where_a_rule_is_written_and_what_it_leads_to(table, exact):
    scored = table(MODEL).with_columns(outcome=pl.lit("gestational_diabetes"))
    ruled = scored.with_columns(scored_by=pl.lit("guideline:bmi_30_or_more@2020"), risk=pl.lit(None, dtype=pl.Float64))
    report = audit(pl.concat([scored.with_columns(scored_by=pl.lit("model")), ruled]), exact)
    told = json.loads(report.to_json())["comparisons"][0]
    assert told["authority"].startswith("NICE NG3")
    assert (told["date"], told["inputs"], told["cannot_be_evaluated"]) == ("2020", ["body_mass_index >= 30"], "")
    assert "oral glucose tolerance test" in told["action"]
