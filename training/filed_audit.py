"""Filing the audit of a registered version: in the home, with its run, and in what the registry says of the version."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fairness_audits.audited_version import AuditedVersion
from fairness_audits.kept_audits import keep_summary, kept_whole
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from fairness_audits.review_list import write_review_list
from models.home import Home
from models.release import AUDIT_ARTIFACT, CARD_ARTIFACT, audit_address
from training.kept_predictions import KeptPredictions
from training.model_card import with_audit
from training.registry import Registry
from training.version import Version

__all__ = ["FiledAudit", "file_audit"]


@dataclass(frozen=True, kw_only=True)
class FiledAudit:
    """``folder`` is the audit's in the home; ``review_list`` the file of missed women, None where there are none."""

    version: Version
    report: AuditReport
    folder: Path
    review_list: Path | None


def file_audit(
    registry: Registry,
    home: Home,
    version: Version,
    report: AuditReport,
    kept: KeptPredictions,
    *,
    with_review_list: bool = True,
    pdf: bool = False,
) -> FiledAudit:
    """Files ``report`` as the audit of ``version`` that counts from now on.

    The folder gets its name when everything is in it and with the run. Only then does the registry name the audit, and
    it promotes no version without one. The list of missed women is written last, where no artefact is made from it.
    """
    named = replace(
        report,
        version=AuditedVersion(name=version.name, number=version.version, run_id=version.run_id),
        has_review_list=with_review_list,
    )
    audit_id = audit_id_now(version.run_id)
    folder = home.audit_folder(version.outcome, version.prediction_point, audit_id)
    run = registry.run_of(version)
    with kept_whole(folder) as unfinished:
        write_report(named, unfinished, pdf=pdf)
        run.log_files(unfinished, AUDIT_ARTIFACT)
        address = audit_address(version.outcome, version.prediction_point, audit_id)
        run.log_text(with_audit(registry.card(version), named, address), CARD_ARTIFACT)
        keep_summary(named, unfinished)
        listed = write_review_list(kept.missed_women(named), unfinished) if with_review_list else None
    tags = replace(
        version.tags,
        blocking_findings=tuple(named.blocking),
        accepted_until=tuple(f"{code} {day.isoformat()}" for code, day in named.accepted_until),
        audit_id=audit_id,
    )
    return FiledAudit(
        version=registry.retag(version, tags),
        report=named,
        folder=folder,
        review_list=folder / listed.name if listed is not None else None,
    )


def audit_id_now(run_id: str) -> str:
    """A folder's name that sorts by time; to the microsecond, so that no audit takes another's place."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{run_id[:8]}"
