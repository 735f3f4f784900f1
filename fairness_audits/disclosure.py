"""Disclosure control: what may be printed of a count, so that no small number of women can be read or worked out.

It is applied once, to the counts; every figure, interval, finding and file is made from what it leaves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairness_audits.levels import EVERYONE

__all__ = ["RULES", "DisclosureRule", "PublishedCounts", "publish"]

PublishedCounts = Mapping[str, int | None]


@dataclass(frozen=True, kw_only=True)
class DisclosureRule:
    """How one count is printed. ``hides`` says that small counts become None ('*') and need a second one hidden."""

    name: str
    title: str
    authority: str
    small: int
    shown_as: int | None
    rounded_to: int
    hides: bool

    def count(self, value: float) -> int | None:
        """The printable form of a count; None where it is hidden. Zero stays zero unless small counts are hidden."""
        whole = math.floor(value + 0.5)
        if self.rounded_to == 1:
            return whole
        if whole <= self.small and (whole > 0 or self.hides):
            return self.shown_as
        return self.rounded_to * math.floor(whole / self.rounded_to + 0.5)

    def can_divide_by(self, count: int | None) -> bool:
        """Whether a rate over this printed count says anything: never over a hidden, zero or disguised one."""
        return count is not None and count > self.small if self.rounded_to > 1 else bool(count)


RULES: Mapping[str, DisclosureRule] = {
    "msds": DisclosureRule(
        name="msds",
        title="counts of 1 to 7 are shown as 5 and others rounded to the nearest 5; rates come from the rounded counts",
        authority="NHS England, Maternity Services Data Set publications",
        small=7,
        shown_as=5,
        rounded_to=5,
        hides=False,
    ),
    "mhsds": DisclosureRule(
        name="mhsds",
        title="counts below 5 are shown as * and others rounded to the nearest 5; further counts are hidden where a "
        "total would give a hidden one back",
        authority="NHS England, Mental Health Services Data Set publications",
        small=4,
        shown_as=None,
        rounded_to=5,
        hides=True,
    ),
    "none": DisclosureRule(
        name="none",
        title="counts are exact: this report must stay inside the access control of the records it was made from",
        authority="site policy",
        small=0,
        shown_as=None,
        rounded_to=1,
        hides=False,
    ),
}


def publish(
    rule: DisclosureRule, counts: Mapping[str, Mapping[str, float]], parents: Mapping[str, str]
) -> dict[str, PublishedCounts]:
    """Printable counts of each group, of `EVERYONE` too. ``parents`` say which groups add up to which total."""
    printed = {group: {name: rule.count(value) for name, value in row.items()} for group, row in counts.items()}
    if not rule.hides:
        return dict(printed)
    totals = _totals(printed, parents)
    while _hide_across(printed, counts, totals):
        pass
    return dict(printed)


def _totals(groups: Iterable[str], parents: Mapping[str, str]) -> list[Sequence[str]]:
    """Sets of groups whose sum is printed somewhere: all of a level, and the children of each parent."""
    stated = [group for group in groups if group != EVERYONE]
    families: dict[str, list[str]] = {}
    for group in stated:
        families.setdefault(parents.get(group, EVERYONE), []).append(group)
    return [stated, *families.values()]


def _hide_across(
    printed: dict[str, dict[str, int | None]],
    counts: Mapping[str, Mapping[str, float]],
    totals: Sequence[Sequence[str]],
) -> bool:
    """Where one group of a total is hidden, hide the next smallest too. True if anything was hidden.

    Within a row nothing more is hidden: a whole less one part, each rounded to 5, leaves the other part unknown.
    """
    changed = False
    for members in totals:
        names = printed[members[0]] if members else ()
        for name in names:
            hidden = [group for group in members if printed[group][name] is None]
            shown = [group for group in members if printed[group][name] is not None]
            if len(hidden) == 1 and shown:
                printed[min(shown, key=lambda group: (counts[group][name], group))][name] = None
                changed = True
    return changed
