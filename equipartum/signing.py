"""Adding a signature or a comment to an audit that the home keeps, or to a folder that an audit was written to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from equipartum.terminal import Terminal
from fairness_audits.kept_audits import find_audit
from fairness_audits.report_files import AUDIT_FILE
from fairness_audits.signatures import add_entry
from fairness_audits.signed import signed
from models.home import Home

__all__ = ["sign"]


def sign(terminal: Terminal, home: Home, audit: str, *, kind: str, name: str, role: str, comment: str) -> None:
    folder = _folder(home, audit)
    entry = add_entry(folder, kind=kind, name=name, role=role, comment=comment, on=datetime.now(UTC).date())
    what = "Signed" if kind == "signature" else "Comment added"
    terminal.show(f"{what}: audit {folder.name}, by {entry.name}, {entry.role}, on {entry.on}.")
    terminal.show(f"  {signed(folder).in_words}")
    terminal.finish({"audit_id": folder.name, "folder": str(folder), "entry": {**vars(entry)}})


def _folder(home: Home, audit: str) -> Path:
    """Of an id, or of a path that holds an audit; an id is looked for in the home alone."""
    written = Path(audit)
    if (written / AUDIT_FILE).is_file():
        return written.resolve()
    return find_audit(home.audits, audit).folder
