"""A fitted model on the births held out: its predictions, what an audit needs beside them, the audit, and the model as
only the holdout can complete it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from fairness_audits.audit import audit
from fairness_audits.context import AuditContext
from fairness_audits.context_rows import GroupAgainstVersion
from fairness_audits.disclosure import RULES
from fairness_audits.kept_audits import newest_content
from fairness_audits.policy import AuditPolicy
from fairness_audits.report import AuditReport
from models.design import ModelDesign
from models.home import Home
from models.risk_model import RiskModel
from training.audit_context import audit_context
from training.cross_fit import cross_fit
from training.ethnicity_options import ethnicity_options
from training.fitting import FittedModel
from training.holdout import holdout_predictions, shown_with_a_risk
from training.prepared import Prepared

__all__ = ["Judged", "as_judged", "judge", "notes_on"]

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """``predictions`` are lazy: every scorer repeats what is known of every woman."""

    predictions: pl.LazyFrame
    context: AuditContext
    report: AuditReport
    model: RiskModel


def judge(
    ready: Prepared,
    design: ModelDesign,
    fitted: FittedModel,
    home: Home,
    policy: AuditPolicy,
    *,
    notes: Sequence[str],
    cross_fitted: bool,
    say: Say,
    against_version: Sequence[GroupAgainstVersion] = (),
) -> Judged:
    """``notes`` are sentences on the fit and its births for whoever reads the audit; ``against_version`` compares it
    with the version that it takes the place of."""
    cohort, holdout, label = ready.cohort, ready.holdout, fitted.model.label
    risk = fitted.risk_of(holdout)
    predictions = holdout_predictions(fitted.model, cohort, holdout, risk, model_version=label)
    options = ethnicity_options(design, cohort, fitted, ready.training, holdout)
    seconds = sum(row.seconds for row in fitted.classifier.frontier_)
    crossed = cross_fit(design, cohort, ready.training, asked=cross_fitted, seconds_a_fit=seconds, say=say)
    context = audit_context(
        cohort, fitted, holdout, model_version=label, notes=notes, options=options, cross_fitted=crossed
    )
    context = replace(context, against_version=tuple(against_version))
    report = audit(predictions, policy, context, newest_content(home.audits, design.outcome, design.prediction_point))
    say(f"audited {holdout.height:,} held-out births: blocking findings: {', '.join(report.blocking) or 'none'}")
    model = as_judged(shown_with_a_risk(fitted.model, holdout, risk), report)
    return Judged(predictions=predictions, context=context, report=report, model=model)


def as_judged(model: RiskModel, report: AuditReport) -> RiskModel:
    """The model with the groups to whom it shows no percentage, by the audit of it."""
    (section, *_) = report.models
    return replace(
        model, list_only_groups=report.groups_without_percentage(section), not_judged=report.not_judged(section)
    )


def notes_on(ready: Prepared, policy: AuditPolicy, looks: str, on_the_fit: Sequence[str]) -> tuple[str, ...]:
    """Sentences for the audit and the card, each count as the policy's disclosure rule prints it."""
    printed, records = RULES[policy.disclosure].count, ready.cohort.records
    return (
        ready.cohort.denominator.told(printed),
        ready.split.description,
        looks,
        *ready.absences,
        *records.notes,
        *records.doubts_told(printed),
        *ready.warnings,
        *on_the_fit,
        *ready.diagnosis.remarks,
    )
