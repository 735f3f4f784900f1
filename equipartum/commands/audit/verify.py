"""`equipartum audit verify`: whether an audit, and what was signed of it, is still what it was."""

from __future__ import annotations

from typing import Annotated

import typer

from equipartum.options import AsJson, AuditName, HomeFolder
from equipartum.signing import verify
from equipartum.terminal import Terminal
from models.home import Home

EXAMPLES = "Example: **equipartum audit verify 20260131T101500 --head 5d41402abc4b2a76**, as signing printed it."


def command(
    audit: AuditName,
    head: Annotated[str, typer.Option(help="What signing printed of the last entry, to be found again.")] = "",
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say whether an audit is still what was signed, and what was altered since when."""
    verify(Terminal(as_json=as_json), Home.at(home_folder), audit, head=head)
