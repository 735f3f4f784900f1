"""FA006: what a flag is worth."""

from __future__ import annotations

FLAGGED = {"found": 300, "false_alarms": 700, "missed": 500, "cleared": 8500}


def test_fires_where_a_flag_is_right_less_often(answers):
    found = answers("FA006", {"White": FLAGGED, "Asian": {**FLAGGED, "found": 100, "false_alarms": 900}})
    assert next((f.state, f.group) for f in found) == ("finding", "Asian")
    assert "10 (8 to 12)" in found[0].sentence  # 100 of 1,000 flagged


def test_does_not_fire_where_flags_are_worth_the_same(answers):
    assert [f.state for f in answers("FA006", {"White": FLAGGED, "Asian": FLAGGED})] == ["passed"]


def test_cannot_tell_on_few_flags(answers):
    few = {"found": 4, "false_alarms": 16, "missed": 10, "cleared": 170}
    states = {f.state: f.sentence for f in answers("FA006", {"White": FLAGGED, "Asian": few})}
    assert "Asian" in states["cannot tell"]


def test_is_not_applicable_where_nobody_was_flagged(answers):
    groups = {"White": {"missed": 50, "cleared": 500}, "Asian": {"missed": 50, "cleared": 500}}
    assert [f.state for f in answers("FA006", groups)] == ["not applicable"]
