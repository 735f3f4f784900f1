"""The data audit: one value that the page, the JSON and the terminal are printed from."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from fairness_audits.data_audit.lacking import Lacking
from fairness_audits.data_audit.missingness import FactRow
from fairness_audits.data_audit.outcomes import RecordedOutcome
from fairness_audits.data_audit.passport import Passport
from fairness_audits.data_audit.published import BesidePublished
from fairness_audits.disclosure import RULES, DisclosureRule
from fairness_audits.levels import Level
from fairness_audits.policy import AuditPolicy

__all__ = [
    "BESIDE",
    "CANNOT_TELL",
    "IMPLAUSIBLE",
    "KINDS",
    "LATE",
    "LESS_KNOWN",
    "LESS_RECORDED",
    "NOT_COLLECTED",
    "OFTEN_NOT_RECORDED",
    "DataAudit",
    "DataFinding",
]

DATA_AUDIT_SCHEMA = 1
LESS_RECORDED = "recorded less often"
OFTEN_NOT_RECORDED = "often not recorded"
LATE = "later into care"
LESS_KNOWN = "outcome known less often"
IMPLAUSIBLE = "implausible rate"
BESIDE = "beside published"
CANNOT_TELL = "cannot tell"
NOT_COLLECTED = "not collected"
KINDS = (LESS_RECORDED, OFTEN_NOT_RECORDED, LATE, LESS_KNOWN, IMPLAUSIBLE, BESIDE, CANNOT_TELL, NOT_COLLECTED)


@dataclass(frozen=True, kw_only=True)
class DataFinding:
    """One thing said on the first page, of one of `KINDS`. ``facts`` are the concepts or outcomes it is about."""

    kind: str
    sentence: str
    group: str | None = None
    facts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "facts": list(self.facts)}


@dataclass(frozen=True, kw_only=True)
class DataAudit:
    """Everything found, already disclosure-controlled and rounded for print."""

    on: datetime.date
    policy: AuditPolicy
    is_simulated: bool
    levels: tuple[Level, ...]
    passport: Passport
    facts: tuple[FactRow, ...]
    outcomes: tuple[RecordedOutcome, ...]
    published: tuple[BesidePublished, ...]
    lacking: tuple[Lacking, ...]
    findings: tuple[DataFinding, ...]

    @property
    def audit_id(self) -> str:
        """Twelve hexadecimal digits of what was found: the same file under the same policy has the same name."""
        return hashlib.sha256(json.dumps(self._body(), sort_keys=True).encode()).hexdigest()[:12]

    @property
    def rule(self) -> DisclosureRule:
        return RULES[self.policy.disclosure]

    def findings_of(self, kind: str) -> tuple[DataFinding, ...]:
        return tuple(finding for finding in self.findings if finding.kind == kind)

    def to_dict(self) -> dict[str, Any]:
        return {"schema": DATA_AUDIT_SCHEMA, "audit_id": self.audit_id, "on": self.on.isoformat(), **self._body()}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False)

    def _body(self) -> dict[str, Any]:
        return {
            "is_simulated": self.is_simulated,
            "policy": {
                "name": self.policy.name,
                "disclosure": self.policy.disclosure,
                "disclosure_rule": self.rule.title,
                "minimum_events": self.policy.minimum_events,
            },
            "passport": self.passport.to_dict(),
            "findings": [finding.to_dict() for finding in self.findings],
            "facts": [row.to_dict() for row in self.facts],
            "outcomes": [outcome.to_dict() for outcome in self.outcomes],
            "published": [one.to_dict() for one in self.published],
            "lacking": [one.to_dict() for one in self.lacking],
        }
