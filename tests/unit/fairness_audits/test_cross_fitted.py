"""Cross-fitted figures as printed: the same disclosure rule, gates of size, and limits as any figure of an audit."""

from __future__ import annotations

import math

import pytest

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import CrossFittedGroup
from fairness_audits.cross_fitted import printed_cross_fitted
from fairness_audits.disclosure import RULES
from fairness_audits.intervals import wilson


def folded(group: str, events: int, found: int, women: int = 2_000, **changes: float) -> CrossFittedGroup:
    given = {"expected": float(events), "auroc": 0.64, "event_spread": 0.08, "other_spread": 0.07} | changes
    return CrossFittedGroup(group=group, folds=5, women=women, ascertained=women, events=events, found=found, **given)


def context(*groups: CrossFittedGroup) -> AuditContext:
    everyone = folded(
        "Everyone", sum(g.events for g in groups), sum(g.found for g in groups), sum(g.women for g in groups)
    )
    return AuditContext(outcome="preterm_birth", prediction_point="booking", cross_fitted=(everyone, *groups))


def test_figures_are_made_of_the_counts_and_the_design_widens_them() -> None:
    made = context(folded("White", 200, 50), folded("Black", 100, 20, sensitivity_design=4.0, auroc_design=4.0))
    everyone, white, black = printed_cross_fitted(made, RULES["none"], 50)
    assert (everyone.events, everyone.found) == (300, 70)
    limits = wilson(50, 200)
    assert (white.sensitivity.low, white.sensitivity.high) == (round(limits.low, 3), round(limits.high, 3))
    wide = wilson(20 / 4, 100 / 4)
    assert (black.sensitivity.value, black.sensitivity.low) == (0.2, round(wide.low, 3))
    assert white.observed_to_expected.value == 1.0
    # On the logit scale: 1.96 standard errors, by DeLong's variance of both spreads.
    error = math.sqrt(0.08 / 199 + 0.07 / 1799) / (0.64 * 0.36)
    assert white.auroc.low == pytest.approx(1 / (1 + math.exp(-(math.log(0.64 / 0.36) - 1.96 * error))), abs=0.001)


def test_below_the_policys_events_it_cannot_be_told() -> None:
    rows = printed_cross_fitted(context(folded("White", 200, 50), folded("Asian", 40, 9)), RULES["none"], 50)
    assert [row.status for row in rows] == ["shown", "shown", "cannot tell"]


@pytest.mark.parametrize("rule", ["msds", "mhsds"])
def test_few_events_are_hidden_and_do_not_come_back(rule: str) -> None:
    rows = printed_cross_fitted(
        context(folded("White", 203, 50), folded("Black", 97, 20), folded("Other", 3, 1, 60)), RULES[rule], 50
    )
    other = next(row for row in rows if row.group == "Other")
    assert other.events in (None, 5)
    for figure in (other.sensitivity, other.observed_to_expected, other.auroc):
        assert figure.is_hidden
    if other.events is None:
        # Everyone's less the others' may not give it back.
        assert any(row.events is None for row in rows if row.group in ("White", "Black", "Everyone"))


def test_a_group_without_events_has_no_figure_to_tell() -> None:
    row = printed_cross_fitted(
        context(
            folded("White", 200, 50),
            CrossFittedGroup(group="Other", folds=5, women=200, ascertained=200, events=0, found=0, expected=3.0),
        ),
        RULES["none"],
        50,
    )[-1]
    assert row.auroc.is_undefined
    assert row.sensitivity.is_undefined


def test_nothing_is_printed_where_nothing_was_given_and_contexts_survive_being_kept() -> None:
    empty = AuditContext(outcome="preterm_birth", prediction_point="booking")
    assert printed_cross_fitted(empty, RULES["msds"], 50) == ()
    made = context(folded("White", 200, 50))
    assert AuditContext.from_json(made.to_json()).cross_fitted == made.cross_fitted
