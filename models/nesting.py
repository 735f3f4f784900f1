"""Outcomes that lie within one another: a birth before 32 weeks is one before 34, and that is one before 37.

Each has a model of its own, fitted to its own events. Two models may disagree: one woman's risk of the inner outcome
may come out above that of the outer, which no woman's is. Wherever a risk is told it is therefore told no higher than
that of each outcome around it, by the champions (or the versions) that tell those. The bound is named beside the risk.
"""

from __future__ import annotations

from collections.abc import Callable

from models.outcomes import OUTCOMES

__all__ = ["around", "bounded"]


def around(outcome: str) -> tuple[str, ...]:
    """The outcomes that this one lies within, the nearest first."""
    found: list[str] = []
    outer = OUTCOMES[outcome].within
    while outer is not None:
        found.append(outer)
        outer = OUTCOMES[outer].within
    return tuple(found)


def bounded(outcome: str, risk: float, risk_of: Callable[[str], float | None]) -> tuple[float, str | None]:
    """The risk to tell, and the outcome whose risk bounds it (None: nothing does).

    ``risk_of`` gives her risk of an outer outcome, None where nobody tells one.
    """
    told, by = risk, None
    for outer in around(outcome):
        bound = risk_of(outer)
        if bound is not None and bound < told:
            told, by = bound, outer
    return told, by
