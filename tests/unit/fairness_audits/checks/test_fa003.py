"""FA003: are women of a group missed more often than everyone together."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY

MANY = {"found": 300, "missed": 700, "cleared": 8000, "false_alarms": 1000}


def test_fires_and_blocks_where_a_group_is_surely_below_the_floor(answers, audited):
    groups = {"White": MANY, "Asian": {"found": 20, "missed": 280, "cleared": 2600, "false_alarms": 100}}
    found = answers("FA003", groups)
    assert next((f.state, f.severity, f.group) for f in found) == ("finding", "blocking", "Asian")
    assert "7 (4 to 10)" in found[0].sentence  # 20 of 300
    assert audited(groups).blocking == ("FA003",)


def test_does_not_fire_where_groups_are_found_alike(answers):
    assert [f.state for f in answers("FA003", {"White": MANY, "Asian": MANY})] == ["passed"]


def test_a_group_found_more_often_passes(answers):
    better = {"found": 500, "missed": 500, "cleared": 8000, "false_alarms": 1000}
    found = answers("FA003", {"White": MANY, "Other": MANY, "Black": better})
    assert "Black" in next(f.sentence for f in found if f.state == "passed")


def test_cannot_tell_on_few_events(answers):
    few = {"found": 3, "missed": 17, "cleared": 180}
    states = {f.state: f.sentence for f in answers("FA003", {"White": MANY, "Black": few})}
    assert "Black" in states["cannot tell"]


def test_is_not_applicable_where_nobody_had_the_outcome(answers):
    (answer,) = answers("FA003", {"White": {"cleared": 100}, "Black": {"cleared": 100}})
    assert answer.state == "not applicable"


def test_a_pass_is_suspended_where_the_outcome_is_recorded_less_often(answers):
    unrecorded = {**MANY, "missing": 4000}
    found = answers("FA003", {"White": MANY, "Other": MANY, "Black": unrecorded})
    suspended = [f for f in found if "Suspended" in f.sentence]
    assert [f.state for f in suspended] == ["cannot tell"]
    assert "Black" in suspended[0].sentence


def test_a_pass_does_not_call_a_group_found_far_more_often_alike(answers):
    better = {"found": 500, "missed": 500, "cleared": 8000, "false_alarms": 1000}
    (passed,) = [f for f in answers("FA003", {"White": MANY, "Black": better}) if f.state == "passed"]
    assert "no less often than everyone, within the limit" in passed.sentence


def test_never_fires_on_a_rate_that_may_not_be_printed(answers):
    """3 of 40 prints as 5 of 40, which may be anything from 1 to 7 of them."""
    few = {"found": 3, "missed": 37, "cleared": 400}
    often = {"found": 900, "missed": 100, "cleared": 8000, "false_alarms": 1000}
    found = answers("FA003", {"White": often, "Black": few}, policy=DEFAULT_POLICY)
    assert [f.state for f in found if "Black" in f.sentence] == ["cannot tell"]
    assert not any("an unknown number" in f.sentence for f in found)


def test_cannot_tell_where_the_rate_of_everyone_may_not_be_printed(answers):
    found = answers("FA003", {"White": {"found": 13, "missed": 4, "cleared": 300}}, policy=DEFAULT_POLICY)
    assert [f.state for f in found] == ["cannot tell"]


@pytest.mark.parametrize("policy", [DEFAULT_POLICY, replace(DEFAULT_POLICY, disclosure="none")], ids=["msds", "none"])
@pytest.mark.parametrize(("flagged", "whom"), [(False, "Nobody"), (True, "Everybody")])
def test_cannot_tell_where_the_cut_tells_no_women_apart(table, policy, flagged, whom):
    frame = table({"White": MANY, "Black": MANY}).with_columns(alert=pl.lit(flagged))
    (answer,) = [f for f in audit(frame, policy).findings if f.code == "FA003"]
    assert (answer.state, answer.sentence) == (
        "cannot tell",
        f"{whom} is flagged, so sensitivity compares nothing.",
    )


def test_all_events_found_is_not_everybody_flagged(answers):
    found = {"found": 300, "cleared": 8000, "false_alarms": 1000}
    assert [f.state for f in answers("FA003", {"White": found, "Black": found})] == ["passed"]


def test_a_finding_shows_its_p_value_and_the_same_adjusted(answers):
    """Beside the interval that it goes by: of Holm's, never smaller than the one unadjusted."""
    women = {"found": 60, "missed": 140, "cleared": 1800}
    groups = {"White": women, "Asian": women, "Black": {**women, "found": 20, "missed": 180}}
    (found,) = (f for f in answers("FA003", groups) if f.state == "finding")
    assert set(found.figures) == {"sensitivity", "everyone", "p, unadjusted", "p, adjusted (Holm)"}
    assert found.figures["p, adjusted (Holm)"] == "< 0.001"  # 10 in 100 against 30 in 100 of 400
