"""`equipartum audit list`: the audits of this home, newest first, with what they found and who signed them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from equipartum.options import AsJson, HomeFolder
from equipartum.terminal import Terminal
from fairness_audits.kept_audits import KeptAudit, kept_audits
from fairness_audits.signed import Signed, signed
from models.home import Home
from models.outcomes import outcome as declared_outcome
from records.clock import point

EXAMPLES = (
    "Examples: **equipartum audit list --blocked** for what stands against a release; "
    "**equipartum audit list --outcome preterm_birth --at booking --limit 1 --json**."
)


def command(
    outcome: Annotated[str | None, typer.Option(help="Only audits of this outcome, such as preterm_birth.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="Only audits at this prediction point.")] = None,
    blocked: Annotated[bool, typer.Option("--blocked", help="Only audits with a finding that blocks.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many to show, newest first.")] = 20,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """List the audits of this home: what they found, and who signed them."""
    terminal = Terminal(as_json=as_json)
    home = Home.at(home_folder)
    audits = kept_audits(
        home.audits,
        outcome=declared_outcome(outcome).name if outcome else None,
        prediction_point=point(at).name if at else None,
    )
    chosen = [audit for audit in audits if audit.is_blocked or not blocked]
    shown = [(audit, signed(audit.folder)) for audit in chosen[:limit]]
    for audit, by in shown:
        for line in _lines(audit, by):
            terminal.show(line)
    if not chosen:
        terminal.show("No audit is kept here, or none that was asked for: 'equipartum retrain' makes one.")
    elif len(chosen) > limit:
        terminal.show(f"{limit} of {len(chosen)} shown; --limit shows more.")
    terminal.finish({"audits": [_as_data(audit, by) for audit, by in shown], "of": len(chosen)})


def _lines(audit: KeptAudit, by: Signed) -> tuple[str, ...]:
    summary = audit.summary
    simulated = "; SIMULATED: NOT FOR CARE" if summary and summary.is_simulated else ""
    return (
        f"{audit.kept_at:%Y-%m-%d %H:%M} UTC  {audit.title}  {audit.version_in_words}",
        f"    {audit.audit_id}{simulated}",
        f"    {audit.in_words}",
        f"    {by.in_words}",
        *([f"    {by.chain_in_words}"] if by.chain_in_words else []),
    )


def _as_data(audit: KeptAudit, by: Signed) -> dict[str, Any]:
    return {
        "audit_id": audit.audit_id,
        "outcome": audit.outcome,
        "prediction_point": audit.prediction_point,
        "kept_at": audit.kept_at.isoformat(),
        "folder": str(audit.folder),
        "summary": audit.summary.to_dict() if audit.summary else None,
        "signed": by.to_dict(),
    }
