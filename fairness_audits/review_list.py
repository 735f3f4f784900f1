"""The list for case-note review: every woman missed in a group with too few events for a verdict from figures.

Below the policy's minimum of events no interval says much, and reading the notes of each woman who was missed does.
The list names women. It is made only where the audit is made, readable by its owner alone, and belongs to no report,
no registry and no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from fairness_audits.counts import SECTION_COLUMNS
from fairness_audits.figures import Section
from fairness_audits.levels import Level
from fairness_audits.report import AuditReport
from fairness_audits.risk_bins import bin_of, cut_of
from fairness_audits.tallies import flagged_share, operating_points_answered
from records.predictions import complete_predictions
from records.private_file import write_private

__all__ = ["REVIEW_LIST_FILE", "missed_women", "write_review_list"]

REVIEW_LIST_FILE = "review-list.csv"
# For the reviewer to fill in.
QUESTIONS = ("known_at_the_time", "what_was_missed", "what_would_have_found_her", "reviewed_by", "reviewed_on")
CELLS = ("bin", "cut", "alert")


def missed_women(report: AuditReport, predictions: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """One row a woman who had the outcome and was not flagged, in an ethnic group that the report cannot tell about.

    At the primary operating point. Also listed: women whom the policy could not be asked about, and those at the edge
    of a rate, some of whom were flagged. ``predictions`` are those that ``report`` was made from.
    """
    table = complete_predictions(predictions)
    lists = [_missed(report, section, table) for section in report.models]
    return pl.concat(lists) if lists else pl.DataFrame()


def write_review_list(women: pl.DataFrame, folder: Path) -> Path | None:
    """`review-list.csv`, readable by its owner alone from the moment it exists; None, and no file, where it is empty.

    A list that is there already is replaced.
    """
    file = folder / REVIEW_LIST_FILE
    if women.is_empty():
        file.unlink(missing_ok=True)
        return None
    write_private(file, women.write_csv().encode("utf-8"))
    return file


def _missed(report: AuditReport, section: Section, table: pl.LazyFrame) -> pl.DataFrame:
    thresholds = report.policy.risk_thresholds
    scored = table.filter(pl.col(name) == value for name, value in section.to_dict().items()).with_columns(
        bin=bin_of(pl.col("risk")), cut=cut_of(pl.col("risk"), thresholds)
    )
    cells = scored.group_by(CELLS).agg(pl.col("weight").sum()).collect(engine="streaming")
    point = operating_points_answered(cells, report.policy.operating_points)
    if not point:
        # Neither alerts nor risks: nobody can be said to have been missed.
        return _listed(scored.head(0).collect().with_columns(flagged_share=None, group=pl.lit("")))
    shares = flagged_share(cells, point[0], thresholds).select(*CELLS, "flagged_share")
    events = scored.filter(pl.col("observed")).collect(engine="streaming")
    events = events.join(shares, on=CELLS, how="left", nulls_equal=True)
    missed = events.filter(pl.col("flagged_share").is_null() | (pl.col("flagged_share") < 1))
    return _listed(_in_small_groups(report, section, missed))


def _in_small_groups(report: AuditReport, section: Section, women: pl.DataFrame) -> pl.DataFrame:
    """Those in a group that the report cannot tell about, with its name; a woman of two such groups has both."""
    named: list[pl.Expr] = []
    for number, level in enumerate(_levels(report)):
        small = [r.group for r in report.figures_of(section, level.name) if r.status == "cannot tell"]
        name = f"group_{number}"
        women = level.labelled(women).rename({"group": name})
        named.append(pl.when(pl.col(name).is_in(small)).then(pl.col(name)))
    groups = pl.concat_list(named).list.drop_nulls().list.unique(maintain_order=True)
    return women.with_columns(group=groups.list.join("; ")).filter(pl.col("group") != "")


def _levels(report: AuditReport) -> Sequence[Level]:
    """Ethnic groups, coarse and fine. Crossed with anything else, small cells would be all women."""
    return [level for level in report.levels if level.is_ethnic and len(level.columns) == 1]


def _listed(women: pl.DataFrame) -> pl.DataFrame:
    share = pl.col("flagged_share")
    return women.select(
        "pregnancy_id",
        *(name for name in SECTION_COLUMNS if name != "scored_by"),
        "group",
        risk_band=pl.col("band"),
        at_the_time=pl.when(share.is_null())
        .then(pl.lit("could not be evaluated"))
        .when(share == 0)
        .then(pl.lit("not flagged"))
        .otherwise(pl.lit("at the edge of the rate: may have been flagged")),
        **{question: pl.lit(None, dtype=pl.String) for question in QUESTIONS},
    ).sort("group", "pregnancy_id")
