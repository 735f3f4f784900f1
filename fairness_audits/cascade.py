"""Offered, accepted, received: where an offer stops on its way to a woman, by group, as printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fairness_audits.context import AuditContext
from fairness_audits.disclosure import DisclosureRule, Family, PublishedCounts
from fairness_audits.figures import Figure
from fairness_audits.levels import EVERYONE
from fairness_audits.printed_rates import share
from fairness_audits.printed_sums import Cell, publish_sums
from fairness_audits.wording import so_many_of_100, these_women
from records.groups import MISSING_ETHNICITY

__all__ = ["STEPS", "StepRow", "printed_cascade", "step_words"]

STEPS = ("offered", "accepted", "received")
# Who came to the step after it; to the first that is recorded came all women.
_CAME_BY = {"offered": " who were offered it", "accepted": " who accepted it"}
_COUNTS = ("women", "recorded", "yes")
# Whether she took the step is recorded of some of the women who came to it, and some of these took it.
_WITHIN = (("women", "recorded"), ("recorded", "yes"))


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """``women`` who came to the step; of these ``recorded`` whether they took it, and ``yes``; the ``share`` is of
    those recorded."""

    step: str
    group: str
    women: int | None
    recorded: int | None
    yes: int | None
    share: Figure

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "share": self.share.to_dict()}


def printed_cascade(context: AuditContext, rule: DisclosureRule) -> tuple[StepRow, ...]:
    """Step by step, everyone first; only steps that are recorded.

    A woman comes to a step by having taken the one before, so counts of one step tell of those of the next.
    """
    if not context.cascade:
        return ()
    exact: dict[Cell, dict[str, float]] = {}
    for row in context.cascade:
        for group in (EVERYONE, row.group):
            sums = exact.setdefault((row.step, group), dict.fromkeys(_COUNTS, 0.0))
            for name in _COUNTS:
                sums[name] += getattr(row, name)
    groups = tuple(dict.fromkeys(row.group for row in context.cascade))
    steps = [step for step in STEPS if (step, EVERYONE) in exact]
    families = [Family((step, EVERYONE), tuple((step, group) for group in groups)) for step in steps]
    same = [
        ((before, group, "yes"), (after, group, "women"))
        for before, after in pairwise(steps)
        for group in (EVERYONE, *groups)
        if exact[before, group]["yes"] == exact[after, group]["women"]
    ]
    printed = publish_sums(rule, exact, families, within=_WITHIN, same=same)
    return tuple(_row(step, group, printed[step, group], rule) for step in steps for group in (EVERYONE, *groups))


def step_words(rows: Sequence[StepRow]) -> tuple[str, ...]:
    """Of each step, between which groups it differs beyond chance: those told the least and the most, where their
    intervals do not meet."""
    said = []
    steps = list(dict.fromkeys(row.step for row in rows))
    for before, step in zip([None, *steps], steps, strict=False):
        of_100 = f"of 100{_CAME_BY[before] if before else ''}"
        told = [
            row
            for row in rows
            if row.step == step and row.group not in (EVERYONE, *MISSING_ETHNICITY) and row.share.has_limits
        ]
        if len(told) < 2:
            continue
        least, most = (choose(told, key=lambda row: row.share.value or 0.0) for choose in (min, max))
        if (least.share.high or 0.0) < (most.share.low or 0.0):
            said.append(
                f"{step.capitalize()} least often: {these_women(least.group)}, {so_many_of_100(least.share)} {of_100}; "
                f"most often: {these_women(most.group)}, {so_many_of_100(most.share)} {of_100}."
            )
    return tuple(said)


def _row(step: str, group: str, counts: PublishedCounts, rule: DisclosureRule) -> StepRow:
    return StepRow(
        step=step,
        group=group,
        women=counts["women"],
        recorded=counts["recorded"],
        yes=counts["yes"],
        share=share("flag_rate", counts["yes"], counts["recorded"], rule),
    )
