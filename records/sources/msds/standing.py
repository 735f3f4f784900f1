"""The tables of a folder as they stand: read, dated, of the latest submission, and of a pregnancy that is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from records.records import SetAside
from records.sources.msds.clock import BIRTH_OUTCOMES
from records.sources.msds.dates import with_dates
from records.sources.msds.losses import LOSS_OUTCOMES
from records.sources.msds.placing import with_keys, without_orphans
from records.sources.msds.reading import read_tables
from records.sources.msds.submissions import (
    latest_submission,
    second_bookings,
    told_otherwise,
    unreadable_periods,
    with_first_sent,
)
from records.sources.msds.tables import DIED, TABLES

__all__ = ["StandingTables", "standing_tables"]

#: PregOutcome of which nothing is known: 98, 'other (not listed)', and 99 in the data set's codes of two digits.
_NO_OUTCOME = ("98", "99")


@dataclass(frozen=True, kw_only=True)
class StandingTables:
    """``tables`` by short name; what was set aside of them, and what was doubted, with counts."""

    tables: Mapping[str, pl.LazyFrame]
    set_aside: tuple[SetAside, ...]
    doubts: Mapping[str, int]


def standing_tables(files: Mapping[str, Path], progress: Callable[[str, int], None] | None = None) -> StandingTables:
    """Raises one of `records.sources.msds.errors`."""
    read: dict[str, pl.LazyFrame] = {}
    for short, rows in read_tables(files).items():
        # In memory where dates are asked of it again and again; the largest, of activities, has none: streamed.
        read[short] = rows.collect().lazy() if TABLES[short].dates else rows
        if progress is not None:
            progress(f"reading {files[short].name}", 0)
    if "MSD401" in read:
        # Before dates are read: one that cannot be is not the same as none.
        died = pl.col("PersonDeathDateBaby").is_not_null().alias(DIED)
        read["MSD401"] = read["MSD401"].with_columns(_outcome(), died)
    dated = with_dates(read)
    keyed, without_key = with_keys(dated.tables)
    again, doubts = second_bookings(TABLES["MSD101"], keyed["MSD101"])
    periods: dict[str, int] = told_otherwise(keyed["MSD101"])
    for short, rows in keyed.items():
        periods |= unreadable_periods(TABLES[short], rows)
    latest = {
        short: latest_submission(TABLES[short], with_first_sent(TABLES[short], rows)) for short, rows in keyed.items()
    }
    # Asked by every other table which pregnancies there are.
    latest["MSD101"] = latest["MSD101"].collect().lazy()
    if "MSD401" in latest:
        latest["MSD401"], strange = _known_outcomes(latest["MSD401"])
        doubts |= strange
    placed, orphans = without_orphans(latest)
    return StandingTables(
        tables=placed,
        set_aside=(*without_key, *again, *orphans),
        doubts={**dated.doubts, **periods, **doubts, **_without_delivery(placed)},
    )


def _without_delivery(tables: Mapping[str, pl.LazyFrame]) -> dict[str, int]:
    """A baby is a birth with or without its delivery, of which then only the onset and the admission are not known."""
    if not {"MSD301", "MSD401"} <= tables.keys():
        return {}
    by = ["UniqPregID", "LabourDeliveryID"]
    count = tables["MSD401"].join(tables["MSD301"], on=by, how="anti").select(pl.len()).collect().item()
    return {"a baby of a delivery that MSD301LabourDelivery does not hold; the birth stands": count} if count else {}


def _known_outcomes(babies: pl.LazyFrame) -> tuple[pl.LazyFrame, dict[str, int]]:
    """A code that the data set does not have says neither that a child was born alive nor that it was lost."""
    has_meaning = pl.col("PregOutcome").is_in((*BIRTH_OUTCOMES, *LOSS_OUTCOMES))
    count = int(babies.select((~has_meaning).sum()).collect().item())
    sentence = "MSD401BabyDemographics.PregOutcome holds a code that the data set does not have; taken as not known"
    known = babies.with_columns(pl.when(has_meaning).then("PregOutcome").alias("PregOutcome"))
    return known, {sentence: count} if count else {}


def _outcome() -> pl.Expr:
    """In two digits, also where a spreadsheet took the zero away."""
    code = pl.col("PregOutcome").str.zfill(2)
    return pl.when(~code.is_in(_NO_OUTCOME)).then(code).alias("PregOutcome")
