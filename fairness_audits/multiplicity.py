"""Many comparisons: p-values of each group's difference from everyone else, adjusted for how many there are.

Two questions were fixed before anything was seen, for each outcome and point: O:E and sensitivity of the ethnic groups.
They are one family, adjusted by Holm (Scand J Stat 1979;6:65): the chance of any false alarm in it stays at the level
named. Everything else is exploratory and adjusted by Benjamini and Hochberg (J R Stat Soc B 1995;57:289): of the cells
called different, the share falsely called stays at that level. Checks of harm go by intervals and stay unadjusted; the
adjusted value stands beside, because a warning missed costs women more than a warning too many.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.figures import Figure, GroupFigures, Section, figure, rounded, row_to_dict
from fairness_audits.group_tests import Tested, rate_against_others, ratio_against_others
from fairness_audits.heterogeneity import Heterogeneity, heterogeneity
from fairness_audits.levels import is_stated

__all__ = ["AdjustedDifference", "GroupHeterogeneity", "adjusted_differences", "differences_over_groups", "holm"]

PRIMARY_LEVEL = "ethnic_group"
PRIMARY = ("observed_to_expected", "sensitivity")
EXPLORATORY = ("positive_predictive_value", "told_low_risk")
HOLM, BENJAMINI_HOCHBERG = "Holm", "Benjamini-Hochberg"
P_DIGITS = 4


@dataclass(frozen=True, kw_only=True)
class AdjustedDifference:
    """One group of one level against everyone else: O:E as a ratio, a rate as a difference.

    ``family`` is 'primary' or 'exploratory'; ``p_value`` is two-sided, ``adjusted`` within the family by ``method``.
    """

    section: Section
    operating_point: str
    level: str
    group: str
    estimand: str
    family: str
    difference: Figure
    p_value: float
    adjusted: float
    method: str

    def to_dict(self) -> dict[str, Any]:
        return row_to_dict(self)


@dataclass(frozen=True, kw_only=True)
class GroupHeterogeneity:
    """Whether the ethnic groups differ in a primary figure by more than chance; groups too small to print are out."""

    section: Section
    operating_point: str
    estimand: str
    groups: tuple[str, ...]
    heterogeneity: Heterogeneity

    def to_dict(self) -> dict[str, Any]:
        plain = row_to_dict(self)
        told = plain.pop("heterogeneity")
        return {**plain, "groups": list(self.groups), **told}


def adjusted_differences(figures: Sequence[GroupFigures], rule: DisclosureRule) -> tuple[AdjustedDifference, ...]:
    """From the ``figures`` of one section at one point, everyone first. What cannot be printed is in no family."""
    found = [*_tested(figures, rule)]
    adjusted: list[AdjustedDifference] = []
    for family, method in (("primary", HOLM), ("exploratory", BENJAMINI_HOCHBERG)):
        members = [(row, estimand, tested) for row, estimand, tested in found if _family(row, estimand) == family]
        values = [tested.p_value for _, _, tested in members]
        corrected = (holm(values) if method == HOLM else false_discovery_control(values)) if values else []
        adjusted += [
            _difference(row, estimand, tested, family, method, float(value))
            for (row, estimand, tested), value in zip(members, corrected, strict=True)
        ]
    return tuple(adjusted)


def holm(p_values: Sequence[float]) -> list[float]:
    """Step-down: the smallest times their number, the next times one fewer, never less than the one before."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted, floor = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        floor = max(floor, min((len(p_values) - rank) * p_values[place], 1.0))
        adjusted[place] = floor
    return adjusted


def differences_over_groups(figures: Sequence[GroupFigures], rule: DisclosureRule) -> tuple[GroupHeterogeneity, ...]:
    """Cochran's Q over the stated ethnic groups, of each primary figure; half an event to each side."""
    rows = [row for row in figures if row.level == PRIMARY_LEVEL and is_stated(row.group)]
    found = []
    for estimand in PRIMARY:
        told = [(row.group, pair) for row in rows if (pair := _effect(row, estimand, rule)) is not None]
        if told:
            effect, variance = (np.array(values) for values in zip(*(pair for _, pair in told), strict=True))
            found.append(
                GroupHeterogeneity(
                    section=rows[0].section,
                    operating_point=rows[0].operating_point,
                    estimand=estimand,
                    groups=tuple(group for group, _ in told),
                    heterogeneity=heterogeneity(effect, variance),
                )
            )
    return tuple(found)


def _family(row: GroupFigures, estimand: str) -> str:
    return "primary" if row.level == PRIMARY_LEVEL and estimand in PRIMARY else "exploratory"


def _tested(figures: Sequence[GroupFigures], rule: DisclosureRule) -> Iterator[tuple[GroupFigures, str, Tested]]:
    everyone = figures[0]
    for row in figures[1:]:
        if not is_stated(row.group):
            continue
        estimands = (*PRIMARY, *EXPLORATORY) if row.level == PRIMARY_LEVEL else PRIMARY
        for estimand in estimands:
            against = ratio_against_others if estimand == "observed_to_expected" else rate_against_others
            tested = against(estimand, row, everyone, rule)
            if tested is not None:
                yield row, estimand, tested


def _difference(
    row: GroupFigures, estimand: str, tested: Tested, family: str, method: str, adjusted: float
) -> AdjustedDifference:
    name = "ratio_to_others" if estimand == "observed_to_expected" else "difference_from_others"
    return AdjustedDifference(
        section=row.section,
        operating_point=row.operating_point,
        level=row.level,
        group=row.group,
        estimand=estimand,
        family=family,
        difference=figure(name, tested.interval),
        p_value=rounded(tested.p_value, P_DIGITS) or 0.0,
        adjusted=rounded(adjusted, P_DIGITS) or 0.0,
        method=method,
    )


def _effect(row: GroupFigures, estimand: str, rule: DisclosureRule) -> tuple[float, float] | None:
    counted = row.effective[estimand]
    if row[estimand].value is None or counted.part is None or not counted.whole:
        return None
    part, whole = counted.part / counted.design, counted.whole / counted.design
    if estimand == "sensitivity":
        share = (min(part, whole) + 0.5) / (whole + 1)
        return share, share * (1 - share) / (whole + 1)
    mean = row["mean_risk"].value
    return (math.log((part + 0.5) / (mean * whole)), 1 / (part + 0.5)) if mean else None
