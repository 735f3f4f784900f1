"""Never scored, and why, as printed: reasons and the scored add up to a group, groups to everyone."""

from __future__ import annotations

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupNotScored
from fairness_audits.disclosure import RULES
from fairness_audits.levels import EVERYONE
from fairness_audits.reach_reasons import NotScoredRow, printed_not_scored

NOT_BOOKED, MOVED = "not booked by then", "care moved elsewhere"


def rows(counts: dict[str, tuple[int, int, int]], rule: str) -> dict[tuple[str, str], NotScoredRow]:
    """For each group: scored, not booked by then, moved elsewhere; a reason that no woman of it has is left out."""
    made = AuditContext(
        outcome="preterm_birth",
        prediction_point="weeks_20",
        never_scored=tuple(
            GroupNotScored(
                group=group,
                scored=scored,
                reasons={reason: n for reason, n in ((NOT_BOOKED, late), (MOVED, moved)) if n},
            )
            for group, (scored, late, moved) in counts.items()
        ),
    )
    assert AuditContext.from_json(made.to_json()) == made
    return {(row.reason, row.group): row for row in printed_not_scored(made, RULES[rule])}


def test_each_reason_has_its_share_of_all_pregnancies_of_the_group() -> None:
    printed = rows({"White": (900, 80, 20), "Black": (150, 50, 0)}, "none")
    assert printed[NOT_BOOKED, EVERYONE].pregnancies == 1200
    assert printed[NOT_BOOKED, EVERYONE].not_scored == 130
    assert printed[NOT_BOOKED, "Black"].share.value == 0.25  # 50 of 200
    assert printed[MOVED, "White"].share.value == 0.02  # 20 of 1,000
    assert printed[MOVED, "Black"].not_scored == 0


def test_counts_are_rounded_and_small_ones_disguised() -> None:
    printed = rows({"White": (903, 83, 21), "Black": (151, 3, 0)}, "msds")
    assert printed[NOT_BOOKED, "White"].not_scored == 85
    assert printed[NOT_BOOKED, "Black"].not_scored == 5  # 1 to 7 are shown as 5
    share = printed[NOT_BOOKED, "Black"].share
    assert share.low is not None
    assert share.low < 3 / 154 < (share.high or 0)


def test_a_hidden_count_comes_back_neither_from_its_groups_total_nor_from_its_reasons() -> None:
    printed = rows({"White": (900, 80, 20), "Asian": (300, 60, 40), "Black": (150, 2, 30)}, "mhsds")
    assert printed[NOT_BOOKED, "Black"].not_scored is None
    others = [printed[NOT_BOOKED, group].not_scored for group in (EVERYONE, "White", "Asian")]
    assert None in others


def test_a_context_that_counted_nobody_prints_nothing() -> None:
    empty = AuditContext(outcome="preterm_birth", prediction_point="booking")
    assert printed_not_scored(empty, RULES["msds"]) == ()
