"""FA012: groups too small to tell."""

from __future__ import annotations

import math

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
