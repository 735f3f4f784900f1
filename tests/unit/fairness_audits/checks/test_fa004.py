"""FA004: nobody made worse than by the unconstrained fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import FrontierPoint, GroupAgainstRowZero, GroupAgainstVersion
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.row_zero import events_to_see, status_against_row_zero

GROUPS = {"White": {"found": 40, "missed": 60, "cleared": 900}, "Black": {"found": 20, "missed": 30, "cleared": 450}}


def _context(**black: float) -> AuditContext:
    white = GroupAgainstRowZero(group="White", events=1000, found_by_row_zero=300, found_by_chosen=305)
    against = (white, GroupAgainstRowZero(group="Black", **black))
    return AuditContext(outcome="preterm_birth", prediction_point="booking", against_row_zero=against)


def test_fires_and_blocks_where_a_group_lost_more_than_the_limit(answers):
    context = _context(events=200, found_by_row_zero=60, found_by_chosen=50)
    found = answers("FA004", GROUPS, context=context)
    assert next((f.state, f.severity, f.group) for f in found) == ("finding", "blocking", "Black")


@pytest.mark.parametrize(("gained", "lost", "state"), [(2, 14, "finding"), (9, 14, "cannot tell")])
def test_the_same_loss_counts_or_not_by_whom_it_hit(answers, gained, lost, state):
    """Lost 14 of 300 and gained 2: the paired interval is -.065 to -.014. Gained 9: -.047 to +.015."""
    context = _context(events=300, found_by_row_zero=100, found_by_chosen=100 + gained - lost, gained=gained, lost=lost)
    assert answers("FA004", GROUPS, context=context)[0].state == state


def test_fires_where_net_benefit_was_lost(answers):
    context = _context(
        events=200, found_by_row_zero=60, found_by_chosen=60, net_benefit_row_zero=0.05, net_benefit_chosen=0.03
    )
    assert answers("FA004", GROUPS, context=context)[0].state == "finding"


def test_does_not_fire_on_a_loss_within_one_in_a_hundred(answers):
    context = _context(events=300, found_by_row_zero=90, found_by_chosen=87)
    assert [f.state for f in answers("FA004", GROUPS, context=context)] == ["passed"]


def test_the_judgement_uses_exact_counts_though_rounding_shows_a_loss(answers):
    """148 and 147 of 300 print as 150 and 145 under msds: a loss of five that never was."""
    context = _context(events=300, found_by_row_zero=148, found_by_chosen=147)
    found = answers("FA004", GROUPS, context=context, policy=replace(DEFAULT_POLICY))
    assert [f.state for f in found] == ["passed"]


@pytest.mark.parametrize("discordant", [{}, {"gained": 0, "lost": 1}, {"gained": 4, "lost": 5}])
def test_cannot_tell_where_few_events_could_be_chance(answers, discordant):
    context = _context(events=30, found_by_row_zero=10, found_by_chosen=9, **discordant)
    assert "cannot tell" in [f.state for f in answers("FA004", GROUPS, context=context)]


def test_a_sure_loss_fires_even_with_few_events(answers):
    """Of 60 women 20 are lost and none gained: the paired interval lies below -.01."""
    context = _context(events=60, found_by_row_zero=30, found_by_chosen=10, gained=0, lost=20)
    assert answers("FA004", GROUPS, context=context)[0].state == "finding"


def test_is_not_applicable_without_an_unconstrained_fit(answers):
    assert [f.state for f in answers("FA004", GROUPS)] == ["not applicable"]


def test_a_loss_of_women_too_few_to_print_is_said_without_their_number(answers):
    context = _context(events=30, found_by_row_zero=14, found_by_chosen=2, gained=0, lost=12)
    (found, *_) = answers("FA004", GROUPS, context=context, policy=DEFAULT_POLICY)
    assert (found.state, found.severity) == ("finding", "blocking")
    assert "does better for Black women" in found.sentence
    assert "an unknown number" not in found.sentence


def test_a_loss_that_chance_does_not_explain_blocks_whatever_net_benefit_says_on_few_events():
    """60 of 99 women lost and none gained: fewer than 100 events, and sure all the same."""
    row = GroupAgainstRowZero(
        group="Black",
        events=99,
        found_by_row_zero=70,
        found_by_chosen=10,
        gained=0,
        lost=60,
        net_benefit_row_zero=0.05,
        net_benefit_chosen=0.01,
    )
    assert status_against_row_zero(row, 0.01) == "worse"


def test_nothing_is_told_of_a_group_without_an_event():
    row = GroupAgainstRowZero(group="Black", events=0, found_by_row_zero=0, found_by_chosen=0, gained=0, lost=0)
    assert status_against_row_zero(row, 0.01) == "cannot tell"


def test_a_loss_of_one_in_a_hundred_is_seen_in_19_samples_of_20_from_299_events():
    """.99 ** 298 = .0500 and .99 ** 299 = .0495: in so many samples nobody is lost though 1 in 100 is."""
    assert events_to_see(0.01) == 299
    assert 0.99**299 <= 0.05 < 0.99**298
    assert events_to_see(0.05) == 59
    assert events_to_see(0.0) > 1e9


@pytest.mark.parametrize("events", [1, 5, 12, 20, 35, 60, 298])
@pytest.mark.parametrize("pairs", [{}, {"gained": 0, "lost": 0}, {"gained": 1, "lost": 1}])
def test_no_loss_among_few_women_is_not_passed(answers, events, pairs):
    found = max(1, events // 3)
    context = _context(events=events, found_by_row_zero=found, found_by_chosen=found, **pairs)
    states = {f.state: f for f in answers("FA004", GROUPS, context=context)}
    assert "Black" in states["cannot tell"].sentence
    assert "Black" not in states["passed"].sentence


def test_no_loss_among_enough_women_is_passed(answers):
    context = _context(events=299, found_by_row_zero=100, found_by_chosen=100, gained=3, lost=3)
    assert [f.state for f in answers("FA004", GROUPS, context=context)] == ["passed"]


@pytest.mark.parametrize(("gained", "state"), [(12, "no worse"), (2, "cannot tell")])
def test_a_sure_gain_is_no_worse_on_few_events(gained, state):
    """12 of 40 gained and none lost: .286 +- .143. Two gained: .048 +- .078, which holds 0."""
    row = GroupAgainstRowZero(
        group="Black", events=40, found_by_row_zero=10, found_by_chosen=10 + gained, gained=gained, lost=0
    )
    assert status_against_row_zero(row, 0.01) == state


@pytest.mark.parametrize(("tolerance", "state"), [(None, "passed"), (0.05, "cannot tell")])
def test_nobody_can_lose_by_row_zero_itself_however_few_they_are(answers, tolerance, state):
    few = GroupAgainstRowZero(group="Black", events=12, found_by_row_zero=4, found_by_chosen=4, gained=0, lost=0)
    context = AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        against_row_zero=(few,),
        frontier=(FrontierPoint(label="the one used", tolerance=tolerance, chosen=True),),
    )
    assert [f.state for f in answers("FA004", GROUPS, context=context)] == [state]


def _updated(state: str, *, is_of_ratio: bool = True) -> AuditContext:
    white = GroupAgainstVersion(group="White", events=100, state="passed", moved=-0.4, is_of_ratio=False)
    black = GroupAgainstVersion(group="Black", events=50, state=state, moved=-0.4, is_of_ratio=is_of_ratio)
    return AuditContext(outcome="preterm_birth", prediction_point="booking", against_version=(white, black))


@pytest.mark.parametrize(("is_of_ratio", "said"), [(True, "lowered the risk"), (False, "log loss surely rose")])
def test_an_update_that_made_a_groups_risks_worse_blocks(answers, is_of_ratio, said):
    found = answers("FA004", GROUPS, context=_updated("finding", is_of_ratio=is_of_ratio))
    assert [(f.state, f.severity, f.group) for f in found][:1] == [("finding", "blocking", "Black")]
    assert said in found[0].sentence
    assert "how the outcome is recorded" in found[0].next_step
    assert [f.state for f in found[1:]] == ["passed"]


def test_of_a_group_with_too_few_events_what_an_update_did_cannot_be_told(answers):
    assert {f.state for f in answers("FA004", GROUPS, context=_updated("cannot tell"))} == {"cannot tell", "passed"}


def test_what_an_update_did_is_read_back_as_it_was_written():
    context = _updated("finding")
    assert AuditContext.from_json(context.to_json()) == context
