"""FA005: had the outcome after being told a low risk."""

from __future__ import annotations

# Missed women are told .05, the lower of two risks; 4,000 at .05 and 4,000 at .3 make .05 the lower half.
EVEN = {"found": 200, "missed": 50, "cleared": 1950, "false_alarms": 1800}


def test_fires_where_low_risks_misled_the_women_of_one_group(answers):
    misled = {"found": 60, "missed": 140, "cleared": 1800, "false_alarms": 2000}
    found = answers("FA005", {"White": EVEN, "Black": misled})
    assert next((f.state, f.group) for f in found) == ("finding", "Black")
    assert "70 (63 to 76)" in found[0].sentence  # 140 of 200


def test_does_not_fire_where_it_was_the_same_for_all(answers):
    assert [f.state for f in answers("FA005", {"White": EVEN, "Black": EVEN})] == ["passed"]


def test_cannot_tell_on_few_events(answers):
    few = {"found": 6, "missed": 4, "cleared": 90, "false_alarms": 90}
    states = {f.state: f.sentence for f in answers("FA005", {"White": EVEN, "Black": few})}
    assert "Black" in states["cannot tell"]


def test_is_not_applicable_where_nobody_had_the_outcome(answers):
    assert [f.state for f in answers("FA005", {"White": {"cleared": 50}})] == ["not applicable"]
