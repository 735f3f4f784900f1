"""`retrain`: from records of births to an audited, registered risk model, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from fairness_audits.audit import audit
from fairness_audits.disclosure import RULES
from fairness_audits.kept_audits import newest_content
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy
from fairness_audits.report import AuditReport
from models.home import Home, Settings
from models.release import TUNING_ARTIFACT
from models.risk_model import RiskModel
from models.site_rules import NO_SITE_RULES, SiteRules
from records.records import Records
from training.audit_context import audit_context
from training.cohort import OBSERVED, Cohort, assemble
from training.cross_fit import cross_fit
from training.design_choice import RetrainRequest, design_for, warnings_of
from training.diagnosis import Diagnosis, after_evaluation, diagnose
from training.ethnicity_options import ethnicity_options
from training.fair_boost.plain_fit import PlainFit
from training.fitting import fit
from training.holdout import holdout_predictions, record_ids_of_events, shown_with_a_risk
from training.publication import publish
from training.registry import Registry
from training.split import Split, hold_out
from training.tuning.asked import Tuning
from training.tuning.held_out_gain import sentences_on
from training.tuning.tune import tune
from training.tuning.tuned import Tuned
from training.validation.openings import holdout_of
from training.validation.standing import open_holdout
from training.version import Version

__all__ = ["Retrained", "retrain"]

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Retrained:
    """What a retrain leaves behind, and where."""

    version: Version
    model: RiskModel
    report: AuditReport
    audit_folder: Path
    review_list: Path | None
    cohort: Cohort
    split: Split
    diagnosis: Diagnosis
    tuned: Tuned | None = None
    on_tuning: tuple[str, ...] = ()


def retrain(
    request: RetrainRequest,
    records: Records,
    home: Home,
    settings: Settings,
    *,
    policy: AuditPolicy = DEFAULT_POLICY,
    site_rules: SiteRules = NO_SITE_RULES,
    say: Say = lambda _: None,
    pdf: bool = False,
    plain_fit: PlainFit | None = None,
    tuning: Tuning | None = None,
) -> Retrained:
    """Registers a new version as challenger, whatever its audit finds; promoting it is a person's decision.

    With ``tuning`` the booster's settings are searched for first, on the training births alone. Raises an
    `EquipartumError` before anything is fitted if the outcome is not in the files or nothing can be learnt.
    """
    cohort = assemble(request.outcome, request.point, records, site_rules=site_rules)
    design = design_for(request, cohort)
    say(f"{design.registered_name} by '{cohort.definition}': {cohort.denominator}")
    split = hold_out(cohort.frame, fraction=design.holdout_fraction, seed=design.seed)
    split, together = split.together(cohort.frame)
    cohort = replace(cohort, frame=together)
    training, holdout = split.training(cohort.frame), split.holdout(cohort.frame)
    diagnosis = diagnose(cohort, training)
    fitted_on = training[OBSERVED].count()
    say(f"{fitted_on:,} births with a known outcome to fit on, {holdout.height:,} held out ({split.description})")
    absences = split.absences(cohort.frame)
    for absence in absences:
        say(absence)
    warnings = warnings_of(design)
    for warning in warnings:
        say(warning)

    registry = Registry(home, settings)
    with registry.run(design.registered_name) as run:
        tuned = None if tuning is None else tune(tuning, design, cohort.records.data_digest, training, home, say)
        if tuned is not None:
            run.log_parameters(tuned.parameters)
            run.log_text(tuned.to_csv(), TUNING_ARTIFACT)
            design = tuned.design
        fitted = fit(design, cohort, training, plain_fit=plain_fit)
        say(f"fitted {fitted.classifier.constraint}; chosen: {fitted.classifier.chosen_}")
        printed = RULES[policy.disclosure].count
        denominator, doubts = cohort.denominator.told(printed), records.doubts_told(printed)
        opened = open_holdout(
            home,
            None,
            by="",
            what=f"retrain of {design.registered_name}",
            holdout=holdout_of(data_digest=records.data_digest, design=design, is_split=True),
            design_digest=design.digest,
        )
        looks = f"the held-out births: {opened.told}"
        say(looks)
        elsewhere = () if plain_fit is None else (plain_fit.note,)
        on_tuning = sentences_on(tuned, fitted.model, cohort, training, holdout)
        told = (*records.notes, *doubts, *warnings, *elsewhere, *on_tuning, *diagnosis.remarks)
        notes = (denominator, split.description, looks, *absences, *told)
        label = fitted.model.label
        risk = fitted.risk_of(holdout)
        predictions = holdout_predictions(fitted.model, cohort, holdout, risk, model_version=label)
        options = ethnicity_options(design, cohort, fitted, training, holdout)
        seconds = sum(row.seconds for row in fitted.classifier.frontier_)
        crossed = cross_fit(design, cohort, training, asked=request.cross_fit, seconds_a_fit=seconds, say=say)
        context = audit_context(
            design, cohort, fitted, holdout, model_version=label, notes=notes, options=options, cross_fitted=crossed
        )
        before = newest_content(home.audits, design.outcome, design.prediction_point)
        report = audit(predictions, policy, context, before)
        say(f"audited {holdout.height:,} held-out births: blocking findings: {', '.join(report.blocking) or 'none'}")
        diagnosis = after_evaluation(diagnosis, cohort.outcome, report.group(report.models[0])["auroc"])
        model = _completed(fitted.model, holdout, risk, report)
        record_ids = record_ids_of_events(cohort, holdout)
        filed = publish(
            run, registry, home, design, model, fitted, diagnosis, predictions, context, report, record_ids, pdf=pdf
        )
    say(f"registered {filed.version.name} version {filed.version.version} as challenger")
    return Retrained(
        version=filed.version,
        model=model,
        report=filed.report,
        audit_folder=filed.folder,
        review_list=filed.review_list,
        cohort=cohort,
        split=split,
        diagnosis=diagnosis,
        tuned=tuned,
        on_tuning=on_tuning,
    )


def _completed(
    model: RiskModel, holdout: pl.DataFrame, risk: npt.NDArray[np.float64], report: AuditReport
) -> RiskModel:
    """What only the holdout can say: how often women scored alike had the outcome, and whom no percentage is shown."""
    list_only = report.groups_without_percentage(report.models[0])
    return replace(shown_with_a_risk(model, holdout, risk), list_only_groups=list_only)
