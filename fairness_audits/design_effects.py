"""How much less a rate is known because some women have several rows.

The design effect of a rate is its variance with each woman as one observation over that with each row as one: the
linearised, cluster-robust variance of a ratio (Woodruff, JASA 1971;66:411; Cochran 1977, Sampling Techniques, 6.4 and
9A). Intervals use counts divided by it (Korn and Graubard, Surv Methodol 1998;24:193), so that where no woman has a
second row nothing changes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from fairness_audits.levels import EVERYONE, Level
from fairness_audits.tallies import PARTS, with_low_risk

__all__ = ["FEWEST_REPEATED", "design_effects"]

# A design effect of fewer women with several rows is noise, and could tell of single ones: everyone's stands in for it.
# Project default.
FEWEST_REPEATED = 10
# Unless these few women have so many of the rows that, should all rows of a woman agree, the effect were this large:
# then that effect is taken, in whole numbers. Project default.
MATERIAL = 1.5
# What is left of a variance that is zero: weights that differ a million times do not add up exactly. One event among a
# billion women leaves a thousand times more.
ROUNDING = 1e-12
NONE = 1.0


def design_effects(
    rows: pl.DataFrame, repeated: pl.DataFrame, level: Level | None, *, rates: Mapping[str, tuple[str, str]]
) -> dict[str, dict[str, float]]:
    """By group, then by rate: at least 1, rounded up to hundredths; everyone's under `EVERYONE`.

    ``rows`` are a section's counts with ``flagged_share``, ``repeated`` its patterns of women with several rows, and
    ``rates`` name a part and a whole of `tallies.PARTS` each. A group with fewer than `FEWEST_REPEATED` such women gets
    everyone's, or where they hold much of its rows the largest effect that there can be. A rate of 0 or 1 gets what it
    would have if all rows of a woman agreed, the limit of the formula there.
    """
    groups = (EVERYONE, *(level.groups if level is not None else ()))
    if not repeated.height:
        return {group: dict.fromkeys(rates, NONE) for group in groups}
    marked = with_low_risk(rows)
    members = _marked_alike(repeated, marked)
    everyone = _of_groups(marked, members, None, rates)[EVERYONE]
    own = _of_groups(marked, members, level, rates) if level is not None else {}
    found = {EVERYONE: everyone} | own
    return {
        group: {rate: _shown(found.get(group, {}).get(rate), everyone.get(rate)) for rate in rates} for group in groups
    }


@dataclass(frozen=True, kw_only=True)
class _Effect:
    """As estimated from ``women`` with several rows, and as it would be if all rows of each of them agreed."""

    estimated: float
    if_all_agree: float
    women: int


def _shown(own: _Effect | None, everyone: _Effect | None) -> float:
    """Rounded up: the limits printed give the effect back no better than that."""
    for one in (own, everyone):
        if one is not None and one.women >= FEWEST_REPEATED:
            return max(NONE, math.ceil(one.estimated * 100 - 1e-9) / 100)
        if one is not None and one.if_all_agree >= MATERIAL:
            return float(math.ceil(one.if_all_agree - 1e-9))
    return NONE


def _marked_alike(repeated: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of patterns with the flags that rows of the same bin, cut and alert have."""
    flags = rows.select("bin", "cut", "alert", "flagged_share", "low_risk").unique(["bin", "cut", "alert"])
    return repeated.join(flags, on=["bin", "cut", "alert"], how="left", nulls_equal=True)


def _of_groups(
    rows: pl.DataFrame, members: pl.DataFrame, level: Level | None, rates: Mapping[str, tuple[str, str]]
) -> dict[str, dict[str, _Effect]]:
    """By group and rate."""

    def labelled(frame: pl.DataFrame) -> pl.DataFrame:
        return level.labelled(frame) if level is not None else frame.with_columns(group=pl.lit(EVERYONE))

    squares = (
        labelled(rows)
        .group_by("group")
        .agg(
            expression
            for rate, names in rates.items()
            for expression in _sums(rate, *names, weight=pl.col("weight"), squared=pl.col("weight_squared"))
        )
    )
    by_woman = (
        labelled(members)
        .group_by("pattern", "women", "group")
        .agg(
            expression
            for rate, names in rates.items()
            for expression in _sums(rate, *names, weight=pl.col("row_weight"), squared=pl.col("row_weight") ** 2)
        )
    )
    crossed = {row["group"]: row for row in by_woman.group_by("group").agg(_crossed(rates)).iter_rows(named=True)}
    found = {}
    for row in squares.iter_rows(named=True):
        group = str(row["group"])
        found[group] = {
            rate: _Effect(
                estimated=_effect(rate, row, crossed[group]),
                if_all_agree=_if_all_agree(rate, row, crossed[group]),
                women=int(crossed[group][f"{rate}:women"]),
            )
            for rate in rates
            if group in crossed
        }
    return found


def _sums(rate: str, part: str, whole: str, *, weight: pl.Expr, squared: pl.Expr) -> list[pl.Expr]:
    """Of rows: weighted part and whole, and the squares and product of each row's own."""
    p, w = PARTS[part], PARTS[whole]
    return [
        (weight * p).sum().alias(f"{rate}:part"),
        (weight * w).sum().alias(f"{rate}:whole"),
        (squared * p * p).sum().alias(f"{rate}:part part"),
        (squared * p * w).sum().alias(f"{rate}:part whole"),
        (squared * w * w).sum().alias(f"{rate}:whole whole"),
        (w > 0).sum().alias(f"{rate}:rows"),
    ]


def _crossed(rates: Mapping[str, tuple[str, str]]) -> list[pl.Expr]:
    """Products of different rows of one woman, summed over women, and how many women have such rows."""
    women = pl.col("women")
    sums = []
    for rate in rates:
        for first, second in (("part", "part"), ("part", "whole"), ("whole", "whole")):
            together = pl.col(f"{rate}:{first}") * pl.col(f"{rate}:{second}")
            apart = pl.col(f"{rate}:{first} {second}")
            sums.append((women * (together - apart)).sum().alias(f"{rate}:{first} {second}"))
        sums.append((women * (pl.col(f"{rate}:rows") > 1)).sum().alias(f"{rate}:women"))
    return sums


def _effect(rate: str, apart: Mapping[str, float], crossed: Mapping[str, float]) -> float:
    """Variance of sum(part - ratio * whole) with women as units, over that with rows as units."""
    whole = apart[f"{rate}:whole"]
    if whole <= 0:
        return NONE
    ratio = apart[f"{rate}:part"] / whole
    if not 0 < ratio < 1:
        return _if_all_agree(rate, apart, crossed)

    def quadratic(sums: Mapping[str, float]) -> float:
        return (
            sums[f"{rate}:part part"] - 2 * ratio * sums[f"{rate}:part whole"] + ratio**2 * sums[f"{rate}:whole whole"]
        )

    alone = quadratic(apart)
    if alone <= ROUNDING * apart[f"{rate}:whole whole"]:
        return _if_all_agree(rate, apart, crossed)
    return 1 + quadratic(crossed) / alone


def _if_all_agree(rate: str, apart: Mapping[str, float], crossed: Mapping[str, float]) -> float:
    alone = apart[f"{rate}:whole whole"]
    return 1 + crossed[f"{rate}:whole whole"] / alone if alone > 0 else NONE
