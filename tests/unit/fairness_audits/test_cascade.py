"""Offered, accepted, received as printed: shares of those recorded, and no small count by subtraction."""

from __future__ import annotations

import json

import pytest

from fairness_audits.cascade import STEPS, printed_cascade, step_words
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupStep
from fairness_audits.disclosure import RULES
from fairness_audits.levels import EVERYONE


def context(counts: dict[str, tuple[tuple[int, int, int], ...]]) -> AuditContext:
    """For each group, of each step: women, recorded, yes."""
    return AuditContext(
        outcome="gestational_diabetes",
        prediction_point="booking",
        cascade=tuple(
            GroupStep(group=group, step=step, women=women, recorded=recorded, yes=yes)
            for group, steps in counts.items()
            for step, (women, recorded, yes) in zip(STEPS, steps, strict=True)
        ),
    )


MADE = context(
    {
        "White": ((1000, 800, 600), (600, 500, 450), (450, 450, 430)),
        "Black": ((200, 150, 120), (120, 100, 60), (60, 60, 50)),
    }
)


def test_a_share_is_of_those_of_whom_it_is_recorded_and_everyone_is_the_sum() -> None:
    rows = {(row.step, row.group): row for row in printed_cascade(MADE, RULES["none"])}
    everyone = rows["offered", EVERYONE]
    assert (everyone.women, everyone.recorded, everyone.yes) == (1200, 950, 720)
    assert everyone.share.value == round(720 / 950, 3)
    assert rows["accepted", "Black"].share.value == 0.6  # 60 of 100, not of the 120 offered
    low, high = rows["accepted", "Black"].share.low, rows["accepted", "Black"].share.high
    # Wilson limits of 60 of 100, worked out by hand: (0.6 + z²/200 ± z·sqrt(0.24/100 + z²/40000)) / (1 + z²/100).
    assert low == pytest.approx(0.502, abs=0.001)
    assert high == pytest.approx(0.691, abs=0.001)
    assert [row.step for row in printed_cascade(MADE, RULES["none"])][::3] == list(STEPS)


def test_it_is_said_of_each_step_which_groups_differ_beyond_chance() -> None:
    """Of 150 Black women 120 were offered it and of 800 White 600: 80 and 75 of 100, whose intervals meet. Of 100
    Black women 60 accepted and of 500 White 450. Of 60 and 450 received 50 and 430: 83 (72 to 91), 96 (93 to 97)."""
    assert step_words(printed_cascade(MADE, RULES["none"])) == (
        "Accepted least often: Black women, 60 (50 to 69) of 100 who were offered it; most often: "
        "White women, 90 (87 to 92) of 100 who were offered it.",
        "Received least often: Black women, 83 (72 to 91) of 100 who accepted it; most often: "
        "White women, 96 (93 to 97) of 100 who accepted it.",
    )


def test_only_steps_that_are_recorded_are_printed() -> None:
    received = AuditContext(
        outcome="gestational_diabetes",
        prediction_point="booking",
        cascade=(GroupStep(group="White", step="received", women=300, recorded=300, yes=200),),
    )
    rows = printed_cascade(received, RULES["none"])
    assert [(row.step, row.group, row.women, row.yes) for row in rows] == [
        ("received", EVERYONE, 300, 200),
        ("received", "White", 300, 200),
    ]
    assert step_words(rows) == ()


def test_under_a_rule_that_hides_a_small_count_does_not_stand_alone_beside_its_total() -> None:
    made = context(
        {
            "White": ((900, 800, 600), (600, 500, 450), (450, 450, 400)),
            "Asian": ((400, 300, 250), (250, 200, 150), (150, 150, 120)),
            "Black": ((60, 40, 3), (3, 3, 2), (2, 2, 1)),
        }
    )
    rows = {(row.step, row.group): row for row in printed_cascade(made, RULES["mhsds"])}
    for step in STEPS:
        yes = [rows[step, group].yes for group in ("White", "Asian", "Black")]
        assert yes[2] is None
        assert rows[step, EVERYONE].yes is None or yes.count(None) > 1
    assert rows["offered", "Black"].share.value is None


def test_a_context_without_offers_prints_none_and_one_of_before_still_reads() -> None:
    empty = AuditContext(outcome="preterm_birth", prediction_point="booking")
    assert printed_cascade(empty, RULES["msds"]) == ()
    plain = json.loads(empty.to_json())
    del plain["cascade"], plain["never_scored"]
    assert AuditContext.from_json(json.dumps(plain)) == empty
    assert AuditContext.from_json(MADE.to_json()) == MADE
