"""`equipartum validate`: how a version does on births of another file, of later years, or at other sites."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from equipartum.options import AsJson, Data, HomeFolder, Point, SiteRulesFile, SourceName
from equipartum.terminal import Terminal
from equipartum.validated import Asked, show_plan, show_validated, version_asked_for
from equipartum.writing import writing
from fairness_audits.comment_text import line
from fairness_audits.kept_audits import kept_whole
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from models.home import Home
from models.site_rules import NO_SITE_RULES, read_site_rules
from records.sources.registry import source
from training.validation.external import EXTERNAL
from training.validation.filed import validation_id_now, write_validated
from training.validation.internal_external import INTERNAL_EXTERNAL
from training.validation.plan import read_plan, register_plan
from training.validation.temporal import TEMPORAL

EXAMPLES = (
    "Examples: **equipartum validate --run 3f9c2a1b --source cdc_natality --data Nat2021us.zip**; "
    "**equipartum validate --outcome preterm_birth --temporal --source simulated --data births.parquet**; "
    "add **--register-plan --name 'A. Person' --role statistician** before, and **--plan** with the digest it prints "
    "when the outcomes are opened."
)


def command(
    source_name: SourceName,
    data: Data,
    run: Annotated[str | None, typer.Option(help="The registered version of this run.")] = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="The champion of this outcome; with --temporal or --internal-external, the default design."),
    ] = None,
    at: Point = None,
    temporal: Annotated[
        bool, typer.Option("--temporal", help="Fit the design on the earlier births and judge it on each later period.")
    ] = False,
    internal_external: Annotated[
        bool, typer.Option("--internal-external", help="Leave each site out in turn, fit on the others, judge on it.")
    ] = False,
    register: Annotated[
        bool, typer.Option("--register-plan", help="Write down what would be judged, and look at no outcome yet.")
    ] = False,
    plan: Annotated[
        str | None, typer.Option(help="A registered plan, by how its digest begins or by its file; another is refused.")
    ] = None,
    name: Annotated[str, typer.Option(help="Who plans, or opens the outcomes: your name, in full.")] = "",
    role: Annotated[str, typer.Option(help="In which role, such as 'statistician'.")] = "",
    policy: Annotated[Path | None, typer.Option(help="Audit policy (TOML). Default: the shipped one.")] = None,
    rules: SiteRulesFile = None,
    column_mapping: Annotated[Path | None, typer.Option(help="TOML that maps a table's columns to fields.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. Default: in the home.")] = None,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Judge a version on births it has not seen: another file, later years, other sites."""
    terminal = Terminal(as_json=as_json)
    if (run is None) == (outcome is None):
        raise typer.BadParameter("name one of --run or --outcome")
    if temporal and internal_external:
        raise typer.BadParameter("name --temporal or --internal-external, not both")
    if register and plan is not None:
        raise typer.BadParameter("name --register-plan or --plan, not both")
    home = Home.at(home_folder)
    audit_policy = read_policy(policy) if policy else DEFAULT_POLICY
    site_rules = read_site_rules(rules) if rules else NO_SITE_RULES
    kept = read_plan(home, plan) if plan is not None else None
    by = _who(name, role)
    kind = TEMPORAL if temporal else INTERNAL_EXTERNAL if internal_external else EXTERNAL
    version = version_asked_for(home, run, outcome, at) if run is not None or kind == EXTERNAL else None
    records = source(source_name).scan(data, column_mapping=column_mapping, progress=terminal.rows_so_far())
    terminal.say(records.description)
    asked = Asked(
        terminal=terminal, home=home, policy=audit_policy, rules=site_rules, records=records, version=version, by=by
    )
    prepared = asked.external() if kind == EXTERNAL else asked.fitted_here(kind, outcome, at)
    with writing(home, home.settings(), f"validate {prepared.planned.outcome}", terminal.say):
        if register:
            made = register_plan(home, prepared.planned, holdout=prepared.holdout, name=name, role=role)
            show_plan(terminal, *made, prepared.holdout)
            return
        validation, report = prepared.judge(kept)
        folder = out or home.validation_folder(
            prepared.planned.outcome, prepared.planned.prediction_point, validation_id_now()
        )
        with nullcontext(folder) if out is not None else kept_whole(folder) as written:
            write_validated(validation, report, written)
    show_validated(terminal, validation, report, folder)


def _who(name: str, role: str) -> str:
    """Empty where nobody was named; a name needs a role."""
    if not name and not role:
        return ""
    today = datetime.now(UTC).date()
    return f"{line('name', name, today)}, {line('role', role, today)}"
