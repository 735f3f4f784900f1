"""`equipartum audit sign`: a named person, in a named role, has read an audit."""

from __future__ import annotations

from typing import Annotated

import typer

from equipartum.options import AsJson, AuditName, HomeFolder, SignedBy, SignedRole
from equipartum.signing import sign
from equipartum.terminal import Terminal
from fairness_audits.signatures import SIGNATURE
from models.home import Home

EXAMPLES = (
    "Example: **equipartum audit sign 20260131T101500 --name 'A. Person' --role 'equity lead' "
    "--comment 'Read with the maternity voices partnership'**."
)


def command(
    audit: AuditName,
    name: SignedBy,
    role: SignedRole,
    comment: Annotated[str, typer.Option(help="What you say of it, in a sentence or more.")] = "",
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Sign an audit that you have read, by name and role."""
    sign(Terminal(as_json=as_json), Home.at(home_folder), audit, kind=SIGNATURE, name=name, role=role, comment=comment)
