"""`recalibrate`: from a validated version and a site's births to a version of the site's own, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairness_audits.policy import AuditPolicy
from fairness_audits.report import AuditReport
from models.home import Home, Settings
from models.lineage import Lineage
from models.risk_model import RiskModel
from training.birth_sketch import BirthSketch
from training.diagnosis import after_evaluation
from training.holdout import record_ids_of_events
from training.publication import publish_model
from training.recalibration_to_site.comparison import Comparison
from training.recalibration_to_site.held_out import against_the_version, before_and_after
from training.recalibration_to_site.local_births import LocalBirths
from training.recalibration_to_site.notes import notes_on
from training.recalibration_to_site.versions_made import made_under
from training.registry import Registry
from training.validation.filed import FiledValidation, file_validation
from training.validation.judging import JudgedScorer
from training.validation.recalibration import REFIT
from training.validation.standing import open_holdout
from training.version import Version

__all__ = ["Recalibrated", "recalibrate"]

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Recalibrated:
    """``judged`` are the version before and its update on the births held out, each by its own offers."""

    version: Version
    model: RiskModel
    told: str
    judged: tuple[JudgedScorer, ...]
    report: AuditReport
    audit_folder: Path
    review_list: Path | None
    validation: FiledValidation


def recalibrate(
    compared: Comparison,
    home: Home,
    settings: Settings,
    policy: AuditPolicy,
    *,
    alert_rate: float | None = None,
    say: Say = lambda _: None,
    pdf: bool = False,
) -> Recalibrated | None:
    """Registers the version that the sufficient update makes, as challenger, whatever its audit finds.

    None, and nothing is registered or opened, where nothing would change (no risk, no cut, nor whom it is for), and
    where the risks told here are shown to be wrong and no update harms nobody: that is no validation for the site.
    ``alert_rate`` is the share of women that the site has places for, None: as the version has it.
    """
    if compared.sufficient.is_without_remedy:
        return None
    update, local = compared.sufficient.update, compared.local
    made = made_under(update, compared, alert_rate=alert_rate, say=say)
    if made is None:
        return None
    validation = compared.validation
    filed = file_validation(validation, validation.report, home, made.design.outcome, made.design.prediction_point)
    registry = Registry(home, settings)
    with registry.run(made.design.registered_name) as run:
        looks = _opened(compared, home)
        say(looks)
        both = before_and_after(local, made.model, policy)
        notes = notes_on(compared, made, filed, both, policy, looks)
        judged = made.judge(home, policy, notes, against_the_version(local, made.model, policy), say)
        say(f"blocking findings: {', '.join(judged.report.blocking) or 'none'}")
        area = judged.report.group(judged.report.models[0])["auroc"]
        lineage = _lineage(compared, filed)
        run.log_parameters(lineage.to_tags())
        published = publish_model(
            run,
            registry,
            home,
            made.design,
            judged,
            after_evaluation(made.diagnosis, local.births.cohort.outcome, area),
            record_ids_of_events(local.births.cohort, local.held_out.frame),
            _made_from(local, made.design.predictors, home),
            chosen=made.told,
            lineage=lineage,
            pdf=pdf,
        )
    say(f"registered {published.version} as challenger")
    return Recalibrated(
        version=published.version,
        model=judged.model,
        told=made.told,
        judged=both,
        report=published.report,
        audit_folder=published.folder,
        review_list=published.review_list,
        validation=filed,
    )


def _made_from(local: LocalBirths, predictors: Sequence[str], home: Home) -> BirthSketch:
    records = local.births.cohort.records
    return BirthSketch.of(home, records, predictors, local.learning.frame, local.held_out.frame)


def _opened(compared: Comparison, home: Home) -> str:
    """Writes this look at the births held out into the home's ledger, and says how many there were before."""
    name = compared.local.holdout_name
    what = f"recalibration of {compared.version}"
    standing = open_holdout(home, None, by="", what=what, holdout=name, design_digest=compared.local.design.digest)
    return f"the held-out births: {standing.told}"


def _lineage(compared: Comparison, filed: FiledValidation) -> Lineage:
    version = compared.version
    return Lineage(
        parent_version=version.version,
        parent_run=version.run_id,
        parent_digest=version.tags.model_digest,
        update=compared.sufficient.update,
        site=compared.local.site,
        validation=filed.validation_id,
        validation_digest=filed.digest,
        # Trees fitted anew have seen births of the site alone.
        births=() if compared.sufficient.update == REFIT else version.made_from,
    )
