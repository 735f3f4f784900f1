"""The data audit as one self-contained page: no network, no scripts, every drawing beside its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairness_audits.charts import Scale, share_scale
from fairness_audits.data_audit.first_page import first_page
from fairness_audits.data_audit.missingness import FactRow
from fairness_audits.data_audit.outcomes import OutcomeRow, RecordedOutcome
from fairness_audits.data_audit.report import DataAudit
from fairness_audits.data_audit.words import missing_ethnicity
from fairness_audits.levels import EVERYONE_LEVEL, Level
from fairness_audits.templating import templates
from fairness_audits.wording import FIXED_SENTENCE

__all__ = ["data_audit_page"]

ETHNIC = "ethnic_group"


@dataclass(frozen=True, kw_only=True)
class FactTable:
    """Facts down, groups across, of one level; only facts that someone lacks."""

    title: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, tuple[FactRow, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class OutcomeTables:
    """One outcome by one definition: everyone and ethnic groups, then the other levels."""

    recorded: RecordedOutcome
    id: str
    rows: tuple[OutcomeRow, ...]
    scale: Scale
    finer: tuple[tuple[str, tuple[OutcomeRow, ...]], ...]


def data_audit_page(audit: DataAudit) -> str:
    """The whole page as HTML."""
    finer = [level for level in audit.levels if level.name != ETHNIC]
    outcomes = [_tables(outcome, finer, number) for number, outcome in enumerate(audit.outcomes, start=1)]
    return (
        templates()
        .get_template("data_audit.html")
        .render(
            audit=audit,
            passport=audit.passport,
            fixed_sentence=FIXED_SENTENCE,
            missing_ethnicity=missing_ethnicity(audit.passport),
            paragraphs=list(first_page(audit)),
            finer=[(level.title, audit.passport.of_level(level.name)) for level in finer],
            groups=(audit.passport.everyone, *audit.passport.of_level(ETHNIC)),
            facts=[_facts(audit, level.name, level.title) for level in audit.levels],
            limit=audit.policy.tolerance("FA010").limit,
            outcomes=[tables for tables in outcomes if tables.recorded.reading.is_first],
            other_definitions=[tables for tables in outcomes if not tables.recorded.reading.is_first],
        )
    )


def _facts(audit: DataAudit, level: str, title: str) -> FactTable:
    by_fact: dict[str, list[FactRow]] = {}
    for row in audit.facts:
        if row.level in (EVERYONE_LEVEL, level):
            by_fact.setdefault(row.title, []).append(row)
    lacked = [(fact, tuple(rows)) for fact, rows in by_fact.items() if any(row.missing != 0 for row in rows)]
    groups = tuple(row.group for row in lacked[0][1]) if lacked else ()
    return FactTable(title=title, groups=groups, rows=tuple(lacked))


def _tables(recorded: RecordedOutcome, finer: Sequence[Level], number: int) -> OutcomeTables:
    rows = (recorded.everyone, *recorded.of_level(ETHNIC))
    return OutcomeTables(
        recorded=recorded,
        id=f"outcome-{number}",
        rows=rows,
        scale=share_scale(row["event_rate"] for row in rows),
        finer=tuple((level.title, recorded.of_level(level.name)) for level in finer),
    )
