"""What named persons answered for, and what became of it: in force, soon to expire, expired, or about nothing here."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fairness_audits.findings import FINDING, Finding
from fairness_audits.policy import Acceptance, AuditPolicy, PolicyNamesAbsentGroup
from records.groups import ETHNIC_SCHEMES, MISSING_ETHNICITY

__all__ = ["AcceptanceState", "acceptance_states", "accepted", "refuse_unknown_groups"]


@dataclass(frozen=True, kw_only=True)
class AcceptanceState:
    """One acceptance on the day of the audit. ``is_found`` says whether this audit still finds what it is about."""

    acceptance: Acceptance
    state: str
    is_found: bool

    @property
    def text(self) -> str:
        """'FA003 for Asian, preterm_birth: accepted by ... until 2026-06-30; expired: it no longer holds ...'."""
        one = self.acceptance
        whom = f" for {one.group}" if one.group else ""
        says = {
            "expired": "EXPIRED: it answers for nothing any more",
            "expires soon": "expires within 30 days",
            "not yet in force": "not yet in force",
        }.get(self.state, "in force")
        found = "" if self.is_found else "; nothing that it is about was found in this audit"
        return (
            f"{one.check}{whom}, {one.outcome}, version {one.model_version} alone: accepted by {one.name}, {one.role}, "
            f"on {one.date} until {one.expires}; {says}{found}. Reason given: {one.reason}"
        )

    def to_dict(self) -> dict[str, Any]:
        named = {name: None if value is None else str(value) for name, value in vars(self.acceptance).items()}
        return {**named, "state": self.state, "is_found": self.is_found, "text": self.text}


def accepted(finding: Finding, policy: AuditPolicy, on: datetime.date) -> Finding:
    """``finding`` with the acceptance that covers it on this day, if any does."""
    for acceptance in policy.acceptances:
        if acceptance.covers(**_named(finding), on=on):
            return replace(finding, accepted=acceptance)
    return finding


def acceptance_states(
    policy: AuditPolicy, findings: Iterable[Finding], on: datetime.date
) -> tuple[AcceptanceState, ...]:
    """Every acceptance of the policy, in its order; an expired one is named in every report until it is taken out."""
    found = [finding for finding in findings if finding.state == FINDING]
    return tuple(
        AcceptanceState(
            acceptance=one, state=one.state(on), is_found=any(one.is_about(**_named(finding)) for finding in found)
        )
        for one in policy.acceptances
    )


def refuse_unknown_groups(policy: AuditPolicy, groups: Sequence[str], scheme: str) -> None:
    """`PolicyNamesAbsentGroup` where an acceptance names a group that is neither in the table nor in its coding scheme.

    A group of the scheme that this table happens to lack is no error: the report says that nothing was found about it.
    """
    known = ETHNIC_SCHEMES.get(scheme)
    schemes = [known] if known is not None else list(ETHNIC_SCHEMES.values())
    labels = {label for one in schemes for label in (*one.groups, *(category.label for category in one.categories))}
    for acceptance in policy.acceptances:
        if acceptance.group is not None and acceptance.group not in labels.union(groups, MISSING_ETHNICITY):
            raise PolicyNamesAbsentGroup(
                f"an acceptance of {acceptance.check} names the group {acceptance.group!r}, which neither the table "
                f"nor its coding scheme has; the groups are: {', '.join(groups)}; leave group out for every group"
            )


def _named(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.code,
        "outcome": finding.section.outcome,
        "group": finding.group,
        "model_version": finding.section.model_version,
    }
