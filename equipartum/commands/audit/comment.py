"""`equipartum audit comment`: what a named person says of an audit, without signing it."""

from __future__ import annotations

from typing import Annotated

import typer

from equipartum.options import AsJson, AuditName, HomeFolder, SignedBy, SignedRole
from equipartum.signing import sign
from equipartum.terminal import Terminal
from fairness_audits.signatures import COMMENT
from models.home import Home

EXAMPLES = (
    "Example: **equipartum audit comment 20260131T101500 --name 'B. Person' --role 'clinical lead' "
    "--comment 'FA003: the change idea is to offer growth scans at booking'**."
)


def command(
    audit: AuditName,
    name: SignedBy,
    role: SignedRole,
    comment: Annotated[str, typer.Option(help="What you say of it, in a sentence or more.", show_default=False)],
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say something of an audit, by name and role, beside its report."""
    sign(Terminal(as_json=as_json), Home.at(home_folder), audit, kind=COMMENT, name=name, role=role, comment=comment)
