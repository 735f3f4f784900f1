"""How a released model is named and labelled in a registry. Knows no registry: training and serving share this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = [
    "AUDIT_ARTIFACT",
    "CARD_ARTIFACT",
    "CHALLENGER",
    "CHAMPION",
    "MODEL_ARTIFACT",
    "TUNING_ARTIFACT",
    "ReleaseTags",
    "audit_address",
    "registered_name",
]

CHAMPION = "champion"
CHALLENGER = "challenger"

MODEL_ARTIFACT = "risk_model"
AUDIT_ARTIFACT = "audit"
CARD_ARTIFACT = "model_card.md"
TUNING_ARTIFACT = "tuning.csv"


def registered_name(outcome: str, prediction_point: str) -> str:
    return f"{outcome}.{prediction_point}"


def audit_address(outcome: str, prediction_point: str, audit_id: str) -> str:
    """Where the service shows the report of an audit, and where below the home its folder is."""
    return f"/audits/{outcome}/{prediction_point}/{audit_id}/report.html"


@dataclass(frozen=True, kw_only=True)
class ReleaseTags:
    """What the registry says of a version without opening it. All values are short text.

    ``accepted_until`` holds a code and a day, 'FA002 2027-05-23', for each finding that would block and was accepted.

    ``audit_id`` is empty until the version's audit is filed whole.
    """

    design_digest: str
    data_digest: str
    model_digest: str
    source: str
    definition: str
    is_simulated: bool
    blocking_findings: tuple[str, ...]
    status: str
    audit_id: str
    accepted_until: tuple[str, ...] = ()

    def acceptances_ended(self, on: date) -> tuple[str, ...]:
        """Those of ``accepted_until`` that no longer hold on that day: nobody answers for the finding now."""
        return tuple(one for one in self.accepted_until if one.partition(" ")[2] < on.isoformat())

    def to_tags(self) -> dict[str, str]:
        return {
            "design_digest": self.design_digest,
            "data_digest": self.data_digest,
            "model_digest": self.model_digest,
            "source": self.source,
            "definition": self.definition,
            "is_simulated": str(self.is_simulated).lower(),
            "blocking_findings": ",".join(self.blocking_findings),
            "status": self.status,
            "accepted_until": ",".join(self.accepted_until),
            # Last: a version that names an audit says all that the audit found.
            "audit_id": self.audit_id,
        }

    @classmethod
    def from_tags(cls, tags: dict[str, str]) -> ReleaseTags:
        blocking = tuple(code for code in tags.get("blocking_findings", "").split(",") if code)
        return cls(
            design_digest=tags["design_digest"],
            data_digest=tags["data_digest"],
            model_digest=tags["model_digest"],
            source=tags["source"],
            definition=tags["definition"],
            is_simulated=tags["is_simulated"] == "true",
            blocking_findings=blocking,
            status=tags["status"],
            audit_id=tags["audit_id"],
            accepted_until=tuple(one for one in tags.get("accepted_until", "").split(",") if one),
        )
