"""`retrain`: from records of births to an audited, registered risk model, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy
from fairness_audits.report import AuditReport
from models.home import Home, Settings
from models.release import TUNING_ARTIFACT
from models.risk_model import RiskModel
from models.site_rules import NO_SITE_RULES, SiteRules
from records.records import Records
from training.birth_sketch import BirthSketch
from training.cohort import Cohort
from training.design_choice import RetrainRequest
from training.diagnosis import Diagnosis, after_evaluation
from training.fair_boost.plain_fit import PlainFit
from training.fitting import fit
from training.holdout import record_ids_of_events
from training.judged import judge, notes_on
from training.prepared import Prepared, prepare
from training.publication import publish
from training.registry import Registry, Run
from training.split import Split
from training.tuning.asked import Tuning
from training.tuning.held_out_gain import sentences_on
from training.tuning.tune import tune
from training.tuning.tuned import Tuned
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
    ready = prepare(request, records, site_rules=site_rules, say=say)
    registry = Registry(home, settings)
    with registry.run(ready.design.registered_name) as run:
        tuned = None if tuning is None else tuned_in(run, tuning, ready, home, say)
        design = ready.design if tuned is None else tuned.design
        fitted = fit(design, ready.cohort, ready.training, plain_fit=plain_fit)
        say(f"fitted {fitted.classifier.constraint}; chosen: {fitted.classifier.chosen_}")
        looks = ready.opened(home, f"retrain of {design.registered_name}", design)
        say(looks)
        on_tuning = sentences_on(tuned, fitted.model, ready.cohort, ready.training, ready.holdout)
        on_the_fit = (*on_tuning, *(() if plain_fit is None else (plain_fit.note,)))
        notes = notes_on(ready, policy, looks, on_the_fit)
        judged = judge(ready, design, fitted, home, policy, notes=notes, cross_fitted=request.cross_fit, say=say)
        report = judged.report
        diagnosis = after_evaluation(ready.diagnosis, ready.cohort.outcome, report.group(report.models[0])["auroc"])
        record_ids = record_ids_of_events(ready.cohort, ready.holdout)
        made_from = BirthSketch.of(home, records, design.predictors, ready.training, ready.holdout)
        filed = publish(run, registry, home, design, fitted, judged, diagnosis, record_ids, made_from, pdf=pdf)
    say(f"registered {filed.version.name} version {filed.version.version} as challenger")
    return Retrained(
        version=filed.version,
        model=judged.model,
        report=filed.report,
        audit_folder=filed.folder,
        review_list=filed.review_list,
        cohort=ready.cohort,
        split=ready.split,
        diagnosis=diagnosis,
        tuned=tuned,
        on_tuning=on_tuning,
    )


def tuned_in(run: Run, asked: Tuning, ready: Prepared, home: Home, say: Say) -> Tuned:
    """The search, told in the run's parameters and as a table among its artefacts."""
    tuned = tune(asked, ready.design, ready.cohort.records.data_digest, ready.training, home, say)
    run.log_parameters(tuned.parameters)
    run.log_text(tuned.to_csv(), TUNING_ARTIFACT)
    return tuned
