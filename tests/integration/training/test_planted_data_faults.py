"""Faults of data planted in women whom a fitted model scores: from rows, through the audit, to the check that says so.

FA015 (other women than the model was made for), FA016 (data not fit to publish) and FA018 (missed where facts are
missing). Each is silent on the same women as they came.
"""

from __future__ import annotations

import datetime
from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.context import AuditContext
from fairness_audits.findings import Finding
from fairness_audits.policy import DEFAULT_POLICY
from records.sources.simulated import simulate
from training.cohort import Cohort, assemble
from training.design_choice import RetrainRequest
from training.holdout import predict_holdout
from training.missing_facts import by_missing_facts
from training.retrain import Retrained

ON = datetime.date(2026, 1, 31)


@pytest.fixture
def retrained(twice) -> Retrained:
    return twice.first


@pytest.fixture
def context(retrained: Retrained) -> AuditContext:
    return retrained.report.contexts[0]


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    """Enough other women of the same maternity service to tell those with all recorded from those with nothing."""
    request = RetrainRequest(outcome="preterm_birth")
    return assemble(request.outcome, request.point, simulate(40_000, seed=12, scenario="england").records)


@pytest.fixture
def said(retrained: Retrained, cohort: Cohort):
    """What one check says of women, scored anew by the model, under the policy as shipped."""

    def of(code: str, women: pl.DataFrame, context: AuditContext, **columns: str) -> list[Finding]:
        scored = predict_holdout(retrained.model, cohort, women, model_version=context.model_version)
        scored = scored.with_columns(**{name: pl.lit(value) for name, value in columns.items()})
        report = audit(scored, DEFAULT_POLICY, context, as_of=ON)
        return [found for found in report.findings if found.code == code and found.section.scored_by == "model"]

    return of


def _thin(retrained: Retrained, women: pl.DataFrame) -> pl.DataFrame:
    """Every second woman, whatever became of her, has nothing recorded of what the model reads."""
    facts = retrained.model.encoding.concepts
    is_thin = pl.int_range(pl.len()) % 2 == 0
    return women.with_columns(pl.when(is_thin).then(None).otherwise(pl.col(facts)).name.keep())


def test_records_made_thin_are_found_where_they_make_the_model_miss_women(retrained, cohort, context, said):
    women = _thin(retrained, cohort.frame)
    counted = by_missing_facts(retrained.model, women, retrained.model.predict(women))
    found = [f for f in said("FA018", women, replace(context, missing_facts=counted)) if f.state == "finding"]
    assert "three or more not recorded" in found[0].sentence
    assert found[0].severity == "major"


def test_records_as_they_came_are_not_found_thin(retrained, cohort, context, said):
    women = cohort.frame
    counted = by_missing_facts(retrained.model, women, retrained.model.predict(women))
    states = {f.state for f in said("FA018", women, replace(context, missing_facts=counted))}
    assert states
    assert "finding" not in states


def test_outcomes_taken_from_one_group_close_its_gate_and_no_other(cohort, context, said):
    """45 of 100 Asian women's outcomes are lost: 55 are known, and the gate asks for 70."""
    is_lost = (pl.col("ethnic_group") == "Asian") & (pl.int_range(pl.len()).over("ethnic_group") % 20 < 9)
    women = cohort.frame.with_columns(observed=pl.when(is_lost).then(None).otherwise("observed"))
    found = [f for f in said("FA016", women, context) if f.state == "finding"]
    assert [f.group for f in found] == ["Asian"]
    assert "the outcome is known for 55 of 100, and at least 70 are asked for" in found[0].sentence


def test_data_as_they_came_close_no_gate(cohort, context, said):
    assert "finding" not in {f.state for f in said("FA016", cohort.frame, context)}


def test_women_coded_another_way_are_not_those_it_was_made_for(cohort, context, said):
    (found,) = said("FA015", cohort.frame, context, group_scheme="us_omb")
    assert found.state == "finding"
    assert f"coded as {context.group_scheme} where the model was made, and as us_omb here" in found.sentence


def test_the_women_it_was_made_for_pass(cohort, context, said):
    assert [f.state for f in said("FA015", cohort.frame, context)] == ["passed"]
