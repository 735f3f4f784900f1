"""Everything that is printed about one section's counts, as the ranges and equations that a reader has of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.families import Cell, families_of
from fairness_audits.figures import GroupFigures
from fairness_audits.levels import EVERYONE, EVERYONE_LEVEL, Level
from fairness_audits.recovery import NO_LIMIT, PrintedTable, Unknown

__all__ = ["OF_A_POINT", "add_equations", "band_count", "count_at", "is_band", "printed_table", "range_of"]

# Counts that depend on who is flagged, and so are different ones at every operating point.
OF_A_POINT = frozenset(
    {
        "evaluated",
        "flagged",
        "evaluated_events",
        "found",
        "missed",
        "evaluated_non_events",
        "cleared",
        "false_alarms",
        "followed_flagged",
        "untested_evaluated",
        "untested_flagged",
    }
)
# Whole, parts, and whether the parts make up the whole or are only within it.
ROWS: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("n", ("ascertained", "missing"), True),
    ("ascertained", ("events",), False),
    ("missing", ("not_yet_due", "untested"), True),
    ("untested", ("untested_evaluated",), False),
    ("untested_evaluated", ("untested_flagged",), False),
    ("evaluated", ("evaluated_events", "evaluated_non_events", "untested_evaluated"), False),
    ("untested", ("untested_scored",), False),
    ("untested_scored", ("untested_low_risk",), False),
    ("n", ("evaluated",), False),
    ("evaluated", ("flagged",), False),
    ("evaluated_events", ("found", "missed"), True),
    ("events", ("evaluated_events",), False),
    ("evaluated_non_events", ("cleared", "false_alarms"), True),
    ("ascertained", ("evaluated_events", "evaluated_non_events"), False),
    ("followed_flagged", ("found", "false_alarms"), True),
    ("flagged", ("followed_flagged", "untested_flagged"), False),
    ("events", ("scored_events",), False),
    ("ascertained", ("scored_ascertained",), False),
    ("scored_ascertained", ("scored_events",), False),
    ("scored_events", ("low_risk_events",), False),
    ("n", ("interpreter_known",), False),
    ("interpreter_known", ("needs_interpreter",), False),
    ("n", ("deprivation_known",), False),
    ("deprivation_known", ("most_deprived",), False),
    ("n", ("simulated",), False),
)
# Where everyone was evaluated or scored, a reader knows that each group was.
ALIKE = (
    ("n", "evaluated"),
    ("events", "evaluated_events"),
    ("events", "scored_events"),
    ("ascertained", "scored_ascertained"),
)
OFFERED = "offer policy"
BAND = "from "


def range_of(count: int | None, rule: DisclosureRule) -> tuple[int, float]:
    """The least and the most that a printed count may stand for, rounding counted in; anything where it is hidden."""
    if count is None:
        return 0, NO_LIMIT
    if count == rule.shown_as:
        return 1, rule.small
    half = rule.rounded_to // 2
    return (max(count - half, rule.small + 1), count + half) if count else (0, 0)


def printed_table(
    figures: Sequence[GroupFigures], bands: pl.DataFrame, levels: Sequence[Level], rule: DisclosureRule
) -> PrintedTable:
    """Of one section: its rows of figures at every operating point, and its rows of the published counts."""
    table = PrintedTable()
    points = list(dict.fromkeys(row.operating_point for row in figures))
    names: dict[Cell, list[str]] = {}
    for row in figures:
        is_by_rate = row.operating_point.endswith("highest risk")
        for name, count in row.counts.items():
            named = count_at(name, row.operating_point)
            _add(table, (row.level, row.group), named, count, rule, is_fractional=is_by_rate and name in OF_A_POINT)
            names.setdefault((row.level, row.group), []).append(named)
    keys = _add_bands(table, bands, rule)
    for cell, held in names.items():
        names[cell] = list(dict.fromkeys([*held, *keys]))
        _add_row_of_bands(table, cell, keys, has_offers=OFFERED in points)
    add_equations(table, names, points, levels)
    _add_alike(table, list(names), points, figures)
    return table


def add_equations(
    table: PrintedTable, names: Mapping[Cell, Sequence[str]], points: Sequence[str], levels: Sequence[Level]
) -> None:
    """How the counts of one row, and those of the groups of one level, add up."""
    for cell in names:
        _add_rows(table, cell, points)
    _add_families(table, names, levels)


def count_at(name: str, point: str) -> str:
    """The name of a count at an operating point; the same at every one where it does not depend on who is flagged."""
    return f"{name} at {point}" if name in OF_A_POINT else name


def _add(
    table: PrintedTable, cell: Cell, name: str, count: int | None, rule: DisclosureRule, *, is_fractional: bool = False
) -> None:
    low, high = range_of(count, rule)
    half = 0.5 if is_fractional else 0.0
    is_suppressed = count is None or (rule.shown_as is not None and count == rule.shown_as)
    table.add((*cell, name), max(low - half, 0.0), min(high + half, NO_LIMIT), is_suppressed=is_suppressed)


def _add_rows(table: PrintedTable, cell: Cell, points: Iterable[str]) -> None:
    for whole, parts, is_whole in ROWS:
        for point in points:
            unknowns = ((*cell, count_at(part, point)) for part in parts)
            table.total((*cell, count_at(whole, point)), unknowns, is_whole=is_whole)


def _add_bands(table: PrintedTable, bands: pl.DataFrame, rule: DisclosureRule) -> dict[str, tuple[str, str]]:
    """Band counts by the name each gets, with its flag and outcome.

    What is hidden of them is small, but for a group all of whose bands are, or a rule that hides further ones itself.
    """
    keys: dict[str, tuple[str, str]] = {}
    columns = bands.select("level", "group", "risk_from", "flagged", "observed", "count")
    printed = set(columns.filter(pl.col("count").is_not_null()).select("level", "group").iter_rows())
    for level, group, risk_from, flagged, observed, count in columns.iter_rows():
        unknown = band_count(level, group, risk_from, flagged, observed)
        keys[unknown[2]] = (flagged, observed)
        low, high = (
            (0, rule.small) if count is None and (level, group) in printed and not rule.hides else range_of(count, rule)
        )
        table.add(unknown, low, high, is_suppressed=count is None)
    return keys


def band_count(level: str, group: str, risk_from: float | None, flagged: str, observed: str) -> Unknown:
    """What a row of the published counts is a count of."""
    level = EVERYONE_LEVEL if group == EVERYONE else level
    return level, group, f"{BAND}{risk_from}, flagged {flagged}, observed {observed}"


def is_band(unknown: Unknown) -> bool:
    return unknown[2].startswith(BAND)


def _add_row_of_bands(
    table: PrintedTable, cell: Cell, keys: Mapping[str, tuple[str, str]], *, has_offers: bool
) -> None:
    def sum_of(whole: str, *, flagged: tuple[str, ...] | None = None, observed: str | None = None) -> None:
        parts = [
            (*cell, name)
            for name, (by, had) in keys.items()
            if (flagged is None or by in flagged) and (observed is None or had == observed)
        ]
        if parts:
            table.total((*cell, whole), parts)

    sum_of("n")
    sum_of("events", observed="yes")
    sum_of("missing", observed="not known")
    if has_offers:
        sum_of(count_at("evaluated", OFFERED), flagged=("yes", "no"))
        sum_of(count_at("flagged", OFFERED), flagged=("yes",))
        sum_of(count_at("found", OFFERED), flagged=("yes",), observed="yes")
        sum_of(count_at("missed", OFFERED), flagged=("no",), observed="yes")
        sum_of(count_at("false_alarms", OFFERED), flagged=("yes",), observed="no")
        sum_of(count_at("cleared", OFFERED), flagged=("no",), observed="no")


def _add_families(table: PrintedTable, names: Mapping[Cell, Sequence[str]], levels: Sequence[Level]) -> None:
    groups = {level.name: [group for name, group in names if name == level.name] for level in levels}
    for family in families_of(levels, groups):
        for name in names.get(family.total, ()):
            table.total((*family.total, name), ((*cell, name) for cell in family.members))


def _add_alike(
    table: PrintedTable, cells: Sequence[Cell], points: Sequence[str], figures: Sequence[GroupFigures]
) -> None:
    for point in points:
        everyone = next(r for r in figures if r.level == EVERYONE_LEVEL and r.operating_point == point)
        for one, other in ALIKE:
            if everyone.counts[one] is not None and everyone.counts[one] == everyone.counts[other]:
                for cell in cells:
                    table.total((*cell, count_at(one, point)), [(*cell, count_at(other, point))])
