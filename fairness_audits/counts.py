"""The one sufficient statistic of an audit: counts by group cell, risk bin, alert and observed outcome.

Every figure, interval and intersection comes from these counts. They stream from any number of predictions, and the
counts of two hospitals (same policy columns, thresholds and coding scheme) add up to the counts of their pooled rows.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import polars as pl

from fairness_audits.repeated_women import pooled_patterns, repeated_women
from fairness_audits.risk_bins import bin_of, cut_of
from fairness_audits.rules_beside import RULES_COLUMN, rules_beside
from records.errors import EquipartumError
from records.prediction_validation import validate
from records.predictions import NOT_GIVEN

__all__ = [
    "SECTION_COLUMNS",
    "SUMS",
    "Counts",
    "CountsDoNotAdd",
    "CountsOfAnotherPolicy",
    "SameCountsTwice",
    "count_predictions",
]

SECTION_COLUMNS = ("outcome", "prediction_point", "outcome_definition", "scored_by", "model_version")
RISK_COLUMNS = ("bin", "cut", "alert", "observed", RULES_COLUMN)
# Sums are held as whole multiples of 2^-60, so that they add up to the same number in whatever order. 128 bits hold
# those of 10^8 rows at the largest weight that a predictions table takes.
FRACTION = 2.0**60
FIXED_POINT = ("weight", "weight_squared", "risk", "risk_squared")
SUMS = (
    "n",
    "weight",
    "weight_squared",
    "risk",
    "risk_squared",
    "not_yet_due",
    "interpreter_known",
    "needs_interpreter",
    "deprivation_known",
    "most_deprived",
    "simulated",
)


class _SchemeAndPeriod(TypedDict):
    group_scheme: str
    period: tuple[str, str] | None


class CountsDoNotAdd(EquipartumError):
    """Counts made under different group columns, thresholds or coding schemes, or as of days between which births fell
    due.
    """


class CountsOfAnotherPolicy(EquipartumError):
    """Counts that lack a group column or a threshold that a policy asks for."""


class SameCountsTwice(EquipartumError):
    """Counts of which one holds rows that the other holds too."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Counts by section, site, group cell, bin, cut, alert, observed and what today's rules said (`rules_beside`).

    ``frame`` holds the columns of `SUMS` for each: rows, sum of weights and of their squares, weighted sums of risk and
    of risk squared (in fixed point; `in_units` has them as numbers). ``alert`` and ``observed`` are null where not
    evaluated, and not ascertained. ``repeated`` holds the women with several rows (`repeated_women`). ``releases`` are
    the digests of the restricted files that these were read from, by which the same one is not added twice.
    ``period`` is the first and the last month (YYYY-MM) of prediction; None where any row tells no day. ``no_overlap``
    holds who stated that no woman is in two of the parts these were merged from, and how they know.
    """

    frame: pl.DataFrame
    repeated: pl.DataFrame
    cell_columns: tuple[str, ...]
    thresholds: tuple[float, ...]
    group_scheme: str
    as_of: datetime.date
    releases: frozenset[str] = frozenset()
    period: tuple[str, str] | None = None
    no_overlap: tuple[str, ...] = ()

    @property
    def keys(self) -> list[str]:
        """The columns that tell one cell from another."""
        return keys_of(self.cell_columns)

    @property
    def rows(self) -> int:
        return int(self.frame["n"].sum())

    @property
    def in_units(self) -> pl.DataFrame:
        return _in_units(self.frame)

    def refuse_other_policy(self, cell_columns: Sequence[str], thresholds: Sequence[float]) -> None:
        """Raises `CountsOfAnotherPolicy` where these counts cannot answer for all of the columns and thresholds."""
        columns = [column for column in cell_columns if column not in self.keys]
        cuts = [f"risk {threshold:g}" for threshold in thresholds if threshold not in self.thresholds]
        if columns or cuts:
            raise CountsOfAnotherPolicy(
                f"the policy asks for {', '.join([*columns, *cuts])}, which these counts were not made for (they hold "
                f"{', '.join(self.cell_columns)}, cut at {', '.join(map(str, self.thresholds)) or 'no risk'}); count "
                "the predictions under this policy, or audit with the policy they were counted under"
            )

    def merge(self, other: Counts) -> Counts:
        """Counts of both, as if the rows had been pooled; the order does not matter.

        Counts as of an earlier day can be added only where they hold no outcome that was not yet due on it: whether it
        has been recorded since, they cannot say. Raises `CountsDoNotAdd` and `SameCountsTwice`.
        """
        for name in ("cell_columns", "thresholds", "group_scheme"):
            if getattr(self, name) != getattr(other, name):
                raise CountsDoNotAdd(
                    f"counts differ in {name}: {getattr(self, name)} and {getattr(other, name)}; count both under one "
                    "policy and one coding scheme"
                )
        if self.releases & other.releases:
            raise SameCountsTwice(
                "the same rows are in more than one of these counts; give each release once (a merged file already "
                "holds those that it was merged from)"
            )
        as_of = max(self.as_of, other.as_of)
        if any(counts.as_of < as_of and counts.frame["not_yet_due"].sum() for counts in (self, other)):
            raise CountsDoNotAdd(
                f"counts as of {min(self.as_of, other.as_of)} hold outcomes that were not yet due on that day, and the "
                f"others are as of {as_of}; count both as of the same day"
            )
        pooled = pl.concat([self.frame, other.frame]).group_by(self.keys).agg(pl.col(SUMS).sum())
        return replace(
            self,
            frame=_ordered(pooled, self.keys),
            repeated=pooled_patterns(self.repeated, other.repeated, keys=self.keys),
            as_of=as_of,
            releases=self.releases | other.releases,
            period=_over_both(self.period, other.period),
            no_overlap=tuple(sorted({*self.no_overlap, *other.no_overlap})),
        )

    def sections(self, keeping: Sequence[str] | None = None) -> list[tuple[dict[str, str], pl.DataFrame]]:
        """What is never pooled (outcome, definition, point, scorer, version), each with its own rows of counts.

        With ``keeping``, rows are added up over the cell columns (and the site) that it does not name: most figures
        need few of them, and cost grows with rows.
        """
        frame = self.frame
        if keeping is not None:
            frame = _ordered(frame.group_by(kept := keys_of(keeping, site=False)).agg(pl.col(SUMS).sum()), kept)
        return by_section(_in_units(frame))


def keys_of(cell_columns: Sequence[str], *, site: bool = True) -> list[str]:
    """The key columns of counts; the site is always counted apart."""
    return list(dict.fromkeys([*SECTION_COLUMNS, *(("site",) if site else ()), *cell_columns, *RISK_COLUMNS]))


def by_section(frame: pl.DataFrame) -> list[tuple[dict[str, str], pl.DataFrame]]:
    """``frame`` cut by its section columns, which leave it, in their order."""
    parts = frame.partition_by(SECTION_COLUMNS, as_dict=True, include_key=False, maintain_order=True)
    return [(dict(zip(SECTION_COLUMNS, map(str, key), strict=True)), part) for key, part in sorted(parts.items())]


def count_predictions(
    predictions: pl.DataFrame | pl.LazyFrame,
    *,
    cell_columns: Sequence[str],
    thresholds: Sequence[float] = (),
    as_of: datetime.date,
) -> Counts:
    """Validate and count, streaming. ``as_of`` tells an outcome not yet due from one that was never recorded.

    Time grows with rows, memory with cells (groups x sites x bins in use): 3.7 million births in about ten seconds.
    """
    table = validate(predictions)
    beside = rules_beside(table)
    keys = keys_of(cell_columns)
    risk, weight = pl.col("risk"), pl.col("weight")
    needed = table.with_columns(bin=bin_of(risk), cut=cut_of(risk, thresholds))
    labels = [name for name, dtype in table.collect_schema().items() if name in keys and dtype == pl.String()]
    # A label is compared once for each of its kinds, not once a row.
    coded = beside.on(needed).with_columns(pl.col(labels).cast(pl.Categorical))
    frame = coded.group_by(keys).agg(
        n=pl.len().cast(pl.Int64),
        weight=_fixed_point(weight),
        weight_squared=_fixed_point(weight * weight),
        risk=_fixed_point(weight * risk),
        risk_squared=_fixed_point(weight * risk * risk),
        not_yet_due=_number(pl.col("observed").is_null() & (pl.col("due_at") > as_of)),
        interpreter_known=_number(pl.col("interpreter_needed").is_not_null()),
        needs_interpreter=_number(pl.col("interpreter_needed")),
        deprivation_known=_number(pl.col("deprivation_quintile").is_not_null()),
        most_deprived=_number(pl.col("deprivation_quintile") == 1),
        simulated=_number(pl.col("is_simulated")),
    )
    counted = frame.collect(engine="streaming").with_columns(pl.col(labels).cast(pl.String))
    return Counts(
        frame=_ordered(beside.named(counted), keys),
        repeated=repeated_women(needed, beside, section=SECTION_COLUMNS, keys=keys),
        cell_columns=tuple(cell_columns),
        thresholds=tuple(thresholds),
        **_scheme_and_period(table),
        as_of=as_of,
    )


def _fixed_point(value: pl.Expr) -> pl.Expr:
    return (value * FRACTION).round().cast(pl.Int128).sum()


def _in_units(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(FIXED_POINT).cast(pl.Float64) / FRACTION)


def _number(condition: pl.Expr) -> pl.Expr:
    return condition.sum().cast(pl.Int64)


def _ordered(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    return frame.sort(keys, nulls_last=True).select(*keys, *SUMS)


def _over_both(one: tuple[str, str] | None, other: tuple[str, str] | None) -> tuple[str, str] | None:
    return None if one is None or other is None else (min(one[0], other[0]), max(one[1], other[1]))


def _scheme_and_period(table: pl.LazyFrame) -> _SchemeAndPeriod:
    """Months, because the first and the last day are each one woman's."""
    at = pl.col("predicted_at")
    told = table.select(
        scheme=pl.col("group_scheme").first(), first=at.min(), last=at.max(), undated=at.null_count()
    ).collect(engine="streaming")
    seen = told.row(0, named=True)
    return {
        "group_scheme": str(seen["scheme"]) if seen["scheme"] is not None else NOT_GIVEN,
        "period": None if seen["undated"] else (f"{seen['first']:%Y-%m}", f"{seen['last']:%Y-%m}"),
    }
