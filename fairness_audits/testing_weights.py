"""Tested women weighted by the inverse of the chance of being tested, from counts by risk band within a group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fairness_audits.disclosure import DisclosureRule
from fairness_audits.intervals import UNDEFINED, Interval, effective, observed_to_expected_interval, wilson
from fairness_audits.levels import EVERYONE, Level
from fairness_audits.printed_rates import mean_of_risks
from fairness_audits.tallies import due_share

__all__ = ["Weighted", "weighted_by_testing"]

Array = NDArray[np.float64]

# As many bands of risk as leave a tested woman in each that holds an untested one.
BANDS = (10, 5, 2, 1)


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """Weighted figures by estimand, and the effective number of tested women."""

    intervals: Mapping[str, Interval]
    women: int | None


def weighted_by_testing(rows: pl.DataFrame, level: Level | None, rule: DisclosureRule) -> dict[str, Weighted]:
    """By group, of women with a risk whose outcome is known or was due; a group without a tested woman is left out.

    Bands hold an equal share of all women. The spread over bands is taken exactly, the totals (events, non-events,
    found, missed, untested) as the rule prints them. Weights are stabilised: they average 1 over the tested women of
    the group.
    """
    scored = rows.filter(pl.col("bin").is_not_null()).with_columns(due=pl.col("weight") * due_share())
    if not scored.height:
        return {}
    rising = scored.group_by("bin").agg(pl.col("due").sum()).sort("bin")
    placed = (rising["due"].cum_sum() - 0.5 * rising["due"]) / max(float(rising["due"].sum()), 1e-12)
    scored = scored.join(rising.select("bin").with_columns(placed=placed), on="bin", how="left")
    labelled = level.labelled(scored) if level is not None else scored.with_columns(group=pl.lit(EVERYONE))
    parts = labelled.partition_by("group", as_dict=True)
    found = {str(key[0]): _of_group(part, rule) for key, part in parts.items()}
    return {group: weighted for group, weighted in found.items() if weighted is not None}


def _of_group(part: pl.DataFrame, rule: DisclosureRule) -> Weighted | None:
    for bands in BANDS:
        table = _banded(part, bands)
        tested = table["events"].to_numpy() + table["non_events"].to_numpy()
        if tested.sum() > 0 and not ((tested == 0) & (table["untested"].to_numpy() > 0)).any():
            return _weighted(table.filter(pl.Series(tested > 0)), rule)
    return None


def _banded(part: pl.DataFrame, bands: int) -> pl.DataFrame:
    event, known = pl.col("observed").fill_null(value=False), pl.col("observed").is_not_null()
    is_event, is_known = event.cast(pl.Float64), known.cast(pl.Float64)
    due, flagged = pl.col("due"), pl.col("flagged_share").fill_null(0.0)
    return (
        part.group_by((pl.col("placed") * bands).floor().clip(0, bands - 1).alias("band"))
        .agg(
            events=(due * is_event).sum(),
            non_events=(due * (is_known - is_event)).sum(),
            untested=(due * (1.0 - is_known)).sum(),
            found=(due * is_event * flagged).sum(),
            missed=(due * is_event * (1.0 - pl.col("flagged_share")).fill_null(0.0)).sum(),
            risk=(pl.col("risk") * is_known).sum(),
            squared=(pl.col("weight_squared") * is_known).sum(),
        )
        .sort("band")
    )


def _weighted(table: pl.DataFrame, rule: DisclosureRule) -> Weighted:
    column = {name: table[name].to_numpy() for name in table.columns}
    tested = column["events"] + column["non_events"]
    # Weighted rows: as many as would tell as much unweighted.
    scale = effective(float(tested.sum()), float(column["squared"].sum())) / float(tested.sum())
    events, non_events, untested = (
        _as_printed(column[name] * scale, rule) for name in ("events", "non_events", "untested")
    )
    women = events + non_events
    chance = women / np.maximum(women + untested, 1e-12)
    everyone = float((women + untested).sum())
    weight = (float(women.sum()) / everyone if everyone else 0.0) / np.where(chance > 0, chance, 1.0)
    found, missed = (_as_printed(column[name] * scale, rule) for name in ("found", "missed"))
    risk = column["risk"] / tested
    size = effective(float(weight @ women), float(weight**2 @ women))
    rate = _share(weight, events, women)
    weighed = float(weight @ women)
    mean = float(weight @ (women * risk)) / weighed if weighed > 0 else 0.0
    told = mean_of_risks(mean, float(women.sum()), rule).value or 0.0
    expected = observed_to_expected_interval(rate.value * size, size, told) if size else UNDEFINED
    return Weighted(
        intervals={
            "event_rate": rate,
            "sensitivity": _share(weight, found, found + missed),
            "observed_to_expected": expected,
        },
        women=rule.count(size),
    )


def _share(weight: Array, part: Array, whole: Array) -> Interval:
    """Wilson's limits on effective numbers: the weights are taken as known, which makes limits wider, not narrower."""
    size = effective(float(weight @ whole), float(weight**2 @ whole))
    weighed = float(weight @ whole)
    return wilson(float(weight @ part) / weighed * size, size) if size > 0 and weighed > 0 else UNDEFINED


def _as_printed(by_band: Array, rule: DisclosureRule) -> Array:
    total = float(by_band.sum())
    printed = total if rule.rounded_to == 1 else float(rule.count(total) or 0)
    return by_band * (printed / total) if total > 0 else by_band
