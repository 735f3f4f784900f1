"""Secondary suppression over everything printed of one section: further counts are hidden until none comes back.

Whatever rests on a count that is hidden here is hidden too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from types import MappingProxyType

import polars as pl

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.effective_counts import EffectiveCounts
from fairness_audits.figures import GroupFigures, hidden
from fairness_audits.levels import EVERYONE_LEVEL, Level
from fairness_audits.printed_rates import RATES
from fairness_audits.printed_table import band_count, count_at, is_band, printed_table
from fairness_audits.recovery import PrintedTable, Unknown
from fairness_audits.two_releases import EarlierCounts, added_women, printed_now

__all__ = ["FEWEST_VALUES", "Suppressed", "hide_counts", "suppress", "taken_out_of"]

# Values that must be left to a small count. Narrowing looks at one equation at a time, and more than one together can
# say more; the margin is for that. It is wider where nearly every count is small and few figures can be printed anyway.
FEWEST_VALUES = 3
FEWEST_VALUES_OF_FEW = 5
FEW_WOMEN = 1_000
SCORED = ("scored_events", "scored_ascertained")
# The counts that each figure is made from.
MADE_FROM: Mapping[str, tuple[str, ...]] = {
    **RATES,
    "missing_outcomes": ("n", "missing", "not_yet_due"),
    "net_benefit": ("found", "false_alarms", "ascertained"),
}


@dataclass(frozen=True, kw_only=True)
class Suppressed:
    """Figures and band counts as they may be printed.

    ``taken_out`` is what was hidden here.
    """

    figures: tuple[GroupFigures, ...]
    bands: pl.DataFrame
    taken_out: frozenset[Unknown] = frozenset()


def suppress(
    figures: Sequence[GroupFigures],
    bands: pl.DataFrame,
    levels: Sequence[Level],
    rule: DisclosureRule,
    before: EarlierCounts = MappingProxyType({}),
) -> Suppressed:
    """Of one section at all its operating points; ``before`` is what an earlier audit printed of the same question."""
    if rule.rounded_to == 1:
        return Suppressed(figures=tuple(figures), bands=bands)
    women = next(row.counts["n"] for row in figures if row.level == EVERYONE_LEVEL)
    fewest = FEWEST_VALUES_OF_FEW if (women or 0) < FEW_WOMEN else FEWEST_VALUES
    taken_out = taken_out_of(printed_table(figures, bands, levels, rule), rule, fewest)
    left = [hide_counts(row, taken_out) for row in figures]
    added = added_women(left, before, levels, rule)
    if not added.is_contradictory:
        taken_out |= printed_now(taken_out_of(added, rule, FEWEST_VALUES, least=1))
    return Suppressed(
        figures=tuple(hide_counts(row, taken_out) for row in figures),
        bands=_bands_without(bands, taken_out),
        taken_out=frozenset(taken_out),
    )


def taken_out_of(table: PrintedTable, rule: DisclosureRule, fewest: int, *, least: int | None = None) -> set[Unknown]:
    """What must not be printed beside the rest, so that no small count of ``least`` or more comes back.

    A rule that prints 0 as 0 gives a count of none away by itself; a large count may be told from others.
    """
    taken_out: set[Unknown] = set()
    least = (0 if rule.hides else 1) if least is None else least
    while True:
        given_back = [u for u, value in table.given_back(fewest).items() if least <= round(value) <= rule.small]
        chosen = {next(_to_hide(unknown, table), unknown) for unknown in given_back}
        more = {unknown for one in chosen for unknown in _with_its_bands(one, table)} - taken_out
        if not more:
            return taken_out
        for unknown in more:
            table.hide(unknown)
        taken_out |= more


def _with_its_bands(unknown: Unknown, table: PrintedTable) -> Iterator[Unknown]:
    """A band goes with all bands of its group: what is hidden of a group that prints others is known to be small."""
    if not is_band(unknown):
        yield unknown
        return
    yield from (other for other in table.ranges if other[:2] == unknown[:2] and is_band(other))


def _to_hide(unknown: Unknown, table: PrintedTable) -> Iterator[Unknown]:
    """The count itself; once it is hidden, those it is told from, the nearest first and of these the smallest."""
    if not table.is_hidden(unknown):
        yield unknown
    seen, edge = {unknown}, {unknown}
    while edge:
        edge = {other for one in edge for other in table.beside(one)} - seen
        seen |= edge
        yield from sorted(
            (other for other in edge if not table.is_hidden(other)), key=lambda other: (table.ranges[other][1], other)
        )


def hide_counts(row: GroupFigures, taken_out: AbstractSet[Unknown]) -> GroupFigures:
    """The row without these counts, and without what is made of them."""
    gone = {name for name in row.counts if (row.level, row.group, count_at(name, row.operating_point)) in taken_out}
    if not gone:
        return row
    touched = {name for name in row.figures if gone.intersection(MADE_FROM.get(name, SCORED))}
    return replace(
        row,
        counts={name: None if name in gone else count for name, count in row.counts.items()},
        figures={name: hidden(name) if name in touched else shown for name, shown in row.figures.items()},
        effective={
            name: EffectiveCounts(part=None, whole=None) if name in touched else counted
            for name, counted in row.effective.items()
        },
        status="cannot tell" if "events" in gone else row.status,
    )


def _bands_without(bands: pl.DataFrame, taken_out: set[Unknown]) -> pl.DataFrame:
    names = bands.select("level", "group", "risk_from", "flagged", "observed").iter_rows()
    is_out = pl.Series([band_count(*row) in taken_out for row in names], dtype=pl.Boolean)
    return bands.with_columns(count=pl.when(~is_out).then(pl.col("count")))
