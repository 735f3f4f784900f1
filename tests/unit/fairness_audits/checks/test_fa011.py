"""FA011: predictors that stand in for ethnicity."""

from __future__ import annotations

from fairness_audits.context import AuditContext, GroupProxy

GROUPS = {"White": {"found": 40, "missed": 60, "cleared": 900}}


def _context(auroc: float) -> AuditContext:
    proxies = (GroupProxy(group="Asian", auroc=auroc),)
    return AuditContext(outcome="preterm_birth", prediction_point="booking", proxies=proxies)


def test_fires_where_the_predictors_single_a_group_out(answers):
    (found,) = answers("FA011", GROUPS, context=_context(0.86))
    assert (found.state, found.group) == ("finding", "Asian")
    assert "AUROC 0.86" in found.sentence


def test_does_not_fire_below_the_limit(answers):
    assert [f.state for f in answers("FA011", GROUPS, context=_context(0.65))] == ["passed"]


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
