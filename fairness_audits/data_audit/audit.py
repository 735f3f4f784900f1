"""The data audit, as the sentence it performs: ask, count, print, and say what it comes to."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from fairness_audits.data_audit.counting import count_records
from fairness_audits.data_audit.lacking import lacking_in
from fairness_audits.data_audit.missingness import facts_recorded
from fairness_audits.data_audit.outcomes import outcomes_recorded
from fairness_audits.data_audit.passport import passport_of
from fairness_audits.data_audit.printing import print_counts
from fairness_audits.data_audit.published import beside_published
from fairness_audits.data_audit.questions import questions_of
from fairness_audits.data_audit.report import DataAudit
from fairness_audits.data_audit.words import Recorded, findings_in
from fairness_audits.disclosure import RULES
from fairness_audits.levels import CROSSED, levels_in
from fairness_audits.policy import DEFAULT_POLICY, DERIVED_COLUMNS, AuditPolicy
from models.outcomes import OUTCOMES, outcome
from records.errors import EquipartumError
from records.records import IDENTITY_COLUMNS, Records

__all__ = ["NothingRecorded", "audit_data"]

DEPRIVATION = "deprivation_quintile"


class NothingRecorded(EquipartumError):
    """Records without a single pregnancy."""


def audit_data(
    records: Records,
    policy: AuditPolicy = DEFAULT_POLICY,
    outcomes: Sequence[str] = (),
    *,
    as_of: datetime.date | None = None,
) -> DataAudit:
    """What these records hold of whom, before any model: of the ``outcomes`` named, or of every declared one.

    Streams: memory grows with the groups, not with the pregnancies. Raises `NothingRecorded`, or
    `models.outcomes.UnknownOutcome`.
    """
    asked = tuple(outcome(name) for name in dict.fromkeys(outcomes)) or tuple(OUTCOMES.values())
    questions = questions_of(records, asked)
    group_by, left_out = _levels_asked(policy)
    counted = count_records(records, questions, _columns(group_by))
    if not counted.years:
        raise NothingRecorded(f"{records.description}: no pregnancy could be read, so there is nothing to audit")
    levels = levels_in(counted.cells, group_by=group_by, group_scheme=counted.group_scheme)
    printed = print_counts(counted, levels, RULES[policy.disclosure])
    recorded = Recorded(
        passport=passport_of(records, questions, printed, levels, group_scheme=counted.group_scheme, left_out=left_out),
        facts=tuple(facts_recorded(records, questions, printed)),
        outcomes=tuple(outcomes_recorded(questions, printed)),
        published=tuple(beside_published(records, asked, questions, printed)),
        lacking=lacking_in(records, asked),
    )
    return DataAudit(
        on=as_of or datetime.datetime.now(datetime.UTC).date(),
        policy=policy,
        is_simulated=records.is_simulated,
        levels=levels,
        findings=findings_in(recorded, policy),
        **vars(recorded),
    )


def _levels_asked(policy: AuditPolicy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The policy's levels that records can tell apart, and deprivation; then those that only predictions can."""
    asked = tuple(dict.fromkeys((*policy.group_by, DEPRIVATION)))
    told = tuple(level for level in asked if set(_columns([level])) <= set(IDENTITY_COLUMNS) - {"site"})
    return told, tuple(level for level in asked if level not in told)


def _columns(group_by: Sequence[str]) -> tuple[str, ...]:
    parts = [part.strip() for level in group_by for part in level.split(CROSSED)]
    return tuple(dict.fromkeys(DERIVED_COLUMNS.get(part, part) for part in parts))
