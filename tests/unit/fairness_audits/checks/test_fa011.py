"""FA011: predictors that stand in for ethnicity."""

from __future__ import annotations

import pytest

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupProxy

GROUPS = {"White": {"found": 40, "missed": 60, "cleared": 900}}


def _context(auroc: float, **sizes: int) -> AuditContext:
    proxies = (GroupProxy(group="Asian", auroc=auroc, **sizes),)
    return AuditContext(outcome="preterm_birth", prediction_point="booking", proxies=proxies)


def test_fires_where_the_predictors_single_a_group_out(answers):
    (found,) = answers("FA011", GROUPS, context=_context(0.86, women=1000, others=9000))
    assert (found.state, found.group) == ("finding", "Asian")
    # Hanley and McNeil: Q1 = .86/1.14, Q2 = 2(.86^2)/1.86; standard error .0076; on the logit scale .844 to .874.
    assert "AUROC 0.860 (0.844 to 0.874)" in found.sentence


def test_does_not_fire_below_the_limit(answers):
    (found,) = answers("FA011", GROUPS, context=_context(0.65, women=1000, others=9000))
    assert found.state == "passed"


@pytest.mark.parametrize("auroc", [0.78, 0.82])
def test_cannot_tell_on_few_women(answers, auroc):
    (found,) = answers("FA011", GROUPS, context=_context(auroc, women=50, others=9000))
    assert found.state == "cannot tell"
    assert "Asian" in found.sentence


def test_an_auroc_without_numbers_is_judged_as_it_stands(answers):
    assert [f.state for f in answers("FA011", GROUPS, context=_context(0.81))] == ["finding"]
    assert [f.state for f in answers("FA011", GROUPS, context=_context(0.79))] == ["passed"]


def test_is_not_applicable_without_context(answers):
    assert [f.state for f in answers("FA011", GROUPS)] == ["not applicable"]


def test_context_of_another_version_is_not_used(answers):
    other = AuditContext(
        outcome="preterm_birth",
        prediction_point="booking",
        model_version="9",
        proxies=(GroupProxy(group="a", auroc=1),),
    )
    assert [f.state for f in answers("FA011", GROUPS, context=other)] == ["not applicable"]
