"""FA016: are the data fit to publish figures from."""

from __future__ import annotations

from dataclasses import replace

from fairness_audits.policy import DEFAULT_POLICY, Gate

WELL = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}
POORLY = {"found": 30, "missed": 70, "cleared": 460, "false_alarms": 50, "missing": 390}


def test_fires_for_the_group_whose_gate_is_closed(answers):
    found = answers("FA016", {"White": WELL, "Asian": POORLY})
    assert [(f.state, f.severity, f.group) for f in found] == [("finding", "major", "Asian")]
    assert found[0].sentence == (
        "Figures of Asian women are withheld: the outcome is known for 61 of 100, and at least 70 are asked for."
    )


def test_fires_for_everyone_where_the_rate_is_not_plausible(answers):
    (found,) = answers("FA016", {"White": {"found": 500, "missed": 500, "cleared": 1000}})
    assert (found.state, found.group) == ("finding", None)
    assert "plausible are 2 to 30 of 100" in found.sentence


def test_does_not_fire_on_good_data(answers):
    (found,) = answers("FA016", {"White": WELL, "Asian": WELL})
    assert found.state == "passed"
    assert found.sentence == (
        "The data are what the policy asks for: ethnicity known, flag known, outcome known and outcome rate."
    )


def test_cannot_tell_where_the_counts_may_not_be_printed(answers):
    tiny = {"found": 3, "missed": 3, "cleared": 20, "missing": 3}
    states = {f.state: f for f in answers("FA016", {"White": WELL, "Asian": tiny}, policy=DEFAULT_POLICY)}
    assert "outcome known (Asian)" in states["cannot tell"].sentence


def test_one_finding_a_gate(answers, exact):
    policy = replace(exact, own_gates={"rows": Gate(measure="rows", at_least=1500.0, authority="us")})
    found = answers("FA016", {"White": WELL, "Asian": POORLY}, policy=policy)
    assert [f.figures["withheld because"] for f in found] == [
        "the outcome is known for 61 of 100, and at least 70 are asked for",
        "there are 1,000 rows, and at least 1,500 are asked for",
    ]


def test_blocks_where_nothing_could_be_judged_of_anyone(answers):
    """To record fewer outcomes must not release a version."""
    everyone, white, asian = answers("FA016", {"White": POORLY, "Asian": POORLY})
    assert (everyone.group, everyone.severity) == (None, "blocking")
    assert [one.severity for one in (white, asian)] == ["major", "major"]


def test_does_not_block_where_some_group_was_judged(answers):
    """1,830 of 2,620 are known: 69.8 of 100, and 610 of 620 Asian women."""
    found = answers("FA016", {"White": POORLY, "Asian": {**POORLY, "missing": 10}, "Black": POORLY})
    assert {f.group for f in found} == {None, "White", "Black"}
    assert {f.severity for f in found} == {"major"}


def test_says_a_digit_more_where_rounding_would_reach_what_is_asked(answers):
    """1,392 of 2,000 known: 69.6 of 100."""
    (_, found) = answers("FA016", {"White": {"found": 60, "missed": 132, "cleared": 1200, "missing": 608}})
    assert "known for 69.6 of 100, and at least 70" in found.sentence
