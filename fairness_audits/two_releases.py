"""What a reader could work out of the women added between two releases, by subtracting one from the other.

The counts of an earlier audit cannot be taken back. Where this one is about the same women and a few more, each printed
count less the earlier one is a range for those few, and the ranges add up as the counts do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.families import Cell
from fairness_audits.figures import GroupFigures, Section
from fairness_audits.levels import Level
from fairness_audits.printed_table import OF_A_POINT, add_equations, count_at, range_of
from fairness_audits.recovery import NO_LIMIT, PrintedTable, Unknown

__all__ = ["EarlierCounts", "added_women", "earlier_counts", "printed_now"]

THEN, NOW, ADDED = "then: ", "now: ", "added: "

QUESTION = ("outcome", "prediction_point", "outcome_definition", "scored_by")
# Women in the lower half of all risks: which half that is, more women move.
RANKED = frozenset({"low_risk_events", "untested_low_risk"})
BY_RANK = "highest risk"
# What an earlier audit printed of each count; None where it was hidden.
EarlierCounts = Mapping[Unknown, int | None]


def earlier_counts(before: Mapping[str, Any] | None, section: Section) -> EarlierCounts:
    """Of the content of an earlier `audit.json`, the counts that more women can only raise.

    Of the same question by the same kind of scorer: another version of a model is about no other women. Who is flagged
    is counted only where the same version flagged, and not by rank among all women, which more women move. Empty where
    nothing is comparable.
    """
    found: dict[Unknown, int | None] = {}
    for row in before.get("figures", ()) if before is not None else ():
        if any(row.get(name) != getattr(section, name) for name in QUESTION):
            continue
        is_of_a_rank = row["operating_point"].endswith(BY_RANK)
        has_same_flags = row.get("model_version") == section.model_version and not is_of_a_rank
        for name, count in row.get("counts", {}).items():
            if name not in RANKED and (has_same_flags or name not in OF_A_POINT):
                found[row["level"], row["group"], count_at(name, row["operating_point"])] = count
    return found


def added_women(
    figures: Sequence[GroupFigures], before: EarlierCounts, levels: Sequence[Level], rule: DisclosureRule
) -> PrintedTable:
    """Every count that both audits have, three times: as printed then, as printed now, and of the women added.

    Then and added make up now, and each adds up over rows and levels. What was printed then can no longer be hidden. A
    contradiction says that these are not the same women and some more: nothing comes of subtracting then.
    """
    points = list(dict.fromkeys(row.operating_point for row in figures))
    printed = {
        (row.level, row.group, count_at(name, row.operating_point)): count
        for row in figures
        for name, count in row.counts.items()
    }
    both = [unknown for unknown in printed if unknown in before]
    names: dict[Cell, list[str]] = {}
    for level, group, name in both:
        names.setdefault((level, group), []).append(name)
    joint = PrintedTable()
    for when, counts in ((THEN, before), (NOW, printed), (ADDED, None)):
        part = PrintedTable()
        for unknown in both:
            part.add(unknown, *((0, NO_LIMIT) if counts is None else range_of(counts[unknown], rule)))
        add_equations(part, names, points, levels)
        joint.take_in(part, partial(_at, when), is_fixed=when is not NOW)
    for unknown in both:
        joint.suppressed.add(_at(ADDED, unknown))
        joint.total(_at(NOW, unknown), (_at(THEN, unknown), _at(ADDED, unknown)))
    return joint


def printed_now(unknowns: Iterable[Unknown]) -> set[Unknown]:
    """By their names in this audit alone."""
    return {(level.removeprefix(NOW), group, name) for level, group, name in unknowns if level.startswith(NOW)}


def _at(when: str, unknown: Unknown) -> Unknown:
    level, group, name = unknown
    return f"{when}{level}", group, name
