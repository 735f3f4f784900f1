"""`equipartum audit data`: what a file of births records, and of whom less often, before any model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipartum.options import AsJson, Data, HomeFolder, SourceName
from equipartum.terminal import Terminal
from fairness_audits.data_audit.audit import audit_data
from fairness_audits.data_audit.files import DATA_AUDIT_PAGE, write_data_audit
from fairness_audits.data_audit.first_page import first_page
from fairness_audits.data_audit.report import DataAudit
from fairness_audits.data_audit.words import missing_ethnicity
from fairness_audits.figures import count_text
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from models.home import Home
from models.outcomes import outcome
from records.sources.registry import source

EXAMPLES = (
    "Examples: **equipartum audit data --source cdc_natality --data Nat2020us.zip --out data-audit**; "
    "**equipartum audit data --source simulated --data births.parquet --outcome gestational_diabetes**."
)


def command(
    source_name: SourceName,
    data: Data,
    outcomes: Annotated[
        list[str] | None, typer.Option("--outcome", help="An outcome to look at; repeat. Default: every one.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Audit policy (TOML). Default: the shipped one.")] = None,
    column_mapping: Annotated[Path | None, typer.Option(help="TOML that maps a table's columns to fields.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. Default: in the home.")] = None,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Say what a file of births records, and of whom less often, before any model."""
    terminal = Terminal(as_json=as_json)
    chosen = read_policy(policy) if policy else DEFAULT_POLICY
    asked = [outcome(name).name for name in outcomes or ()]
    records = source(source_name).scan(data, column_mapping=column_mapping, progress=terminal.rows_so_far())
    terminal.say("counting what is recorded")
    audited = audit_data(records, chosen, asked)
    folder = write_data_audit(audited, out) if out is not None else _in_home(Home.at(home_folder), audited)
    _show(terminal, audited)
    terminal.show(f"Report: {folder / DATA_AUDIT_PAGE}")
    terminal.finish(
        {
            "audit_id": audited.audit_id,
            "pregnancies": audited.passport.pregnancies,
            "findings": [finding.to_dict() for finding in audited.findings],
            "is_simulated": audited.is_simulated,
            "report": str(folder / DATA_AUDIT_PAGE),
        }
    )


def _in_home(home: Home, audited: DataAudit) -> Path:
    with home.writing("audit data"):
        return write_data_audit(audited, home.data_audits / audited.audit_id)


def _show(terminal: Terminal, audited: DataAudit) -> None:
    passport = audited.passport
    terminal.show(f"{passport.description}{' - SIMULATED: NOT FOR CARE' if audited.is_simulated else ''}")
    set_aside = [f"{count_text(rows)} rows set aside: {reason}." for reason, rows in passport.set_aside]
    pregnancies = f"{count_text(passport.pregnancies)} pregnancies. {missing_ethnicity(passport)}".strip()
    for sentence in (pregnancies, *set_aside):
        terminal.show(f"  {sentence}")
    for paragraph in first_page(audited):
        terminal.show(paragraph.heading)
        for sentence in paragraph.sentences:
            terminal.show(f"  {sentence}")
