"""What a check answers: a finding, passed, not applicable or cannot tell; the last two are never shown as passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from fairness_audits.figures import Section
from fairness_audits.policy import Acceptance

__all__ = ["CANNOT_TELL", "FINDING", "NOT_APPLICABLE", "PASSED", "Finding"]

FINDING = "finding"
PASSED = "passed"
NOT_APPLICABLE = "not applicable"
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One answer of one check, about one group or about all.

    One that ``is_suspended`` would be a finding on the outcomes recorded, and those not recorded could turn it; it is
    'cannot tell' and weighs as much as the finding would.

    ``figures`` are the printed figures that it rests on. Owner, date, change idea and measure are for people to fill.
    """

    code: str
    title: str
    state: str
    severity: str
    section: Section
    sentence: str
    group: str | None = None
    figures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    next_step: str = ""
    is_suspended: bool = False
    accepted: Acceptance | None = None
    owner: str = ""
    date: str = ""
    change_idea: str = ""
    measure: str = ""

    @property
    def is_blocking(self) -> bool:
        """A suspended one still blocks: to record fewer outcomes of a group must not release a version."""
        return (self.state == FINDING or self.is_suspended) and self.severity == "blocking" and self.accepted is None

    def to_dict(self) -> dict[str, Any]:
        plain = {name: value for name, value in vars(self).items() if name not in ("section", "figures", "accepted")}
        accepted = None
        if self.accepted is not None:
            accepted = {name: str(value) for name, value in vars(self.accepted).items() if value is not None}
        return {**plain, "section": self.section.to_dict(), "figures": dict(self.figures), "accepted": accepted}
