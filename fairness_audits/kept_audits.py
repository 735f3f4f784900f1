"""The audits that a home keeps, by outcome and prediction point: each whole in a folder of its own, or not there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from fairness_audits.audit_summary import AuditSummary
from fairness_audits.changes import UnreadableAudit, read_previous
from fairness_audits.report import AuditReport
from fairness_audits.report_files import AUDIT_FILE, SUMMARY_FILE
from models.outcomes import OUTCOMES
from records.clock import PREDICTION_POINTS
from records.errors import EquipartumError

__all__ = [
    "KeptAudit",
    "UnknownAudit",
    "clear_unfinished",
    "find_audit",
    "keep_summary",
    "kept_audits",
    "kept_whole",
    "newest_content",
    "read_kept",
]

# A name that no listing shows.
UNFINISHED = ".unfinished-"
# More audits than a home gathers in years; a summary is a few hundred bytes.
SUMMARIES_HELD = 20_000
NAMES_SHOWN = 5
# What reading a file that was damaged, or written in another form, can raise.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)


class UnknownAudit(EquipartumError):
    """No audit, or more than one, goes by this name in the home."""


@dataclass(frozen=True, kw_only=True)
class KeptAudit:
    """One audit's folder. ``kept_at`` is when it was written; ``summary`` is None where its files cannot be read."""

    folder: Path
    kept_at: datetime
    summary: AuditSummary | None

    @property
    def audit_id(self) -> str:
        return self.folder.name

    @property
    def prediction_point(self) -> str:
        return self.folder.parent.name

    @property
    def outcome(self) -> str:
        return self.folder.parent.parent.name

    @property
    def title(self) -> str:
        outcome = OUTCOMES[self.outcome].title
        return f"{outcome[:1].upper()}{outcome[1:]}, {PREDICTION_POINTS[self.prediction_point].title}"

    @property
    def when(self) -> str:
        return f"{self.kept_at:%d %B %Y, %H:%M} UTC"

    @property
    def version_in_words(self) -> str:
        told = self.summary.version if self.summary is not None else None
        return str(told) if told is not None else "version not recorded"

    @property
    def is_blocked(self) -> bool:
        return self.summary is not None and bool(self.summary.blocking)

    @property
    def in_words(self) -> str:
        return self.summary.in_words if self.summary is not None else "cannot be read"


@contextmanager
def kept_whole(folder: Path) -> Iterator[Path]:
    """A folder to write into, which gets the name of ``folder`` once everything is written, and is removed otherwise.

    For the one process that may write to the home: what an earlier one was stopped at is cleared away first.
    """
    for left in folder.parent.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left)
    unfinished = folder.with_name(UNFINISHED + folder.name)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def clear_unfinished(root: Path) -> list[Path]:
    """Removes every folder below ``root`` that a killed process left unfinished; for the one process that may write."""
    left = sorted(root.glob(f"*/*/{UNFINISHED}*"))
    for folder in left:
        shutil.rmtree(folder)
    return left


def keep_summary(report: AuditReport, folder: Path) -> None:
    """What a list of audits says of this one, beside it, so that no list opens a report."""
    summary = AuditSummary.of(json.loads(report.to_json())).to_dict()
    kept_at = datetime.now(UTC).isoformat(timespec="microseconds")
    (folder / SUMMARY_FILE).write_text(json.dumps({"kept_at": kept_at, **summary}, indent=1), encoding="utf-8")


def kept_audits(root: Path, *, outcome: str | None = None, prediction_point: str | None = None) -> list[KeptAudit]:
    """Those below ``root``, newest first; of declared outcomes and points, and none that was not finished."""
    folders = root.glob(f"{outcome or '*'}/{prediction_point or '*'}/[!.]*")
    found = [read_kept(folder) for folder in folders if _is_an_audit(folder)]
    return sorted(found, key=lambda audit: (audit.kept_at, audit.audit_id), reverse=True)


def read_kept(folder: Path) -> KeptAudit:
    """One audit from its summary, or from its `audit.json` where it has none that this version reads."""
    said = _summary(folder / SUMMARY_FILE)
    if said is not None:
        return KeptAudit(folder=folder, kept_at=said[0], summary=said[1])
    written = (folder / AUDIT_FILE).stat()
    summary = _audit(folder / AUDIT_FILE, written.st_mtime_ns, written.st_size)
    return KeptAudit(folder=folder, kept_at=datetime.fromtimestamp(written.st_mtime, UTC), summary=summary)


def find_audit(root: Path, name: str) -> KeptAudit:
    """The audit whose id, or the id that its report prints, begins so; `UnknownAudit` says what there is instead."""
    kept = kept_audits(root)
    named = [a for a in kept if name and (a.audit_id.startswith(name) or _printed(a).startswith(name))]
    if len(named) == 1:
        return named[0]
    shown = ", ".join(audit.audit_id for audit in (named or kept)[:NAMES_SHOWN]) or "none"
    raise UnknownAudit(
        f"{len(named)} audits of this home have an id that begins with {name!r}; "
        f"{'they are' if named else 'the newest are'}: {shown}. 'equipartum audit list' shows them all"
    )


def newest_content(root: Path, outcome: str, prediction_point: str) -> Mapping[str, object] | None:
    """The `audit.json` that the next audit is compared with, None where there is none yet.

    One that cannot be read is still named, so that the next report says that it was not compared.
    """
    kept = kept_audits(root, outcome=outcome, prediction_point=prediction_point)
    if not kept:
        return None
    try:
        return read_previous(kept[0].folder / AUDIT_FILE)
    except UnreadableAudit:
        return {"audit_id": kept[0].audit_id, "on": kept[0].kept_at.date().isoformat()}


def _printed(audit: KeptAudit) -> str:
    return audit.summary.report_id if audit.summary is not None else ""


def _summary(file: Path) -> tuple[datetime, AuditSummary] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return _read_summary(file, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=SUMMARIES_HELD)
def _read_summary(file: Path, _modified: int, _size: int) -> tuple[datetime, AuditSummary] | None:
    """Read once for each time and size of the file, which change when it does."""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        return datetime.fromisoformat(plain["kept_at"]), AuditSummary.from_dict(plain)
    except UNREADABLE:
        return None


@lru_cache(maxsize=SUMMARIES_HELD)
def _audit(file: Path, _modified: int, _size: int) -> AuditSummary | None:
    try:
        return AuditSummary.of(json.loads(file.read_text(encoding="utf-8")))
    except UNREADABLE:
        return None


def _is_an_audit(folder: Path) -> bool:
    point, outcome = folder.parent.name, folder.parent.parent.name
    return outcome in OUTCOMES and point in PREDICTION_POINTS and (folder / AUDIT_FILE).is_file()
