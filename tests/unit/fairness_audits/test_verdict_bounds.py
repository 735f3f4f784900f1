"""A verdict on outcomes recorded less often stands only where the unrecorded ones could not turn it."""

from __future__ import annotations

import pytest

WHITE = {"found": 3000, "missed": 7000, "cleared": 80_000, "false_alarms": 10_000}
SAME = {"found": 300, "missed": 700, "cleared": 8000, "false_alarms": 1000}
MISSED = {**SAME, "found": 100, "missed": 900}


def _about_black(found: list) -> list[tuple[str, bool]]:
    return [(f.state, f.is_suspended) for f in found if f.group == "Black" or "Black" in f.sentence]


def test_a_finding_that_could_turn_is_suspended_and_still_blocks(answers):
    """100 of 1,000 were found; 4,000 untested women could have been 1,400 events that the flags found, or none."""
    (finding,) = [
        f
        for f in answers("FA003", {"White": WHITE, "Black": {**MISSED, "missing": 1000, "flagged_missing": 3000}})
        if f.group == "Black"
    ]
    assert (finding.state, finding.is_suspended, finding.is_blocking) == ("cannot tell", True, True)
    assert "not comparably ascertained" in finding.sentence
    assert "On the outcomes that were recorded: Of 100 Black women" in finding.sentence


def test_a_finding_that_could_not_turn_stays_a_finding(answers):
    """None of the untested women was flagged: whatever their outcomes, the group was found no more often than this."""
    found = answers("FA003", {"White": WHITE, "Black": {**MISSED, "missing": 4000}})
    assert _about_black(found) == [("finding", False)]


def test_a_pass_that_could_not_turn_stays_a_pass(answers):
    """FA006: nobody untested was flagged, so what a flag is worth does not rest on their outcomes."""
    found = answers("FA006", {"White": WHITE, "Black": {**SAME, "missing": 4000}})
    assert _about_black(found) == [("passed", False)]


@pytest.mark.parametrize("code", ["FA002", "FA003"])
def test_a_pass_that_could_turn_is_suspended(answers, code):
    calibrated = {"flagged_risk": 0.23, "other_risk": 0.08}
    white, black = {**WHITE, **calibrated}, {**SAME, **calibrated, "missing": 4000}
    assert ("cannot tell", False) in _about_black(answers(code, {"White": white, "Black": black}))
    without = {**black, "missing": 0}
    assert _about_black(answers(code, {"White": white, "Black": without})) == [("passed", False)]


def test_where_ascertainment_is_alike_nothing_is_suspended(answers):
    unrecorded = {"missing": 4000}
    groups = {"White": {**WHITE, "missing": 40_000}, "Black": {**MISSED, **unrecorded}}
    assert _about_black(answers("FA003", groups)) == [("finding", False)]


def test_a_group_whose_ratio_is_suspended_gets_no_percentage(audited):
    """Told .1 where .135 had it: O:E 1.35, or .96 if none of the 4,000 untested of 14,000 women had it."""
    told = {"flagged_risk": 0.1, "other_risk": 0.1}
    white = {"found": 1000, "missed": 9000, "cleared": 80_000, "false_alarms": 10_000, **told}
    black = {"found": 300, "missed": 1050, "cleared": 7650, "false_alarms": 1000, "missing": 4000, **told}
    report = audited({"White": white, "Black": black})
    (ratio,) = [f for f in report.findings if f.code == "FA002" and f.group == "Black"]
    assert ratio.is_suspended
    assert report.groups_without_percentage(report.models[0]) == ("Black",)
