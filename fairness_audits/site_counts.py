"""Counts of one group and of everyone else at each site, as printed: what the site figures are made of.

A site whose group is too small to print is pooled with the others like it; what is too small even then is left out. How
many sites that was is said, which sites never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fairness_audits.disclosure import DisclosureRule, Family, PublishedCounts, publish
from fairness_audits.levels import EVERYONE, Level
from fairness_audits.printed_rates import mean_of_risks

__all__ = ["SiteCounts", "counts_at_sites", "site_counts"]

Array = NDArray[np.float64]
SiteCell = tuple[str, str]

# No site has an empty name.
ALL_SITES = ""
NAMES = ("found", "evaluated_events", "scored_events", "scored_ascertained")


@dataclass(frozen=True, kw_only=True)
class SiteCounts:
    """One line a site, the pooled ones last: part and whole of the group, and of everyone else.

    The part is women found or events; the whole is events, or events expected from the risks told.
    """

    own: Array
    own_whole: Array
    others: Array
    others_whole: Array
    pooled: int
    left_out: int

    @property
    def table(self) -> Array:
        """Sites by the four columns, in the order of the fields."""
        return np.stack([self.own, self.own_whole, self.others, self.others_whole], axis=1)


@dataclass(frozen=True, kw_only=True)
class _AtSites:
    exact: Mapping[SiteCell, Mapping[str, float]]
    printed: Mapping[SiteCell, PublishedCounts]
    sites: tuple[str, ...]


def counts_at_sites(rows: pl.DataFrame, level: Level, rule: DisclosureRule) -> _AtSites:
    """Of every site and group, exact and as printed. ``rows`` carry ``site`` and ``flagged_share``.

    Women of no recorded site are in none. Sites and groups pass secondary suppression together.
    """
    share, event = pl.col("flagged_share"), pl.col("observed").fill_null(value=False).cast(pl.Float64)
    is_scored = pl.col("bin").is_not_null().cast(pl.Float64)
    is_known, n = pl.col("observed").is_not_null().cast(pl.Float64), pl.col("n")
    sums = {
        "found": (n * event * share.fill_null(0.0)).sum(),
        "evaluated_events": (n * event * share.is_not_null().cast(pl.Float64)).sum(),
        "scored_events": (n * event * is_scored).sum(),
        "scored_ascertained": (n * is_known * is_scored).sum(),
        "risk": (pl.col("risk") * is_known * is_scored).sum(),
        "weight": (pl.col("weight") * is_known * is_scored).sum(),
    }
    by_cell = level.labelled(rows.filter(pl.col("site").is_not_null())).group_by("site", "group").agg(**sums)
    exact: dict[SiteCell, dict[str, float]] = {}
    for row in by_cell.sort("site", "group").iter_rows(named=True):
        site, group = str(row.pop("site")), str(row.pop("group"))
        for cell in ((site, group), (site, EVERYONE), (ALL_SITES, group), (ALL_SITES, EVERYONE)):
            total = exact.setdefault(cell, dict.fromkeys(sums, 0.0))
            for name, value in row.items():
                total[name] += value
    sites = tuple(dict.fromkeys(site for site, _ in exact if site != ALL_SITES))
    counted = {cell: {name: row[name] for name in NAMES} for cell, row in exact.items()}
    return _AtSites(exact=exact, printed=publish(rule, counted, _families(exact, sites)), sites=sites)


def _families(cells: Mapping[SiteCell, object], sites: tuple[str, ...]) -> list[Family[SiteCell]]:
    groups = [group for site, group in cells if site == ALL_SITES]
    by_site = [
        Family((site, EVERYONE), tuple((site, g) for g in groups if g != EVERYONE and (site, g) in cells))
        for site in (*sites, ALL_SITES)
    ]
    by_group = [Family((ALL_SITES, g), tuple((site, g) for site in sites if (site, g) in cells)) for g in groups]
    return [family for family in (*by_site, *by_group) if family.members]


def site_counts(at: _AtSites, group: str, estimand: str, rule: DisclosureRule) -> SiteCounts | None:
    """Of one group for ``sensitivity`` or ``observed_to_expected``; None where fewer than two lines can be told."""
    line = _sensitivity if estimand == "sensitivity" else _ratio
    told, small = [], []
    for site in at.sites:
        found = line(at.exact, at.printed, site, group, rule)
        if found is not None:
            told.append(found)
        elif (site, group) in at.exact:
            small.append(site)
    together = _pooled(at, small, group, line, rule) if len(small) > 1 else None
    lines = [*told, *([together] if together is not None else [])]
    if len(lines) < 2:
        return None
    columns = np.array(lines, dtype=float).T
    left_out = len(at.sites) - len(told) - (len(small) if together is not None else 0)
    return SiteCounts(
        own=columns[0],
        own_whole=columns[1],
        others=columns[2],
        others_whole=columns[3],
        pooled=len(small) if together is not None else 0,
        left_out=left_out,
    )


Line = tuple[float, float, float, float]
Lines = Callable[
    [Mapping[SiteCell, Mapping[str, float]], Mapping[SiteCell, PublishedCounts], str, str, DisclosureRule], Line | None
]


def _pooled(at: _AtSites, sites: list[str], group: str, line: Lines, rule: DisclosureRule) -> Line | None:
    exact = {
        (ALL_SITES, g): {
            name: sum(at.exact[site, g][name] for site in sites if (site, g) in at.exact)
            for name in next(iter(at.exact.values()))
        }
        for g in (group, EVERYONE)
    }
    printed = {cell: {name: rule.count(row[name]) for name in NAMES} for cell, row in exact.items()}
    return line(exact, printed, ALL_SITES, group, rule)


def _sensitivity(
    exact: Mapping[SiteCell, Mapping[str, float]],
    printed: Mapping[SiteCell, PublishedCounts],
    site: str,
    group: str,
    rule: DisclosureRule,
) -> Line | None:
    own = _pair(printed, site, group, "found", "evaluated_events")
    everyone = _pair(printed, site, EVERYONE, "found", "evaluated_events")
    if own is None or everyone is None:
        return None
    others = (max(everyone[0] - own[0], 0.0), max(everyone[1] - own[1], 0.0))
    if not own[1] or not others[1] or not rule.can_be_share(*own) or not rule.can_be_share(*others):
        return None
    return min(own[0], own[1]), own[1], min(others[0], others[1]), others[1]


def _ratio(
    exact: Mapping[SiteCell, Mapping[str, float]],
    printed: Mapping[SiteCell, PublishedCounts],
    site: str,
    group: str,
    rule: DisclosureRule,
) -> Line | None:
    own = _pair(printed, site, group, "scored_events", "scored_ascertained")
    everyone = _pair(printed, site, EVERYONE, "scored_events", "scored_ascertained")
    if own is None or everyone is None or rule.is_disguised(own[0]) or not rule.can_be_over(*own):
        return None
    others = (max(everyone[0] - own[0], 0.0), max(everyone[1] - own[1], 0.0))
    expected, total = (
        _mean(exact[site, g], whole, rule) * whole for g, whole in ((group, own[1]), (EVERYONE, everyone[1]))
    )
    if not rule.can_be_over(*others) or expected <= 0 or total <= expected:
        return None
    return own[0], expected, others[0], total - expected


def _pair(
    printed: Mapping[SiteCell, PublishedCounts], site: str, group: str, part: str, whole: str
) -> tuple[float, float] | None:
    row = printed.get((site, group))
    if row is None or row[part] is None or row[whole] is None:
        return None
    return float(row[part] or 0), float(row[whole] or 0)


def _mean(row: Mapping[str, float], women: float, rule: DisclosureRule) -> float:
    """The mean risk as it would be printed."""
    return mean_of_risks(row["risk"] / row["weight"], women, rule).value or 0.0 if row["weight"] > 0 else 0.0
