"""A validation with the audit beside it in one folder; and one that a version rests on, filed in the home."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fairness_audits.kept_audits import kept_whole
from fairness_audits.report import AuditReport
from fairness_audits.report_files import REPORT_FILE, write_report
from models.home import Home
from training.validation.files import VALIDATION_FILE, Validation, write_validation

__all__ = ["FiledValidation", "digest_of_file", "file_validation", "validation_id_now", "write_validated"]

AUDIT_FOLDER = "audit"


@dataclass(frozen=True, kw_only=True)
class FiledValidation:
    """``digest`` is the SHA-256 of its `validation.json`."""

    validation_id: str
    digest: str
    folder: Path


def file_validation(
    validation: Validation, report: AuditReport | None, home: Home, outcome: str, prediction_point: str
) -> FiledValidation:
    """Its folder gets its name when all of it is written."""
    validation_id = validation_id_now()
    folder = home.validation_folder(outcome, prediction_point, validation_id)
    with kept_whole(folder) as unfinished:
        write_validated(validation, report, unfinished)
    return FiledValidation(validation_id=validation_id, digest=digest_of_file(folder / VALIDATION_FILE), folder=folder)


def write_validated(validation: Validation, report: AuditReport | None, folder: Path) -> None:
    if report is not None:
        write_report(report, folder / AUDIT_FOLDER)
    write_validation(validation, folder, audit_page=f"{AUDIT_FOLDER}/{REPORT_FILE}" if report is not None else None)


def validation_id_now() -> str:
    """Sorts by time; to the microsecond, so that no validation takes another's place."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"


def digest_of_file(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
