"""A registered version of a model, and what must hold before it may be champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.lineage import Lineage
from models.release import ReleaseTags
from records.errors import EquipartumError

__all__ = ["BlockedRelease", "Version"]


class BlockedRelease(EquipartumError):
    """A promotion refused because a blocking finding stands, or the version is for development only."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One registered version and the aliases that point to it. ``lineage`` is there where it was recalibrated."""

    name: str
    version: int
    run_id: str
    created_at: int
    aliases: tuple[str, ...]
    tags: ReleaseTags
    lineage: Lineage | None = None

    def __str__(self) -> str:
        return f"{self.name} version {self.version}"

    @property
    def outcome(self) -> str:
        return self.name.rpartition(".")[0]

    @property
    def prediction_point(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def made_from(self) -> tuple[str, ...]:
        """Data digests of the births that it, or a version before it, was fitted on or recalibrated to."""
        before = self.lineage.births if self.lineage is not None else ()
        return (*before, self.tags.data_digest)

    def stands_against(self, on: date) -> tuple[str, ...]:
        """In a few words each, what `require_releasable` would refuse it for on that day; empty where nothing."""
        against = [] if self.tags.audit_id else ["no audit"]
        if self.tags.blocking_findings:
            against.append(f"blocked by {', '.join(self.tags.blocking_findings)}")
        against += [f"acceptance of {one.replace(' ', ' ended on ')}" for one in self.tags.acceptances_ended(on)]
        return (*against, *([f"for {self.tags.status}"] if self.tags.status != "adequate" else []))

    def require_releasable(self, on: date) -> None:
        """`BlockedRelease` says what stands against it on that day.

        No audit, a blocking finding, an acceptance that has ended, or too little to learn from.
        """
        if not self.tags.audit_id:
            raise BlockedRelease(
                f"{self} has no audit: its retrain was stopped before the audit was "
                f"filed. Audit it (equipartum audit --run {self.run_id[:8]}), or retrain."
            )
        if self.tags.blocking_findings:
            raise BlockedRelease(
                f"{self} is blocked by {', '.join(self.tags.blocking_findings)}. "
                f"Read its report: audits/{self.outcome}/{self.prediction_point}/{self.tags.audit_id}/report.html in "
                "the home. Then retrain; or accept the finding by name, role, reason and expiry in a copy of the "
                f"policy and audit again (equipartum audit --run {self.run_id[:8]} --policy FILE)."
            )
        if ended := self.tags.acceptances_ended(on):
            told = ", ".join(one.replace(" ", " ended on ") for one in ended)
            raise BlockedRelease(
                f"{self}: the acceptance of {told}. Accept it anew in the policy, or mend what was found; audit again "
                f"(equipartum audit --run {self.run_id[:8]} --policy FILE)."
            )
        if self.tags.status != "adequate":
            raise BlockedRelease(
                f"{self} is for {self.tags.status}: the retrain "
                f"said why, and so does model_card.md among the artefacts of run {self.run_id[:8]}."
            )
