"""What a list says of an audit: when, of which version, what was found and what blocks. Counts of findings only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fairness_audits.audited_version import AuditedVersion
from fairness_audits.findings import CANNOT_TELL, FINDING, NOT_APPLICABLE, PASSED

__all__ = ["AuditSummary"]

SEVERITIES = ("blocking", "major", "advisory")
STATES = (FINDING, CANNOT_TELL, PASSED, NOT_APPLICABLE)


@dataclass(frozen=True, kw_only=True)
class AuditSummary:
    """``report_id`` is the id that the report prints.

    ``tally`` counts answers of checks by state, then by severity. Findings that a person accepted are among them, and
    ``accepted`` says how many; ``suspended`` are those among 'cannot tell' that weigh as much as a finding.
    ``blocking`` are the codes that still block.
    """

    report_id: str
    on: str
    version: AuditedVersion | None
    is_simulated: bool
    blocking: tuple[str, ...]
    tally: Mapping[str, Mapping[str, int]]
    accepted: int
    suspended: int

    @classmethod
    def of(cls, audit: Mapping[str, Any]) -> AuditSummary:
        """Of the content of an `audit.json`."""
        findings = audit["findings"]
        counted = Counter((finding["state"], finding["severity"]) for finding in findings)
        return cls(
            report_id=audit["audit_id"],
            on=audit["on"],
            version=_version(audit.get("version")),
            is_simulated=audit["is_simulated"],
            blocking=tuple(audit["blocking"]),
            tally={state: {s: counted[state, s] for s in SEVERITIES} for state in STATES},
            accepted=sum(finding["accepted"] is not None for finding in findings),
            suspended=sum(finding.get("is_suspended", False) for finding in findings),
        )

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> AuditSummary:
        known = {name: plain[name] for name in cls.__dataclass_fields__}
        return cls(**{**known, "version": _version(plain["version"]), "blocking": tuple(plain["blocking"])})

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def cannot_tell(self) -> int:
        return sum(self.tally[CANNOT_TELL].values())

    @property
    def in_words(self) -> str:
        """As in '3 findings (1 blocking, 2 advisory), FA003 blocks; 1 accepted; 3 cannot tell, 1 of them suspended'."""
        suspended = f", {self.suspended} of them suspended" if self.suspended else ""
        told = (
            _findings_in_words(self.tally[FINDING], self.blocking),
            f"{self.accepted} accepted" if self.accepted else "",
            f"{self.cannot_tell} cannot tell{suspended}" if self.cannot_tell else "",
        )
        return "; ".join(part for part in told if part)


def _findings_in_words(by_severity: Mapping[str, int], blocking: Sequence[str]) -> str:
    number = sum(by_severity.values())
    if not number:
        return f"no findings, {_blocks(blocking)}" if blocking else "no findings"
    graded = ", ".join(f"{by_severity[severity]} {severity}" for severity in SEVERITIES if by_severity[severity])
    return f"{number} finding{'' if number == 1 else 's'} ({graded}), {_blocks(blocking)}"


def _blocks(codes: Sequence[str]) -> str:
    return f"{', '.join(codes)} block{'s' if len(codes) == 1 else ''}" if codes else "none blocks"


def _version(plain: Mapping[str, Any] | None) -> AuditedVersion | None:
    return None if plain is None else AuditedVersion(**plain)
