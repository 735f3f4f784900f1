"""`equipartum audit run`: who is missed, whose risk is misstated, and how sure that is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from equipartum.audited import (
    Audited,
    audit_of_run,
    audit_of_table,
    logged,
    say_labels_read_otherwise,
    show_audited,
    with_pdf,
)
from equipartum.options import (
    AsJson,
    HomeFolder,
    NoPdf,
    RestrictedCounts,
    refuse_counts_beside_report,
    refuse_report_over_inputs,
    refuse_unwritable_counts,
)
from equipartum.terminal import Terminal
from fairness_audits.changes import read_previous
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from fairness_audits.under_recording import parse_under_recording
from models.home import Home
from records.predictions import read_predictions

EXAMPLES = (
    "Examples: **equipartum audit run --run 3f9c2a1b --policy policy.toml**; "
    "**equipartum audit run --predictions last_month.csv --out report --previous january/audit.json**; "
    "**equipartum audit run --log --observed outcomes.csv --out report** for what the service itself answered; "
    "**equipartum audit run --predictions last_month.csv --under-recording Black=0.0..0.5**."
)


def command(
    run: Annotated[str | None, typer.Option(help="Audit a registered version again, by its run.")] = None,
    predictions: Annotated[list[Path] | None, typer.Option(help="A predictions table (.parquet, .csv).")] = None,
    log: Annotated[bool, typer.Option("--log", help="Audit what the service answered.")] = False,
    observed: Annotated[
        Path | None, typer.Option(help="With --log: outcomes since, as CSV of pregnancy_id, outcome, observed.")
    ] = None,
    group_scheme: Annotated[
        str | None,
        typer.Option(
            help="With --log: of versions whose women are coded by this scheme. Default: the scheme of most of them."
        ),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Audit policy (TOML), or 'shipped'. Default: the shipped one.")
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(help="The audit.json that changes are told against. Default for --run: the newest in the home."),
    ] = None,
    no_previous: Annotated[bool, typer.Option("--no-previous", help="Tell no changes.")] = False,
    review_list: Annotated[
        bool | None,
        typer.Option(
            "--review-list/--no-review-list",
            help="List missed women of small groups for case-note review. Default: with --run.",
        ),
    ] = None,
    under_recording: Annotated[
        str | None,
        typer.Option(
            help="Slide the share of a group's events recorded as 'no' until each verdict turns: GROUP=0.0..0.5."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the report. Default: in the home, or ./audit.")] = None,
    restricted_counts: RestrictedCounts = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which an outcome counts as due or not yet. Default: today."),
    ] = None,
    no_pdf: NoPdf = False,
    home_folder: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Audit predictions for disparity, with intervals, in plain language."""
    terminal = Terminal(as_json=as_json)
    if sum((run is not None, bool(predictions), log)) != 1:
        raise typer.BadParameter("name one of --run, --predictions or --log")
    if previous is not None and no_previous:
        raise typer.BadParameter("name --previous or --no-previous, not both")
    if log and review_list:
        raise typer.BadParameter(
            "the log holds pseudonyms alone, by which no notes can be found; give --review-list with --predictions"
        )
    if group_scheme is not None and not log:
        raise typer.BadParameter("goes with --log; a table is of one scheme", param_hint="--group-scheme")
    home = Home.at(home_folder)
    for folder in (out or Path("audit"), home.audits, home.artifacts):
        refuse_counts_beside_report(restricted_counts, folder)
    inputs = (*(predictions or ()), observed, policy, previous)
    refuse_unwritable_counts(restricted_counts, inputs)
    refuse_report_over_inputs(out or Path("audit"), inputs)
    day = as_of.date() if as_of else None
    chosen = read_policy(policy) if policy else None
    before = read_previous(previous) if previous else None
    slide = parse_under_recording(under_recording) if under_recording else None
    pdf = with_pdf(terminal, no_pdf)
    audited: Audited
    if run is not None:
        audited = audit_of_run(
            home,
            run,
            chosen,
            before,
            out=out,
            with_previous=not no_previous,
            with_review_list=review_list is not False,
            slide=slide,
            restricted_counts=restricted_counts,
            as_of=day,
            pdf=pdf,
            say=terminal.say,
        )
    else:
        table = read_predictions(predictions) if predictions else logged(terminal, home, observed, group_scheme).lazy()
        audited = audit_of_table(
            table,
            chosen or DEFAULT_POLICY,
            before,
            out=out or Path("audit"),
            with_review_list=bool(review_list),
            slide=slide,
            restricted_counts=restricted_counts,
            as_of=day,
            pdf=pdf,
        )
    # Only now: the audit has refused labels that look like identifiers.
    say_labels_read_otherwise(terminal, predictions or [])
    show_audited(terminal, audited)
