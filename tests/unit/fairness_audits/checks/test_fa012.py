"""FA012: groups too small to tell."""

from __future__ import annotations

import math

from fairness_audits.policy import DEFAULT_POLICY

LARGE = {"found": 60, "missed": 140, "cleared": 1800}


def test_says_cannot_tell_with_the_events_needed(answers):
    small = {"found": 10, "missed": 20, "cleared": 200}
    (answer,) = answers("FA012", {"White": LARGE, "Black": small})
    assert (answer.state, answer.group) == ("cannot tell", "Black")
    share = round(70 / 230, 3)  # sensitivity of everyone, as printed
    needed = math.ceil(1.959963984540054**2 * 2 * share * (1 - share) / 0.05**2)
    assert answer.figures == {"events": "30", "events needed": f"{needed:,}"}


def test_passes_where_every_group_has_enough(answers):
    assert [f.state for f in answers("FA012", {"White": LARGE, "Black": LARGE})] == ["passed"]


def test_cannot_tell_where_ethnicity_is_not_recorded(answers):
    assert [f.state for f in answers("FA012", {"Not known": LARGE})] == ["cannot tell"]


def test_a_group_whose_sensitivity_may_not_be_printed_is_named(answers):
    """3 of 55 is disguised: 5 of 55, which may be 1 to 7."""
    disguised = {"found": 3, "missed": 52, "cleared": 500}
    found = answers("FA012", {"White": LARGE, "Black": disguised}, policy=DEFAULT_POLICY)
    assert [(f.state, f.group) for f in found] == [("cannot tell", "Black")]


def test_a_pass_does_not_say_that_every_comparison_can_be_made(answers):
    between = {"found": 30, "missed": 70, "cleared": 900}
    groups = {"White": LARGE, "Black": between}
    assert "cannot tell" in {f.state for f in answers("FA003", groups)}
    (answer,) = answers("FA012", groups)
    assert answer.state == "passed"
    assert "enough events for its figures" not in answer.sentence
    assert "whether they are enough to compare, each check says" in answer.sentence
