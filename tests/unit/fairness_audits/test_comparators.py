"""The model beside a rule: at the rule's own flag rate, then at the site's capacity; on the same women where known."""

from __future__ import annotations

import datetime
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairness_audits.audit import audit, audit_counts
from fairness_audits.counts import count_predictions
from fairness_audits.intervals import newcombe_difference
from fairness_audits.paired_difference import paired_difference
from fairness_audits.plain_words import in_plain_words
from fairness_audits.policy import DEFAULT_POLICY


@pytest.fixture
def beside(table, exact):
    """The comparison of a model with a rule of other women, each told by its counts, and the page's sentence on it."""

    def run(model, rule, policy=exact):
        scored = table(model).with_columns(scored_by=pl.lit("model"))
        others = table(rule).with_columns(pregnancy_id="r" + pl.col("pregnancy_id"))
        ruled = others.with_columns(scored_by=pl.lit("guideline:a_rule"), risk=pl.lit(None, dtype=pl.Float64))
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


# Of 240 women with the outcome: model and rule find 60, the model alone 20, the rule alone 40, neither 80; of 40 more,
# all found by the model, the rule says nothing. 100 of 1,960 others are flagged by each.
TOGETHER = [
    # model, rule, had it, women
    (True, True, True, 60),
    (True, False, True, 20),
    (False, True, True, 40),
    (False, False, True, 80),
    (True, None, True, 40),
    (True, True, False, 40),
    (True, False, False, 60),
    (False, True, False, 40),
    (False, False, False, 1660),
    (True, None, False, 160),
]


@pytest.fixture
def same_women():
    """A predictions table of a model and a rule on the same women of one group."""
    rows = [(model, rule, had, "Black") for model, rule, had, women in TOGETHER for _ in range(women)]
    women = pl.DataFrame(rows, schema=["model", "rule", "observed", "ethnic_group"], orient="row").with_row_index("row")
    common = women.select(
        "observed",
        "ethnic_group",
        "model",
        "rule",
        pregnancy_id=pl.col("row").cast(pl.String),
        outcome=pl.lit("preterm_birth"),
        prediction_point=pl.lit("booking"),
    )
    model = common.with_columns(
        scored_by=pl.lit("model"), alert="model", risk=pl.when("model").then(0.3).otherwise(0.05)
    )
    rule = common.with_columns(scored_by=pl.lit("guideline:a_rule"), alert="rule", risk=pl.lit(None, dtype=pl.Float64))
    return pl.concat([model, rule]).drop("model", "rule")


def test_the_model_is_judged_on_the_women_the_rule_can_be_evaluated_for(same_women, exact):
    """Of all 240 with the outcome it found 120; of the 200 whom the rule says something of, 80."""
    comparison = audit(same_women, exact).comparisons[0]
    row = comparison.rows[0]
    assert comparison.is_paired
    assert comparison.not_evaluated == 200
    assert comparison.flag_rate.value == 0.09  # 180 of 2,000
    assert (row.events, row.found_by_rule, row.found_by_model) == (200, 100, 80)


def test_the_interval_of_the_same_women_knows_how_many_both_find(same_women, exact):
    """Worked from the 2 x 2 table of 60, 20, 40 and 80 by Newcombe's method 10; narrower than of different women."""
    figure = audit(same_women, exact).comparisons[0].rows[0].difference
    expected = paired_difference(60, 80, 100, 200)
    apart = newcombe_difference(80, 200, 100, 200)
    assert (figure.low, figure.high) == pytest.approx((expected.low, expected.high), abs=0.0006)
    assert apart.low < expected.low
    assert expected.high < apart.high


def test_published_examples_of_newcombe():
    """Stat Med 1998;17:2635, method 10 on 36, 12, 2, 0: 0.0569 to 0.3404."""
    interval = paired_difference(36, 48, 38, 50)
    assert (interval.low, interval.high) == pytest.approx((0.0569, 0.3404), abs=5e-5)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_interval_holds_the_difference_and_turns_with_its_sign(both, first_only, second_only, neither):
    whole = both + first_only + second_only + neither
    first, second = both + first_only, both + second_only
    there, back = paired_difference(both, first, second, whole), paired_difference(both, second, first, whole)
    assert there.low <= there.value <= there.high
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


def test_counts_pooled_from_two_sites_compare_as_their_rows_do(same_women, exact):
    on = datetime.date(2026, 1, 31)
    halves = [same_women.filter(pl.col("pregnancy_id").hash() % 2 == part) for part in (0, 1)]
    columns = exact.cell_columns
    one, other = (count_predictions(half, cell_columns=columns, as_of=on) for half in halves)
    pooled = audit_counts(one.merge(other), exact, as_of=on).comparisons
    assert [c.to_dict() for c in pooled] == [c.to_dict() for c in audit(same_women, exact, as_of=on).comparisons]


def test_a_rule_of_whom_too_few_had_the_outcome_says_so_in_words(beside):
    few = {"White": {"found": 2, "missed": 1, "false_alarms": 98, "cleared": 899}}
    _, said = beside(few, few, policy=DEFAULT_POLICY)
    assert said == (
        "Today’s rule (a_rule) flags 10 (8 to 12) of every 100 women; how many it finds of all who went on to give "
        "birth preterm cannot be told.",
    )
