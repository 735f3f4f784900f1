"""From counts to the numbers a figure is made of: who was flagged, found, missed, for each group of a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fairness_audits.intervals import effective
from fairness_audits.levels import EVERYONE, Level
from fairness_audits.policy import OperatingPoint

__all__ = [
    "Distribution",
    "Tally",
    "distributions",
    "due_share",
    "flagged_share",
    "operating_points_answered",
    "tallies",
]

Array = NDArray[np.float64]

_OBSERVED = pl.col("observed")
_SHARE = pl.col("flagged_share")


def _one(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False).cast(pl.Float64)


def due_share() -> pl.Expr:
    """The share of a cell's women whose outcome is known or was due."""
    return 1.0 - pl.col("not_yet_due") / pl.col("n")


# Of the women without a recorded outcome, those whose outcome was due.
_UNTESTED = _one(_OBSERVED.is_null()) * due_share()

PARTS: Mapping[str, pl.Expr] = {
    "n": pl.lit(1.0),
    "ascertained": _one(_OBSERVED.is_not_null()),
    "missing": _one(_OBSERVED.is_null()),
    "events": _one(_OBSERVED),
    "evaluated": _one(_SHARE.is_not_null()),
    "flagged": _SHARE.fill_null(0.0),
    "evaluated_events": _one(_OBSERVED & _SHARE.is_not_null()),
    "found": _one(_OBSERVED) * _SHARE.fill_null(0.0),
    "missed": _one(_OBSERVED) * (1.0 - _SHARE).fill_null(0.0),
    "evaluated_non_events": _one(~_OBSERVED & _SHARE.is_not_null()),
    "cleared": _one(~_OBSERVED) * (1.0 - _SHARE).fill_null(0.0),
    "false_alarms": _one(~_OBSERVED) * _SHARE.fill_null(0.0),
    "followed_flagged": _one(_OBSERVED.is_not_null()) * _SHARE.fill_null(0.0),
    "low_risk_events": _one(_OBSERVED) * _one(pl.col("low_risk")),
    "scored_events": _one(_OBSERVED & pl.col("bin").is_not_null()),
    "scored_ascertained": _one(_OBSERVED.is_not_null() & pl.col("bin").is_not_null()),
    "untested": _UNTESTED,
    "untested_evaluated": _UNTESTED * _one(_SHARE.is_not_null()),
    "untested_flagged": _UNTESTED * _SHARE.fill_null(0.0),
    "untested_scored": _UNTESTED * _one(pl.col("bin").is_not_null()),
    "untested_low_risk": _UNTESTED * _one(pl.col("low_risk")),
}
OTHER_SUMS = (
    "not_yet_due",
    "interpreter_known",
    "needs_interpreter",
    "deprivation_known",
    "most_deprived",
    "simulated",
)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Numbers of one group at one operating point: ``rows`` unweighted, ``weight`` and ``effective`` as weighted.

    A part flagged by rate may hold fractions of rows: the bin at the edge is shared out evenly.
    """

    group: str
    rows: Mapping[str, float]
    weight: Mapping[str, float]
    effective: Mapping[str, float]
    risk: float
    untested_risk: float
    is_weighted: bool

    @property
    def mean_risk(self) -> float:
        """Mean risk of those scored whose outcome is known."""
        known = self.weight["scored_ascertained"]
        return self.risk / known if known > 0 else float("nan")

    @property
    def mean_risk_due(self) -> float:
        """Mean risk of those scored whose outcome is known or was due."""
        due = self.weight["scored_ascertained"] + self.weight["untested_scored"]
        return (self.risk + self.untested_risk) / due if due > 0 else float("nan")


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """Those of one group scored and with known outcome, by risk bin in rising order (weighted), and exact sums."""

    events: Array
    non_events: Array
    mean_risk: Array
    bins: NDArray[np.int64]
    risk_of_events: float
    squared_risk: float
    effective_events: float
    effective_non_events: float

    @property
    def logit(self) -> Array:
        inside = np.clip(self.mean_risk, 1e-9, 1 - 1e-9)
        logit: Array = np.log(inside / (1 - inside))
        return logit


def operating_points_answered(rows: pl.DataFrame, points: tuple[OperatingPoint, ...]) -> tuple[OperatingPoint, ...]:
    """Those that this section can answer; a fallback only where it can answer no other."""
    has_risk, has_alert = rows["bin"].null_count() < rows.height, rows["alert"].null_count() < rows.height
    answered = [p for p in points if (has_alert if p.kind == "offer_policy" else has_risk)]
    return tuple([p for p in answered if not p.fallback] or answered)


def flagged_share(rows: pl.DataFrame, point: OperatingPoint, thresholds: tuple[float, ...]) -> pl.DataFrame:
    """``rows`` with the share of each cell that is flagged: 1, 0, null (not evaluated), or between at a rate's edge."""
    if point.kind == "offer_policy":
        return rows.with_columns(flagged_share=pl.col("alert").cast(pl.Float64))
    if point.kind == "risk":
        reached = pl.col("cut") >= thresholds.index(point.value or 0.0) + 1
        return rows.with_columns(flagged_share=reached.cast(pl.Float64))
    return share_at_rate(rows, point.value or 0.0)


