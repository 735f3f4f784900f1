"""An audit that a command made: of a run, of a table or of the log, and what is said of it in the terminal."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import typer

from equipartum.findings import findings_as_data, show_findings
from equipartum.terminal import Terminal
from fairness_audits.audit import audit_counts, counts_under
from fairness_audits.label_bias import with_label_bias
from fairness_audits.pdf import why_no_pdf
from fairness_audits.policy import AuditPolicy
from fairness_audits.report import AuditReport
from fairness_audits.report_files import REPORT_FILE, write_report
from fairness_audits.restricted_counts import write_restricted_counts
from fairness_audits.review_list import missed_women, write_review_list
from fairness_audits.under_recording import UnderRecording
from fairness_audits.wording import outcome_name, these_women
from models.home import Home
from models.release import CHAMPION
from records.one_scheme import of_one_scheme
from records.predictions import labels_read_otherwise

__all__ = [
    "Audited",
    "audit_of_run",
    "audit_of_table",
    "logged",
    "say_labels_read_otherwise",
    "show_audited",
    "show_review_list",
    "with_pdf",
]

LABELS_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Audited:
    """``folder`` is where the report was asked for; ``kept_as`` the id by which the home keeps it, if it does."""

    report: AuditReport
    folder: Path
    review_list: Path | None
    restricted_counts: Path | None = None
    kept_as: str | None = None
    blocked_champion: str | None = None


def audit_of_run(
    home: Home,
    run: str,
    policy: AuditPolicy | None,
    previous: Mapping[str, object] | None,
    *,
    out: Path | None,
    with_previous: bool,
    with_review_list: bool,
    slide: UnderRecording | None = None,
    restricted_counts: Path | None = None,
    as_of: datetime.date | None = None,
    pdf: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Audited:
    # The registry takes seconds to load, and an audit of a table needs none.
    from equipartum.writing import writing
    from training.reaudit import audit_run
    from training.registry import Registry

    settings = home.settings()
    with writing(home, settings, f"audit {run}", say):
        filed = audit_run(
            Registry(home, settings),
            home,
            run,
            policy=policy,
            previous=previous,
            with_previous=with_previous,
            with_review_list=with_review_list,
            slide=slide,
            out=out,
            restricted_counts=restricted_counts,
            as_of=as_of,
            pdf=pdf,
        )
    version, is_blocked = filed.version, bool(filed.report.blocking)
    return Audited(
        report=filed.report,
        folder=out or filed.folder,
        review_list=filed.review_list,
        restricted_counts=restricted_counts,
        kept_as=filed.folder.name,
        blocked_champion=str(version) if is_blocked and CHAMPION in version.aliases else None,
    )


def audit_of_table(
    table: pl.LazyFrame,
    policy: AuditPolicy,
    previous: Mapping[str, object] | None,
    *,
    out: Path,
    with_review_list: bool,
    slide: UnderRecording | None = None,
    restricted_counts: Path | None = None,
    as_of: datetime.date | None = None,
    pdf: bool = False,
) -> Audited:
    counts = counts_under(policy, table, as_of=as_of)
    audited = audit_counts(counts, policy, previous=previous, as_of=counts.as_of)
    report = with_label_bias(replace(audited, has_review_list=with_review_list), slide)
    write_report(report, out, pdf=pdf)
    if restricted_counts is not None:
        write_restricted_counts(counts, restricted_counts)
    listed = write_review_list(missed_women(report, table), out) if with_review_list else None
    return Audited(report=report, folder=out, review_list=listed, restricted_counts=restricted_counts)


def logged(terminal: Terminal, home: Home, observed: Path | None, group_scheme: str | None) -> pl.DataFrame:
    """What the service answered, with the outcomes that are known since, of the versions of one ``group_scheme``."""
    from serving.database.export import logged_predictions

    outcomes = _outcomes(observed)
    table = logged_predictions(home, home.settings(), outcomes)
    if outcomes is not None:
        terminal.say(f"{table['observed'].count():,} of {outcomes.height:,} outcomes belong to a risk in the log")
    one, remarks = of_one_scheme(table, group_scheme)
    for remark in remarks:
        terminal.say(remark)
    return one


def say_labels_read_otherwise(terminal: Terminal, files: Sequence[Path]) -> None:
    """Which ethnic group labels are read as another, each with how it was written: what cannot be seen is spelt out."""
    relabelled = labels_read_otherwise(files)
    if relabelled:
        told = "; ".join(f"{written!a} as {label!r}" for written, label in relabelled[:LABELS_SHOWN])
        more = len(relabelled) - LABELS_SHOWN
        terminal.say(
            f"ethnic group labels read as another label, {len(relabelled)}: {told}{f'; and {more} more' * (more > 0)}"
        )


def show_audited(terminal: Terminal, audited: Audited) -> None:
    report = audited.report
    show_findings(terminal, report)
    _show_label_bias(terminal, report)
    if audited.blocked_champion:
        terminal.say(
            f"warning: {audited.blocked_champion} is champion, is being served, and is now blocked by "
            f"{', '.join(report.blocking)}"
        )
    show_review_list(terminal, audited.review_list)
    if audited.restricted_counts is not None:
        terminal.say(
            f"restricted counts, for 'equipartum audit merge': {audited.restricted_counts}. Only its owner can read "
            "it; pass it on only under a data-sharing agreement"
        )
    terminal.show(f"Report: {audited.folder / REPORT_FILE}")
    if audited.kept_as:
        terminal.show(f"Audit {audited.kept_as}; sign it with 'equipartum audit sign'.")
    terminal.finish(
        {
            "audit_id": audited.kept_as or report.audit_id,
            "blocking_findings": list(report.blocking),
            "findings": findings_as_data(report),
            "label_bias": [one.to_dict() for one in report.label_bias],
            "acceptances": [acceptance.to_dict() for acceptance in report.acceptances],
            "blocked_champion": audited.blocked_champion,
            "report": str(audited.folder / REPORT_FILE),
            "restricted_counts": str(audited.restricted_counts) if audited.restricted_counts else None,
            "review_list": str(audited.review_list) if audited.review_list else None,
        }
    )


def _show_label_bias(terminal: Terminal, report: AuditReport) -> None:
    for bias in report.label_bias:
        terminal.show(
            f"If events of {these_women(bias.group)} had been recorded as 'no' ({outcome_name(bias.section)})"
        )
        for sentence in (bias.level_sentence, *(one.sentence for one in bias.verdicts)):
            terminal.show(f"  {sentence}")


def with_pdf(terminal: Terminal, no_pdf: bool) -> bool:
    """Whether the report is written as PDF too; says in one line what is missing where that cannot be."""
    if no_pdf:
        return False
    missing = why_no_pdf()
    if missing:
        terminal.say(missing)
    return not missing


def show_review_list(terminal: Terminal, review_list: Path | None) -> None:
    """Where the list of missed women is, and that it must stay there."""
    if review_list is not None:
        terminal.say(
            f"missed women of groups too small for a verdict, for case-note review: {review_list}. It names women: "
            "only its owner can read it, and it must not be sent, copied into a shared place or put with the report"
        )


def _outcomes(observed: Path | None) -> pl.DataFrame | None:
    """Outcomes joined later: pregnancy_id as the clinical system sent it, outcome, observed."""
    if observed is None:
        return None
    try:
        return pl.read_csv(
            observed, schema_overrides={"pregnancy_id": pl.String, "outcome": pl.String, "observed": pl.Boolean}
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        raise typer.BadParameter(
            f"{observed.name} is not a CSV of pregnancy_id, outcome, observed ({type(error).__name__})",
            param_hint="--observed",
        ) from None
