"""FA014: did a group fare worse than in the previous audit."""

from __future__ import annotations

import json

import pytest

from fairness_audits.figures import Section
from fairness_audits.previous_figures import previous_rows

WELL = {"found": 300, "missed": 700, "cleared": 8000, "false_alarms": 1000}
FEW = {"found": 9, "missed": 21, "cleared": 240, "false_alarms": 30}


def _since(audited, answers, before, now):
    return answers("FA014", now, previous=json.loads(audited(before).to_json()))


def test_fires_where_sensitivity_fell_beyond_both_intervals(audited, answers):
    worse = {**WELL, "found": 200, "missed": 800}
    found = _since(audited, answers, {"White": WELL, "Asian": WELL}, {"White": WELL, "Asian": worse})
    assert [(f.state, f.severity, f.group) for f in found] == [("finding", "major", "Asian"), ("passed", "major", None)]
    assert "20 (18 to 23) had been flagged; in the previous audit, 30 (27 to 33)" in found[0].sentence


def test_fires_where_the_risk_told_strayed_further_from_the_risk_seen(audited, answers):
    told = {"flagged_risk": 0.1, "other_risk": 0.1}  # 1,000 expected of 10,000
    more = {"found": 450, "missed": 1050, "cleared": 7500, "false_alarms": 1000}
    before, now = {"White": {**WELL, **told}}, {"White": {**more, **told}}
    (found,) = _since(audited, answers, before, now)
    assert found.state == "finding"
    assert "further from the risk seen" in found.sentence
    assert found.figures["observed to expected, then and now"] == "1.00 (0.94 to 1.06) → 1.50 (1.43 to 1.57)"


def test_getting_better_is_no_finding(audited, answers):
    worse = {**WELL, "found": 200, "missed": 800}
    found = _since(audited, answers, {"White": WELL, "Asian": worse}, {"White": WELL, "Asian": WELL})
    assert [f.state for f in found] == ["passed"]


def test_does_not_fire_on_the_same_births(audited, answers):
    groups = {"White": WELL, "Asian": WELL}
    assert [f.state for f in _since(audited, answers, groups, groups)] == ["passed"]


def test_cannot_tell_on_few_events_or_a_group_that_was_not_there(audited, answers):
    fewer = {**FEW, "found": 3, "missed": 27}
    before = {"White": WELL, "Asian": FEW}
    found = _since(audited, answers, before, {"White": WELL, "Asian": fewer, "Black": WELL})
    (unsure,) = [f for f in found if f.state == "cannot tell"]
    assert "Asian and Black" in unsure.sentence


def test_is_not_applicable_without_a_previous_audit(answers):
    (found,) = answers("FA014", {"White": WELL})
    assert (found.state, found.sentence) == ("not applicable", "No previous audit was given to compare with.")


@pytest.mark.parametrize("previous", [{"audit_id": "1"}, {"audit_id": "1", "figures": [{"form": "another"}]}])
def test_an_audit_written_in_another_form_holds_no_figures(previous):
    section = Section(
        outcome="preterm_birth",
        prediction_point="booking",
        outcome_definition="d",
        scored_by="model",
        model_version="1",
    )
    assert previous_rows(previous, section) == {}


def test_is_not_applicable_where_the_previous_audit_is_about_something_else(audited, answers):
    other = json.loads(audited({"White": {**WELL, "outcome_definition": "measured loss >= 1500 ml"}}).to_json())
    assert [f.state for f in answers("FA014", {"White": WELL}, previous=other)] == ["not applicable"]
