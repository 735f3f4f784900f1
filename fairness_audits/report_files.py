"""An audit on disk: `report.html` to read, `audit.json` to compute with, `counts.parquet` to publish."""

from __future__ import annotations

from pathlib import Path

from fairness_audits.bands import write_published_counts
from fairness_audits.page import report_page
from fairness_audits.report import AuditReport

__all__ = ["AUDIT_FILE", "PUBLIC_FILES", "REPORT_FILE", "write_report"]

REPORT_FILE = "report.html"
AUDIT_FILE = "audit.json"
# What may be shown, sent and kept in a registry; whatever else lies in an audit's folder may not.
PUBLIC_FILES = (REPORT_FILE, "report.pdf", AUDIT_FILE, "counts.parquet")


def write_report(report: AuditReport, folder: str | Path) -> Path:
    """Writes the three files into ``folder``, made if need be, and returns it."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    (target / REPORT_FILE).write_text(report_page(report), encoding="utf-8")
    (target / AUDIT_FILE).write_text(report.to_json(), encoding="utf-8")
    write_published_counts(report.counts, target / "counts.parquet", report.rule)
    return target
