"""Which registered version an audit is of, so that a report that was printed or sent on can be traced back."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AuditedVersion"]


@dataclass(frozen=True, kw_only=True)
class AuditedVersion:
    """``name`` and ``number`` as the registry has them; ``run_id`` is the run that made the version."""

    name: str
    number: int
    run_id: str

    def __str__(self) -> str:
        return f"{self.name} version {self.number}, run {self.run_id[:8]}"
