"""Options that several commands share, so that each is spelled and explained once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from equipartum.out_file import refuse_unwritable

__all__ = [
    "AsJson",
    "AuditName",
    "ColumnMapping",
    "Data",
    "HomeFolder",
    "NoPdf",
    "Point",
    "RestrictedCounts",
    "Seed",
    "SignedBy",
    "SignedRole",
    "SiteRulesFile",
    "SourceName",
    "refuse_counts_beside_report",
    "refuse_report_over_inputs",
    "refuse_unwritable_counts",
]

HomeFolder = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the registry, audits and logs. Default: EQUIPARTUM_HOME or .equipartum."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object, last on stdout.")]
SourceName = Annotated[
    str,
    typer.Option(
        "--source", help="What kind of records these are: msds, fhir, cdc_natality or simulated.", show_default=False
    ),
]
Data = Annotated[
    list[Path],
    typer.Option(
        "--data", help="A file of the source, or its folder; repeat, or list several after it.", show_default=False
    ),
]
ColumnMapping = Annotated[Path | None, typer.Option(help="TOML that maps a table's columns to fields.")]
Point = Annotated[
    str | None,
    typer.Option("--at", help="Prediction point. Default: the outcome's earliest, which is booking for most."),
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed and data give the same model.")]
AuditName = Annotated[
    str,
    typer.Argument(
        metavar="AUDIT",
        help="The audit's id, or how it begins, as 'equipartum audit list' shows it; or the folder of its report.",
    ),
]
SignedBy = Annotated[str, typer.Option("--name", help="Your name, in full.", show_default=False)]
SignedRole = Annotated[
    str, typer.Option("--role", help="In which role, such as 'equity lead' or 'clinical lead'.", show_default=False)
]
NoPdf = Annotated[bool, typer.Option("--no-pdf", help="Write no PDF beside the report; it takes seconds.")]
SiteRulesFile = Annotated[
    Path | None, typer.Option("--rules", help="Today's rules of this site (TOML), to set beside the model.")
]
RestrictedCounts = Annotated[
    Path | None,
    typer.Option(
        "--restricted-counts",
        help="Also write exact counts here, for 'audit merge'. Readable by you alone; never to be published.",
    ),
]


def refuse_counts_beside_report(counts: Path | None, report: Path) -> None:
    """A report's folder is passed on as a whole; what is restricted must not travel in it."""
    if counts is not None and counts.resolve().is_relative_to(report.resolve()):
        raise typer.BadParameter(
            f"restricted counts would lie in the folder of the report ({report.name}), which is made to be passed on; "
            "name a place outside it",
            param_hint="--restricted-counts",
        )


def refuse_unwritable_counts(counts: Path | None, inputs: Iterable[Path | None]) -> None:
    """Asked before the audit, which may take long: no leave, one of the inputs, or a file of another kind."""
    if counts is None:
        return
    from fairness_audits.restricted_counts import is_restricted

    if counts.resolve() in _resolved(inputs):
        raise typer.BadParameter(
            f"{counts.name} is read by this command: name another file", param_hint="--restricted-counts"
        )
    refuse_unwritable(counts, option="--restricted-counts")
    if counts.exists() and not is_restricted(counts):
        raise typer.BadParameter(
            f"{counts.name} is there and holds no restricted counts: it is not overwritten; name another file",
            param_hint="--restricted-counts",
        )


def refuse_report_over_inputs(out: Path, inputs: Iterable[Path | None]) -> None:
    """A report's files must not take the place of what it is made from."""
    from fairness_audits.report_files import PUBLIC_FILES

    over = [name for name in PUBLIC_FILES if (out / name).resolve() in _resolved(inputs)]
    if over:
        raise typer.BadParameter(
            f"the report would overwrite {', '.join(over)}, which this command reads: name another folder",
            param_hint="--out",
        )


def _resolved(files: Iterable[Path | None]) -> set[Path]:
    return {file.resolve() for file in files if file is not None}
