"""What the label-bias bench found: each verdict by the share of a group's events recorded as 'no'."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fairness_audits.figures import Section

__all__ = ["LabelBias", "Turn", "VerdictByShare"]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """From ``share`` on the answer is ``after``; one step before, it was ``before``."""

    share: float
    before: str
    after: str
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class VerdictByShare:
    """One check's answer at each share. A finding of FA002 is told apart by its direction.

    ``beside`` names the rule of today, of FA007. ``sentence`` says where it turns, or that it does not.
    """

    code: str
    title: str
    beside: str
    states: tuple[str, ...]
    turns: tuple[Turn, ...]
    sentence: str

    @property
    def stretches(self) -> tuple[tuple[str, int, int], ...]:
        """(answer, first step, last step) of each run of equal answers."""
        found, step = [], 0
        for state, run in groupby(self.states):
            length = len(list(run))
            found.append((state, step, step + length - 1))
            step += length
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        return {
            **vars(self),
            "states": list(self.states),
            "turns": [turn.to_dict() for turn in self.turns],
        }


@dataclass(frozen=True, kw_only=True)
class LabelBias:
    """``level_at`` is the share at which as many events would have happened as the risks said; None where at none."""

    section: Section
    group: str
    shares: tuple[float, ...]
    level_at: float | None
    level_sentence: str
    verdicts: tuple[VerdictByShare, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.section.to_dict(),
            "group": self.group,
            "shares": list(self.shares),
            "level_at": self.level_at,
            "level_sentence": self.level_sentence,
            "verdicts": [verdict.to_dict() for verdict in self.verdicts],
        }
