"""Auditing a registered version again, under another policy, and telling the registry what was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fairness_audits.audit import audit
from fairness_audits.context import AuditContext
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from models.home import Home
from models.release import AUDIT_ARTIFACT
from records.errors import EquipartumError
from records.predictions import read_predictions
from training.publication import KeptPredictions, audit_id_now
from training.registry import Registry, Version

__all__ = ["HoldoutGone", "Reaudited", "audit_run"]


class HoldoutGone(EquipartumError):
    """The holdout's predictions of a run are not in this home."""


@dataclass(frozen=True, kw_only=True)
class Reaudited:
    version: Version
    report: AuditReport
    folder: Path


def audit_run(
    registry: Registry, home: Home, run_id: str, *, policy: AuditPolicy | None = None, out: Path | None = None
) -> Reaudited:
    """The audit of a run's holdout under ``policy``; its blocking findings replace those the version is tagged with.

    It is kept in the home and with the run, as every audit is, and written to ``out`` as well if that is given.
    """
    version = registry.by_run(run_id)
    kept = KeptPredictions.of(home, version.run_id)
    if not kept.predictions.is_file():
        raise HoldoutGone(
            f"the holdout's predictions of run {version.run_id[:8]} are not in this home's cache; they are never an "
            "artefact. Retrain with the same data and seed to make them again."
        )
    context = AuditContext.from_json(kept.context.read_text(encoding="utf-8"))
    report = audit(read_predictions(kept.predictions), policy or DEFAULT_POLICY, context)
    audit_id = audit_id_now(version.run_id)
    kept_in = home.audit_folder(version.outcome, version.prediction_point, audit_id)
    folder = write_report(report, out) if out is not None else kept_in
    registry.run_of(version).log_files(write_report(report, kept_in), AUDIT_ARTIFACT)
    tags = replace(version.tags, blocking_findings=tuple(report.blocking), audit_id=audit_id)
    return Reaudited(version=registry.retag(version, tags), report=report, folder=folder)
