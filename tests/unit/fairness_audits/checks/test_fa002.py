"""FA002: the risk told against the risk seen, within each group."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY

EXACT = replace(DEFAULT_POLICY, disclosure="none")

# 1,000 women at a risk of .1 each: 100 events expected.
RIGHT = {"found": 0, "missed": 100, "cleared": 900, "other_risk": 0.1}


def test_fires_where_more_women_had_the_outcome_than_the_risks_said(answers):
    found = answers("FA002", {"White": RIGHT, "Black": {**RIGHT, "missed": 160, "cleared": 840}})
    assert next((f.state, f.group) for f in found) == ("finding", "Black")
    assert "understated" in found[0].sentence
    assert "160 (139 to 184)" in found[0].sentence  # Wilson limits of .16 over .1
    assert found[0].figures["observed over expected"] == "1.60 (1.39 to 1.84)"


def test_fires_where_risks_are_too_high(answers):
    found = answers("FA002", {"White": RIGHT, "Asian": {**RIGHT, "missed": 50, "cleared": 950}})
    assert "overstated" in found[0].sentence


def test_does_not_fire_where_the_whole_interval_is_inside_the_band(answers):
    many = {"found": 0, "missed": 1000, "cleared": 9000, "other_risk": 0.1}
    assert [f.state for f in answers("FA002", {"White": many, "Black": many})] == ["passed"]


def test_cannot_tell_where_the_interval_reaches_from_inside_the_band_to_outside(answers):
    few = {"found": 0, "missed": 14, "cleared": 86, "other_risk": 0.1}
    states = {f.state: f.sentence for f in answers("FA002", {"White": {**RIGHT, "missed": 104}, "Black": few})}
    assert "Black" in states["cannot tell"]


def test_is_not_applicable_to_flags_without_risks(table, exact):
    flags = table({"White": RIGHT, "Black": RIGHT}).with_columns(
        risk=pl.lit(None, dtype=pl.Float64), scored_by=pl.lit("guideline:a_rule")
    )
    model = table({"White": RIGHT, "Black": RIGHT})
    report = audit(pl.concat([model.with_columns(scored_by=pl.lit("model")), flags]), exact)
    assert {f.section.scored_by for f in report.findings} == {"model"}


@pytest.mark.parametrize(
    ("events", "state"),
    [pytest.param(5, "cannot tell", id="5 of 2.5 expected"), pytest.param(35, "finding", id="35 of 17.5 expected")],
)
def test_fires_below_the_policys_minimum_of_events_but_not_below_ten(answers, events, state):
    many = {"found": 0, "missed": 1000, "cleared": 9000, "other_risk": 0.1}
    expected_as_half = {"found": 0, "missed": events, "cleared": 300, "other_risk": events / 2 / (events + 300)}
    found = answers("FA002", {"White": many, "Asian": expected_as_half}, policy=EXACT)
    assert [f.state for f in found if f.group == "Asian" or "Asian" in f.sentence] == [state]


def test_cannot_tell_where_no_outcome_is_recorded(answers):
    (answer,) = answers("FA002", {"White": {"missing": 1000}, "Asian": {"missing": 1000}})
    assert answer.state == "cannot tell"
    assert "not recorded for anyone" in answer.sentence


def test_an_overstated_risk_may_be_an_outcome_recorded_less_often(answers):
    doubt = "or the outcome is recorded less often for them: check that before recalibrating"
    over, under = {**RIGHT, "missed": 50, "cleared": 950}, {**RIGHT, "missed": 160, "cleared": 840}
    by_group = {f.group: f for f in answers("FA002", {"White": RIGHT, "Asian": over, "Black": under})}
    assert doubt in by_group["Asian"].sentence
    assert doubt in by_group["Asian"].next_step
    assert doubt not in by_group["Black"].sentence
    assert "recorded less often" not in by_group["Black"].next_step
    assert "until the model is recalibrated" in by_group["Black"].next_step