def share_at_rate(rows: pl.DataFrame, rate: float) -> pl.DataFrame:
    """The share flagged when the ``rate`` of women at highest risk are: ties within a bin are broken evenly."""
    scored = rows.filter(pl.col("bin").is_not_null())
    falling = scored.group_by("bin", "cut").agg(pl.col("weight").sum()).sort("bin", "cut", descending=True)
    room = rate * float(falling["weight"].sum()) - (falling["weight"].cum_sum() - falling["weight"])
    falling = falling.with_columns(flagged_share=(room / falling["weight"]).clip(0.0, 1.0)).drop("weight")
    return rows.join(falling, on=["bin", "cut"], how="left")


def with_low_risk(rows: pl.DataFrame) -> pl.DataFrame:
    """Marks the bins that lie wholly in the lower half of all risks: women told less than most."""
    scored = rows.filter(pl.col("bin").is_not_null()).group_by("bin").agg(pl.col("weight").sum()).sort("bin")
    low = scored.with_columns(low_risk=scored["weight"].cum_sum() <= 0.5 * float(scored["weight"].sum())).drop("weight")
    return rows.join(low, on="bin", how="left")


def tallies(rows: pl.DataFrame, level: Level | None) -> dict[str, Tally]:
    """One tally a group, in the level's order; without a level, of `EVERYONE`. ``rows`` carry ``flagged_share``."""
    labelled = level.labelled(rows) if level is not None else rows.with_columns(group=pl.lit(EVERYONE))
    labelled = with_low_risk(labelled)
    sums = [
        (pl.col(column) * part).sum().alias(f"{column}:{name}")
        for name, part in PARTS.items()
        for column in ("n", "weight", "weight_squared")
    ]
    others = [pl.col(name).sum().cast(pl.Float64) for name in OTHER_SUMS]
    risk = (pl.col("risk") * PARTS["scored_ascertained"]).sum().alias("risk_known")
    untested_risk = (pl.col("risk") * _UNTESTED).sum().alias("risk_untested")
    summed = {
        row["group"]: row
        for row in labelled.group_by("group").agg(*sums, *others, risk, untested_risk).iter_rows(named=True)
    }
    groups = level.groups if level is not None else (EVERYONE,)
    return {group: _tally(group, summed[group]) for group in groups if group in summed}


def _tally(group: str, row: Mapping[str, float]) -> Tally:
    weight = {name: row[f"weight:{name}"] for name in PARTS}
    return Tally(
        group=group,
        rows={name: row[f"n:{name}"] for name in PARTS} | {name: row[name] for name in OTHER_SUMS},
        weight=weight,
        effective={name: effective(weight[name], row[f"weight_squared:{name}"]) for name in PARTS},
        risk=row["risk_known"] or 0.0,
        untested_risk=row["risk_untested"] or 0.0,
        is_weighted=row["weight:n"] != row["n:n"] or row["weight_squared:n"] != row["n:n"],
    )


def distributions(rows: pl.DataFrame, level: Level | None) -> dict[str, Distribution]:
    """Risk distributions by outcome, one a group."""
    known = rows.filter(pl.col("bin").is_not_null() & pl.col("observed").is_not_null())
    labelled = level.labelled(known) if level is not None else known.with_columns(group=pl.lit(EVERYONE))
    event = pl.col("observed").cast(pl.Float64)
    by_bin = (
        labelled.group_by("group", "bin", "cut")
        .agg(
            events=(pl.col("weight") * event).sum(),
            non_events=(pl.col("weight") * (1 - event)).sum(),
            events_squared=(pl.col("weight_squared") * event).sum(),
            non_events_squared=(pl.col("weight_squared") * (1 - event)).sum(),
            risk=pl.col("risk").sum(),
            risk_of_events=(pl.col("risk") * event).sum(),
            squared_risk=pl.col("risk_squared").sum(),
        )
        .sort("bin", "cut")
    )
    parts = by_bin.partition_by("group", as_dict=True, maintain_order=True)
    return {str(key[0]): _distribution(part) for key, part in parts.items()}


def _distribution(part: pl.DataFrame) -> Distribution:
    events, non_events = part["events"].to_numpy(), part["non_events"].to_numpy()
    return Distribution(
        events=events,
        non_events=non_events,
        mean_risk=part["risk"].to_numpy() / (events + non_events),
        bins=part["bin"].to_numpy().astype(np.int64),
        risk_of_events=float(part["risk_of_events"].sum()),
        squared_risk=float(part["squared_risk"].sum()),
        effective_events=effective(float(events.sum()), float(part["events_squared"].sum())),
        effective_non_events=effective(float(non_events.sum()), float(part["non_events_squared"].sum())),
    )
