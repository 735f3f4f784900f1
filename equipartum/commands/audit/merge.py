"""`equipartum audit merge`: one audit of several hospitals, from the counts that each made of its own births."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from equipartum.audited import with_pdf
from equipartum.findings import show_findings
from equipartum.options import (
    AsJson,
    NoPdf,
    RestrictedCounts,
    refuse_counts_beside_report,
    refuse_report_over_inputs,
    refuse_unwritable_counts,
)
from equipartum.terminal import Terminal
from fairness_audits.audit import audit_counts
from fairness_audits.figures import count_text
from fairness_audits.overlapping_counts import no_overlap_statement
from fairness_audits.policy import DEFAULT_POLICY, read_policy
from fairness_audits.report_files import write_report
from fairness_audits.restricted_counts import pooled_counts, write_restricted_counts

EXAMPLES = (
    "Example: **equipartum audit merge north.parquet south.parquet --out both**, of files that each hospital made with "
    "**equipartum audit run --predictions births.parquet --restricted-counts north.parquet**."
)


def command(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Restricted counts, one file or more of each site.")
    ],
    policy: Annotated[
        Path | None, typer.Option(help="Audit policy (TOML) that all were counted under. Default: the shipped one.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("audit"),
    no_overlap: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Who states that no woman is in two of the files, and how they know: 'NAME: SENTENCE'. It is printed "
            "in the report. Needed where neither sites nor months tell the files apart.",
        ),
    ] = None,
    restricted_counts: RestrictedCounts = None,
    no_pdf: NoPdf = False,
    as_json: AsJson = False,
) -> None:
    """Audit the counts of several hospitals as if their births had been pooled, exactly."""
    terminal = Terminal(as_json=as_json)
    if len(files) < 2:
        raise typer.BadParameter("name the counts of two sites or more", param_hint="FILE...")
    refuse_counts_beside_report(restricted_counts, out)
    refuse_unwritable_counts(restricted_counts, (*files, policy))
    refuse_report_over_inputs(out, (*files, policy))
    today = datetime.now(UTC).date()
    stated = no_overlap_statement(no_overlap, today) if no_overlap is not None else ""
    counts = pooled_counts(files, no_overlap=stated)
    terminal.say(f"{len(files)} files of counts pooled, as of {counts.as_of}")
    report = audit_counts(counts, read_policy(policy) if policy else DEFAULT_POLICY, as_of=counts.as_of)
    write_report(report, out, pdf=with_pdf(terminal, no_pdf))
    if restricted_counts is not None:
        write_restricted_counts(counts, restricted_counts)
    show_findings(terminal, report)
    terminal.show(f"Pooled: {count_text(report.data.rows)} rows of {len(files)} files")
    terminal.show(f"Report: {out / 'report.html'}")
    terminal.finish(
        {
            "blocking_findings": list(report.blocking),
            "files": len(files),
            "rows": report.data.rows,
            "report": str(out / "report.html"),
        }
    )
