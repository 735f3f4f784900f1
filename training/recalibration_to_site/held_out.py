"""The updated version on the births held out: its audit, and its figures beside those of the version as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fairness_audits.audit import audit
from fairness_audits.context_rows import GroupAgainstVersion
from fairness_audits.kept_audits import newest_content
from fairness_audits.policy import AuditPolicy
from models.home import Home
from models.risk_model import RiskModel
from training.audit_context import context_of
from training.diagnosis import Diagnosis, sample_size_needed
from training.holdout import holdout_predictions, shown_with_a_risk
from training.judged import Judged, as_judged
from training.recalibration_to_site.local_births import LocalBirths
from training.validation.harm_by_group import against_version
from training.validation.judging import OF_EVERYONE, JudgedScorer, judge, scored_at, table_of
from training.validation.new_births import changes_told
from training.version import Version

__all__ = [
    "AS_IT_IS_NOW",
    "AS_IT_WAS",
    "COMPARED",
    "against_the_version",
    "before_and_after",
    "diagnosis_here",
    "judge_held_out",
]

AS_IT_WAS, AS_IT_IS_NOW = "as it was", "as it is now"
# Each is flagged from its own threshold on, at which net benefit weighs a woman flagged in vain: that of one cannot be
# set beside that of the other.
COMPARED = tuple(name for name in OF_EVERYONE if name != "net_benefit")
ADEQUATE = "adequate"


def before_and_after(local: LocalBirths, model: RiskModel, policy: AuditPolicy) -> tuple[JudgedScorer, ...]:
    """Each flagged by its own offer policy; to be set side by side in the figures of `COMPARED`."""
    births, before = local.held_out, local.births.model
    table = table_of(model, births.cohort, births.frame)
    risks = {AS_IT_WAS: (before, births.risk), AS_IT_IS_NOW: (model, model.predict(births.frame))}
    scored = {name: scored_at(risk, one.offer_policy, births.frame) for name, (one, risk) in risks.items()}
    return judge(table, scored, policy)


def against_the_version(local: LocalBirths, model: RiskModel, policy: AuditPolicy) -> tuple[GroupAgainstVersion, ...]:
    """Each stated ethnic group of the births held out: does ``model`` tell them worse risks than the version did."""
    return against_version(changes_told(local.held_out, model.predict(local.held_out.frame), policy))


def judge_held_out(
    model: RiskModel,
    local: LocalBirths,
    home: Home,
    policy: AuditPolicy,
    *,
    told: str,
    notes: Sequence[str],
    against: Sequence[GroupAgainstVersion],
) -> Judged:
    """``told`` says what was done to the version, ``notes`` are sentences for whoever reads the audit or the card."""
    births, cohort = local.held_out, local.births.cohort
    risk = model.predict(births.frame)
    predictions = holdout_predictions(model, cohort, births.frame, risk, model_version=model.label)
    context = context_of(model, cohort, births.frame, risk, model_version=model.label, constraint=told, notes=notes)
    context = replace(context, against_version=tuple(against))
    design = model.design
    report = audit(predictions, policy, context, newest_content(home.audits, design.outcome, design.prediction_point))
    shown = as_judged(shown_with_a_risk(model, births.frame, risk), report)
    return Judged(predictions=predictions, context=context, report=report, model=shown)


def diagnosis_here(version: Version, local: LocalBirths, parameters: int) -> Diagnosis:
    """Of births from which ``parameters`` numbers are learnt. What the version was too little for it stays."""
    learning = local.learning
    known = learning.observed[learning.is_known]
    rate = float(known.mean())
    size = sample_size_needed(rate, parameters, known.size)
    remarks = []
    if version.tags.status != ADEQUATE:
        remarks.append(f"{version.tags.status.capitalize()}, as {version} is: its trees are what they were.")
    if not size.is_enough:
        remarks.append(
            f"Development only: {size.available:,} births to learn {parameters} numbers from, and the criteria of "
            f"Riley et al. 2020 ask for {size.needed:,}."
        )
    status = version.tags.status if size.is_enough else "development only"
    return Diagnosis(rate=rate, events=int(known.sum()), sample_size=size, status=status, remarks=tuple(remarks))
