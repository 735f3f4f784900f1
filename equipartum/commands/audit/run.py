"""`equipartum audit run`: who is missed, whose risk is misstated, and how sure that is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from equipartum.findings import show_findings
from equipartum.options import AsJson, HomeFolder
from equipartum.terminal import Terminal
from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from fairness_audits.report_files import write_report
from models.home import Home
from models.release import CHAMPION
from records.predictions import read_predictions
from serving.database.export import logged_predictions
from training.reaudit import audit_run
from training.registry import Registry

EXAMPLES = (
    "Examples: **equipartum audit run --run 3f9c2a1b --policy policy.toml**; "
    "**equipartum audit run --predictions last_month.csv --out report**; "
    "**equipartum audit run --log --observed outcomes.csv --out report** for what the service itself answered."
)


def command(
    run: Annotated[str | None, typer.Option(help="Audit a registered version again, by its run.")] = None,
    predictions: Annotated[list[Path] | None, typer.Option(help="A predictions table (.parquet, .csv).")] = None,
    log: Annotated[bool, typer.Option("--log", help="Audit what the service answered.")] = False,
    observed: Annotated[
        Path | None, typer.Option(help="With --log: outcomes since, as CSV of pregnancy_id, outcome, observed.")
    ] = None,
    policy: Annotated[Path | None, typer.Option(help="Audit policy (TOML). Default: the shipped one.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. Default: in the home, or ./audit.")] = None,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Audit predictions for disparity, with intervals, in plain language."""
    terminal = Terminal(as_json=as_json)
    if sum((run is not None, bool(predictions), log)) != 1:
        raise typer.BadParameter("name one of --run, --predictions or --log")
    home = Home.at(home_folder)
    chosen = read_policy(policy) if policy else DEFAULT_POLICY
    if run is not None:
        with home.writing(f"audit {run}"):
            done = audit_run(Registry(home, home.settings()), home, run, policy=chosen, out=out)
        report, folder = done.report, done.folder
        if report.blocking and CHAMPION in done.version.aliases:
            terminal.say(f"warning: {done.version.name} version {done.version.version} is champion and is now blocked")
    else:
        table = read_predictions(predictions) if predictions else _log(terminal, home, observed)
        report, folder = audit(table, chosen), out or Path("audit")
        write_report(report, folder)
    show_findings(terminal, report)
    terminal.show(f"Report: {folder / 'report.html'}")
    terminal.finish({"blocking_findings": list(report.blocking), "report": str(folder / "report.html")})


def _log(terminal: Terminal, home: Home, observed: Path | None) -> pl.DataFrame:
    outcomes = _outcomes(observed)
    table = logged_predictions(home, home.settings(), outcomes)
    if outcomes is not None:
        terminal.say(f"{table['observed'].count():,} of {outcomes.height:,} outcomes belong to a risk in the log")
    return table


def _outcomes(observed: Path | None) -> pl.DataFrame | None:
    """Outcomes joined later: pregnancy_id as the clinical system sent it, outcome, observed."""
    if observed is None:
        return None
    try:
        return pl.read_csv(observed, schema_overrides={"pregnancy_id": pl.String, "observed": pl.Boolean})
    except (pl.exceptions.PolarsError, OSError) as error:
        raise typer.BadParameter(
            f"{observed.name} is not a CSV of pregnancy_id, outcome, observed ({type(error).__name__})",
            param_hint="--observed",
        ) from None
