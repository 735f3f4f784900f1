"""The one sufficient statistic of an audit: counts by group cell, risk bin, alert and observed outcome.

Every figure, interval and intersection comes from these counts. They stream from any number of predictions, and the
counts of two hospitals (same policy columns, thresholds and coding scheme) add up to the counts of their pooled rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from fairness_audits.risk_bins import bin_of, cut_of
from records.errors import EquipartumError
from records.predictions import NOT_GIVEN, validate

__all__ = ["SECTION_COLUMNS", "Counts", "CountsDoNotAdd", "count_predictions"]

SECTION_COLUMNS = ("outcome", "prediction_point", "outcome_definition", "scored_by", "model_version")
RISK_COLUMNS = ("bin", "cut", "alert", "observed")
# Sums are held as whole multiples of 2^-52, so that they add up to the same number in whatever order.
FRACTION = 2.0**52
FIXED_POINT = ("weight", "weight_squared", "risk", "risk_squared")
SUMS = (
    "n",
    "weight",
    "weight_squared",
    "risk",
    "risk_squared",
    "not_yet_due",
    "interpreter_known",
    "interpreter_needed",
    "deprivation_known",
    "most_deprived",
    "simulated",
)


class CountsDoNotAdd(EquipartumError):
    """Counts made under different group columns, thresholds or coding schemes."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Counts by section, site, group cell, bin, cut, alert and observed.

    ``frame`` holds the columns of `SUMS` for each: rows, sum of weights and of their squares, weighted sums of risk and
    of risk squared (in fixed point; `in_units` has them as numbers). ``alert`` and ``observed`` are null where not
    evaluated, and not ascertained.
    """

    frame: pl.DataFrame
    cell_columns: tuple[str, ...]
    thresholds: tuple[float, ...]
    group_scheme: str

    @property
    def rows(self) -> int:
        return int(self.frame["n"].sum())

    @property
    def in_units(self) -> pl.DataFrame:
        return self.frame.with_columns(pl.col(FIXED_POINT).cast(pl.Float64) / FRACTION)

    def merge(self, other: Counts) -> Counts:
        """Counts of both, as if the rows had been pooled; the order does not matter."""
        for name in ("cell_columns", "thresholds", "group_scheme"):
            if getattr(self, name) != getattr(other, name):
                raise CountsDoNotAdd(f"counts differ in {name}: {getattr(self, name)} and {getattr(other, name)}")
        keys = [column for column in self.frame.columns if column not in SUMS]
        pooled = pl.concat([self.frame, other.frame]).group_by(keys).agg(pl.col(SUMS).sum())
        return replace(self, frame=_ordered(pooled, keys))

    def sections(self) -> list[tuple[dict[str, str], pl.DataFrame]]:
        """What is never pooled (outcome, definition, point, scorer, version), each with its own rows of counts."""
        parts = self.in_units.partition_by(SECTION_COLUMNS, as_dict=True, include_key=False, maintain_order=True)
        return [(dict(zip(SECTION_COLUMNS, map(str, key), strict=True)), part) for key, part in sorted(parts.items())]


def count_predictions(
    predictions: pl.DataFrame | pl.LazyFrame,
    *,
    cell_columns: Sequence[str],
    thresholds: Sequence[float] = (),
    as_of: datetime.date,
) -> Counts:
    """Validate and count, streaming. ``as_of`` tells an outcome not yet due from one that was never recorded."""
    table = validate(predictions)
    keys = [*SECTION_COLUMNS, "site", *cell_columns, *RISK_COLUMNS]
    risk, weight = pl.col("risk"), pl.col("weight")
    needed = table.with_columns(bin=bin_of(risk), cut=cut_of(risk, thresholds))
    frame = needed.group_by(keys).agg(
        n=pl.len().cast(pl.Int64),
        weight=_fixed_point(weight),
        weight_squared=_fixed_point(weight * weight),
        risk=_fixed_point(weight * risk),
        risk_squared=_fixed_point(weight * risk * risk),
        not_yet_due=_number(pl.col("observed").is_null() & (pl.col("due_at") > as_of)),
        interpreter_known=_number(pl.col("interpreter_needed").is_not_null()),
        interpreter_needed=_number(pl.col("interpreter_needed")),
        deprivation_known=_number(pl.col("deprivation_quintile").is_not_null()),
        most_deprived=_number(pl.col("deprivation_quintile") == 1),
        simulated=_number(pl.col("is_simulated")),
    )
    return Counts(
        frame=_ordered(frame.collect(engine="streaming"), keys),
        cell_columns=tuple(cell_columns),
        thresholds=tuple(thresholds),
        group_scheme=_scheme(table),
    )


def _fixed_point(value: pl.Expr) -> pl.Expr:
    return (value * FRACTION).round().cast(pl.Int128).sum()


def _number(condition: pl.Expr) -> pl.Expr:
    return condition.sum().cast(pl.Int64)


def _ordered(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return frame.sort(keys, nulls_last=True)


def _scheme(table: pl.LazyFrame) -> str:
    first = table.select(pl.col("group_scheme").first()).collect(engine="streaming").item()
    return str(first) if first is not None else NOT_GIVEN
