"""External validation: a registered version on births of another file, as it is and under each update."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fairness_audits.audit import audit
from fairness_audits.context import AuditContext
from fairness_audits.disclosure import RULES
from fairness_audits.policy import AuditPolicy
from models.home import Home
from models.outcomes import outcome
from models.risk_model import RiskModel
from records.records import Records
from training.cohort import definition_in
from training.missing_facts import by_missing_facts
from training.validation.cross_fitting import CrossFitted, cross_fit
from training.validation.external_report import EXTERNAL, ExternalValidation
from training.validation.judging import JudgedScorer, judge, scored_at, table_of, threshold_of
from training.validation.new_births import NewBirths, changes_told
from training.validation.openings import holdout_of
from training.validation.plan import Plan, analysis
from training.validation.recalibration import (
    IN_THE_LARGE,
    NONE,
    REFIT,
    SLOPE,
    UPDATES,
    UnusableRecalibration,
    log_likelihood,
    log_odds_of,
)
from training.validation.standing import open_holdout
from training.validation.sufficient_update import (
    CLOSED_TEST,
    SufficientUpdate,
    gain_by_woman,
    harming_nobody,
    sufficient_update,
)

__all__ = ["EXTERNAL", "ExternalValidation", "planned_external", "validate_elsewhere"]

Say = Callable[[str], None]


def planned_external(model: RiskModel, records: Records, policy: AuditPolicy) -> Plan:
    """What would be judged; made from digests and definitions, without a look at any birth."""
    design = model.design
    definition_in(outcome(design.outcome), records, design.definition)
    return analysis(
        kind=EXTERNAL,
        design=design,
        records=records,
        policy=policy,
        decision_rule=CLOSED_TEST,
        model_digest=model.digest,
    )


def validate_elsewhere(
    births: NewBirths,
    home: Home,
    policy: AuditPolicy,
    *,
    title: str,
    warnings: tuple[str, ...] = (),
    plan: Plan | None = None,
    by: str = "",
    say: Say = lambda _: None,
) -> ExternalValidation:
    """Judges the version on ``births`` as it is and under every update. Nothing is registered.

    Raises `NotAsPlanned` before any outcome is told where ``plan`` is another analysis.
    """
    model, cohort = births.model, births.cohort
    rule = RULES[policy.disclosure]
    if plan is not None:
        plan.refuse_other(planned_external(model, cohort.records, policy))
    standing = open_holdout(
        home,
        plan,
        by=by,
        what=f"external validation of {title}",
        holdout=holdout_of(data_digest=cohort.records.data_digest, design=model.design, is_split=False),
        design_digest=model.design.digest,
    )
    table = table_of(model, cohort, births.frame)
    report = audit(table, policy, _context(births))
    say(f"audited {births.frame.height:,} births: blocking findings: {', '.join(report.blocking) or 'none'}")
    crossed = cross_fit(births, say=say)
    offers = model.offer_policy
    scored = {n: scored_at(crossed.risks[n], offers, births.frame) for n in UPDATES if n in crossed.risks}
    judged = _ranked_as_it_is(judge(table, scored, policy, threshold=threshold_of(offers)))
    sufficient, why_not = _sufficient(births, crossed, policy)
    return ExternalValidation(
        title=title,
        births=cohort.records.description,
        denominator=cohort.denominator.told(rule.count),
        remarks=(*births.remarks, *cohort.records.notes, *cohort.records.doubts_told(rule.count)),
        warnings=warnings,
        standing=standing,
        judged=judged,
        crossed=crossed,
        sufficient=sufficient,
        why_not=why_not,
        report=report,
        threshold=threshold_of(offers),
        is_simulated=cohort.records.is_simulated or model.intended_population.is_simulated,
        model_digest=model.digest,
        data_digest=cohort.records.data_digest,
    )


def _ranked_as_it_is(judged: tuple[JudgedScorer, ...]) -> tuple[JudgedScorer, ...]:
    """One map keeps the order of women; maps of several folds, side by side, do not, and would show as a loss."""
    area = judged[0].everyone["auroc"]
    return tuple(
        replace(one, everyone=replace(one.everyone, figures={**one.everyone.figures, "auroc": area}))
        if one.name in (IN_THE_LARGE, SLOPE)
        else one
        for one in judged
    )


def _context(births: NewBirths) -> AuditContext:
    """What the audit cannot read from the predictions: whom the version was made for, and what was missing here."""
    model, cohort = births.model, births.cohort
    made_for = model.intended_population
    return AuditContext(
        outcome=model.design.outcome,
        prediction_point=model.design.prediction_point,
        model_version=model.label,
        source=model.design.source,
        data_description=cohort.records.description,
        intended_population=made_for.description,
        group_scheme=made_for.group_scheme,
        outcome_definition=str(model.design.outcome_definition),
        is_simulated=made_for.is_simulated,
        predictors=model.design.predictors,
        notes=births.remarks,
        missing_facts=by_missing_facts(model, births.frame, births.risk),
        rules=tuple(one.description for one in cohort.rules),
    )


def _sufficient(births: NewBirths, crossed: CrossFitted, policy: AuditPolicy) -> tuple[SufficientUpdate | None, str]:
    known = births.is_known
    observed = births.observed[known]
    try:
        gain = None
        log_odds = {name: log_odds_of(risk[known]) for name, risk in crossed.risks.items()}
        if {REFIT, SLOPE} <= log_odds.keys():
            by_birth = {name: log_likelihood(log_odds[name], observed) for name in (REFIT, SLOPE)}
            gain = gain_by_woman(by_birth[REFIT] - by_birth[SLOPE], births.women.rank("dense").to_numpy()[known])
        found = sufficient_update(log_odds[NONE], observed, gain)
        return harming_nobody(found, lambda name: changes_told(births, crossed.risks[name], policy)), ""
    except UnusableRecalibration as refusal:
        return None, str(refusal)
