"""FA001: women reached in time."""

from __future__ import annotations

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupReach

GROUPS = {"White": {"found": 40, "missed": 60, "cleared": 900}, "Black": {"found": 20, "missed": 30, "cleared": 450}}


def _context(*rows: tuple[str, int, int]) -> AuditContext:
    reach = tuple(GroupReach(group=group, gave_birth=born, scored_in_time=scored) for group, born, scored in rows)
    return AuditContext(outcome="preterm_birth", prediction_point="booking", reach=reach)


def test_fires_where_a_group_is_scored_in_time_less_often(answers):
    context = _context(("White", 2000, 1900), ("Black", 1000, 700))
    found = answers("FA001", GROUPS, context=context)
    assert [(f.state, f.group) for f in found] == [("finding", "Black"), ("passed", None)]
    assert "70 (67 to 73)" in found[0].sentence  # 700 of 1,000


def test_does_not_fire_on_a_difference_within_the_limit(answers):
    context = _context(("White", 2000, 1900), ("Black", 1000, 940))
    assert [f.state for f in answers("FA001", GROUPS, context=context)] == ["passed"]


def test_cannot_tell_on_a_handful_of_births(answers):
    context = _context(("White", 2000, 1900), ("Black", 12, 10))
    states = {f.state: f.sentence for f in answers("FA001", GROUPS, context=context)}
    assert "Black" in states["cannot tell"]


def test_is_not_applicable_where_reach_was_not_collected(answers):
    (answer,) = answers("FA001", GROUPS)
    assert answer.state == "not applicable"
    assert "Not collected" in answer.sentence
