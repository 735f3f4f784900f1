"""FA010: are the facts the model needs recorded less often for a group."""

from __future__ import annotations

from fairness_audits.context import AuditContext
from fairness_audits.context_rows import PredictorMissingness

GROUPS = {"White": {"found": 40, "missed": 60, "cleared": 900}, "Black": {"found": 20, "missed": 30, "cleared": 450}}


def _context(missing: int, of: int = 1000) -> AuditContext:
    rows = (
        PredictorMissingness(group="White", predictor="body_mass_index", pregnancies=5000, missing=100),
        PredictorMissingness(group="Black", predictor="body_mass_index", pregnancies=of, missing=missing),
    )
    return AuditContext(outcome="preterm_birth", prediction_point="booking", missingness=rows)


def test_fires_where_a_fact_is_missing_more_often(answers):
    found = answers("FA010", GROUPS, context=_context(200))
    assert next((f.state, f.group) for f in found) == ("finding", "Black")
    assert "body mass index" in found[0].sentence


def test_does_not_fire_where_it_is_missing_as_often(answers):
    assert [f.state for f in answers("FA010", GROUPS, context=_context(25))] == ["passed"]


def test_cannot_tell_on_few_women(answers):
    states = {f.state: f.sentence for f in answers("FA010", GROUPS, context=_context(2, of=20))}
    assert "Black" in states["cannot tell"]


def test_is_not_applicable_without_context(answers):
    assert [f.state for f in answers("FA010", GROUPS)] == ["not applicable"]
