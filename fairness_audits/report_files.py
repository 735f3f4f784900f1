"""An audit on disk: a page and its PDF to read, `audit.json` to compute with, `counts.parquet` to publish."""

from __future__ import annotations

import os
from pathlib import Path

from fairness_audits.bands import write_published_counts
from fairness_audits.page import report_page
from fairness_audits.pdf import report_pdf
from fairness_audits.report import AuditReport
from records.errors import EquipartumError

__all__ = [
    "AUDIT_FILE",
    "PDF_FILE",
    "PUBLIC_FILES",
    "REPORT_FILE",
    "SIGNED_FILES",
    "SUMMARY_FILE",
    "UnwritableReport",
    "write_report",
]

REPORT_FILE = "report.html"
PDF_FILE = "report.pdf"
AUDIT_FILE = "audit.json"
COUNTS_FILE = "counts.parquet"
# What may be shown, sent and kept in a registry; whatever else lies in an audit's folder may not.
PUBLIC_FILES = (REPORT_FILE, PDF_FILE, AUDIT_FILE, COUNTS_FILE)
# What lists say of a kept audit, so that none opens a report.
SUMMARY_FILE = "summary.json"
# What a signature holds the digests of: all but the list of missed women, which is deleted when its review is done.
SIGNED_FILES = (*PUBLIC_FILES, SUMMARY_FILE)
UNFINISHED = ".unfinished"


class UnwritableReport(EquipartumError):
    """A folder that a report could not be written to: no leave to write there, or no room."""


def write_report(report: AuditReport, folder: str | Path, *, pdf: bool = False) -> Path:
    """Writes the files into ``folder``, made if need be, and returns it.

    A PDF takes seconds and a system library, so it is drawn only if asked for (`PdfUnavailable` before anything is
    written where that is missing). One of an earlier audit goes.

    All are written beside their names first and then moved there, so that a disk that is full leaves an earlier
    report, or none, and never half of one. Raises `UnwritableReport`.
    """
    drawn = report_pdf(report) if pdf else None
    target = Path(folder)
    written = [target / (name + UNFINISHED) for name in (REPORT_FILE, COUNTS_FILE, AUDIT_FILE)]
    if drawn is not None:
        written.append(target / (PDF_FILE + UNFINISHED))
    try:
        target.mkdir(parents=True, exist_ok=True)
        written[0].write_text(report_page(report), encoding="utf-8")
        write_published_counts(report.counts, written[1], report.rule, is_simulated=report.is_simulated)
        written[2].write_text(report.to_json(), encoding="utf-8")
        if drawn is not None:
            written[3].write_bytes(drawn)
        else:
            (target / PDF_FILE).unlink(missing_ok=True)
        for unfinished in written:
            unfinished.replace(unfinished.with_name(unfinished.name.removesuffix(UNFINISHED)))
    except OSError as refusal:
        for unfinished in written:
            _remove(unfinished)
        reason = os.strerror(refusal.errno) if refusal.errno else type(refusal).__name__
        raise UnwritableReport(
            f"{target.name}: the report cannot be written there ({reason.lower()}); name a folder that can be written "
            "to, with room for it, with --out"
        ) from None
    return target


def _remove(unfinished: Path) -> None:
    try:
        unfinished.unlink(missing_ok=True)
    except OSError:
        return
