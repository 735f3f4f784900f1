"""Adding a signature or a comment to an audit, of the home or of a folder it was written to; and whether they hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from equipartum.terminal import Terminal
from fairness_audits.kept_audits import find_audit
from fairness_audits.report_files import AUDIT_FILE
from fairness_audits.signatures import AlteredAudit, add_entry
from fairness_audits.signed import signed
from models.home import Home

__all__ = ["sign", "verify"]

# Fewer letters of a digest are no proof of anything.
SHORTEST_HEAD = 16


def sign(terminal: Terminal, home: Home, audit: str, *, kind: str, name: str, role: str, comment: str) -> None:
    folder = _folder(home, audit)
    entry = add_entry(folder, kind=kind, name=name, role=role, comment=comment, on=datetime.now(UTC).date())
    what = "Signed" if kind == "signature" else "Comment added"
    terminal.show(f"{what}: audit {folder.name}, by {entry.name}, {entry.role}, on {entry.on}.")
    now = signed(folder)
    terminal.show(f"  {now.in_words}")
    terminal.show(f"  {now.chain_in_words}: write this down, and 'equipartum audit verify' compares it later.")
    terminal.finish({"audit_id": folder.name, "folder": str(folder), "head": now.head, "entry": {**vars(entry)}})


def verify(terminal: Terminal, home: Home, audit: str, *, head: str) -> None:
    """`AlteredAudit` where anything was altered; ``head`` is what a signing printed, empty to compare with none."""
    folder = _folder(home, audit)
    now = signed(folder)
    terminal.show(f"Audit {folder.name}: {now.in_words}")
    if now.chain_in_words:
        terminal.show(f"  {now.chain_in_words}")
    if now.trouble:
        raise AlteredAudit(now.trouble)
    if now.alterations:
        told = "; ".join(alteration.in_words for alteration in now.alterations)
        raise AlteredAudit(f"audit {folder.name} is not what was signed: {told}")
    if head and (len(head) < SHORTEST_HEAD or not any(entry.digest.startswith(head) for entry in now.entries)):
        raise AlteredAudit(
            f"audit {folder.name} has no entry whose digest begins with what --head gives: entries were taken out or "
            f"written anew since, or it was copied wrongly (at least {SHORTEST_HEAD} letters, as signing printed them)"
        )
    terminal.finish({"audit_id": folder.name, "folder": str(folder), "signed": now.to_dict()})


def _folder(home: Home, audit: str) -> Path:
    """Of an id, or of a path that holds an audit; an id is looked for in the home alone."""
    written = Path(audit)
    if (written / AUDIT_FILE).is_file():
        return written.resolve()
    return find_audit(home.audits, audit).folder
