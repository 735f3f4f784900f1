"""From observed fields to observations: units, days, plausible ranges, and what is counted as doubted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from records.concepts import CONCEPTS
from records.histories.body_mass_index import index_at_booking
from records.histories.clocked import gestation_at_birth, gestation_at_booking
from records.histories.glucose_test import tests_done
from records.histories.ordering import in_order
from records.histories.tables import OBSERVATION_COLUMNS, UNCLEAR_COLUMNS
from records.sources.msds.observations import OWN_UNIT

__all__ = ["Observed", "observations_of"]

# NHS England's processing of the data set repairs units so, whatever unit is recorded: a height up to 2.5 is in metres
# and one from 100 on in centimetres, a weight from 20 to 1,000 in kilograms and above in grams. A height is read to the
# millimetre.
_TALLEST_IN_METRES, _LEAST_IN_CENTIMETRES, _LEAST_IN_GRAMS, _LEAST_IN_KILOGRAMS = 2.5, 100.0, 1000.0, 20.0
# Of a year after the longest pregnancy on, nothing is care of it any more; a recorded date before its first day is a
# slip, but for what she can have brought with her.
_LAST_DAY = 336 + 365
_MAY_PREDATE = ("depression", "pre_existing_diabetes", "chronic_hypertension")
# Read without a unit by NHS England's processing, in the concept's own.
_UNIT_ASSUMED = ("measured_blood_loss", "height", "weight")
_COLUMNS = tuple(OBSERVATION_COLUMNS)
_FLAGS = tuple(name for name, known in CONCEPTS.items() if known.kind == "flag")


@dataclass(frozen=True, kw_only=True)
class Observed:
    """``observations`` has `OBSERVATION_COLUMNS`; ``doubts`` counts observations by why they were not taken, and
    ``unclear`` has a row for each that is of a flag."""

    observations: pl.DataFrame
    unclear: pl.DataFrame
    doubts: dict[str, int]


def observations_of(facts: Sequence[pl.LazyFrame], clock: pl.DataFrame) -> Observed:
    """``facts`` as `observed_facts` gives them; ``clock`` has one row a pregnancy, in the order of the histories."""
    pregnancies = clock.lazy().select("UniqPregID", "day_zero", "booked_day").with_row_index("pregnancy")
    dated = clock.select("booked_day", "ended_day", "ended_by").with_row_index("pregnancy")
    own, doubted, unclear = [], [], []
    # One after the other: what is text while it is read is a few bytes a row afterwards.
    for observed in facts:
        read = _dated(observed, pregnancies)
        doubted.append(read.drop_nulls("why_not").group_by("concept", "why_not").len())
        unclear.append(
            read.filter(pl.col("why_not").is_not_null() & pl.col("concept").is_in(_FLAGS)).select(*UNCLEAR_COLUMNS)
        )
        own.append(read.filter(pl.col("why_not").is_null()).select(*_COLUMNS))
    booked = dated.select("pregnancy", "booked_day").drop_nulls()
    follows = [
        *(tests_done(part) for part in own),
        index_at_booking(_of(own, "height", "weight"), booked.cast({"pregnancy": OBSERVATION_COLUMNS["pregnancy"]})),
        gestation_at_booking(booked),
        gestation_at_birth(dated, _of(own, "gestation_at_birth").cast({"pregnancy": dated.schema["pregnancy"]})),
    ]
    also = [part.select(_COLUMNS).cast(dict(OBSERVATION_COLUMNS)) for part in follows]  # type: ignore[arg-type]
    observations = pl.concat([*own, *also])
    doubts = pl.concat(doubted).group_by("concept", "why_not").agg(pl.col("len").sum())
    return Observed(
        observations=in_order(observations),
        unclear=pl.concat(unclear),
        doubts={
            f"{CONCEPTS[name].title}: {why}": count
            for name, why, count in doubts.cast({"concept": pl.String}).sort("concept", "why_not").iter_rows()
        },
    )


def _of(parts: Sequence[pl.DataFrame], *names: str) -> pl.DataFrame:
    return pl.concat([part.filter(pl.col("concept").is_in(names)) for part in parts])


def _dated(facts: pl.LazyFrame, pregnancies: pl.LazyFrame) -> pl.DataFrame:
    """`OBSERVATION_COLUMNS`, and ``why_not`` of those that are not taken."""
    value = pl.col("value")
    return (
        facts.join(pregnancies, on="UniqPregID", how="inner")
        .with_columns(
            (pl.col("date") - pl.col("day_zero")).dt.total_days().alias("day"),
            # What stands in braces is a note on a number without a unit (UCUM, section 6).
            pl.col("unit").str.to_lowercase().str.replace(r"^\{.*\}$", "1"),
        )
        .join(_units().lazy(), on=["concept", "unit"], how="left", nulls_equal=True)
        .join(_ranges().lazy(), on="concept", how="left")
        .with_columns(_in_own_unit().alias("value"))
        .with_columns(_why_not().alias("why_not"), _depression_at_booking())
        .select(
            pl.col("pregnancy").cast(OBSERVATION_COLUMNS["pregnancy"]),
            pl.col("concept").cast(OBSERVATION_COLUMNS["concept"]),
            pl.col("day").cast(OBSERVATION_COLUMNS["day"], strict=False),
            value,
            "why_not",
        )
        .collect(engine="streaming")
    )


def _units() -> pl.DataFrame:
    """The factor to its own unit for each concept and unit it is recorded in."""
    rows: dict[tuple[str, str | None], float] = {}
    for name, known in CONCEPTS.items():
        rows[name, OWN_UNIT] = 1.0
        if known.kind != "quantity" or name in _UNIT_ASSUMED:
            rows[name, None] = 1.0
        for unit, factor in ((known.unit or "1", 1.0), *known.other_units.items()):
            rows[name, unit.lower()] = factor
    return pl.DataFrame(
        [(name, unit, factor) for (name, unit), factor in rows.items()],
        schema=["concept", "unit", "factor"],
        orient="row",
    )


def _ranges() -> pl.DataFrame:
    rows = [(name, *known.plausible) for name, known in CONCEPTS.items() if known.plausible is not None]
    return pl.DataFrame(rows, schema=["concept", "low", "high"], orient="row").cast(
        {"low": pl.Float64, "high": pl.Float64}
    )


def _in_own_unit() -> pl.Expr:
    """By the recorded unit; of her height and weight by their size."""
    value, concept = pl.col("value"), pl.col("concept")
    # Rounded: 1.756 m times 100 is not the number 175.6.
    centimetres = (value * 100.0).round(1)
    return (
        pl.when((concept == "height") & (value <= _TALLEST_IN_METRES))
        .then(centimetres)
        .when((concept == "height") & (value >= _LEAST_IN_CENTIMETRES))
        .then(value)
        .when((concept == "weight") & (value > _LEAST_IN_GRAMS))
        .then(value / 1000.0)
        .when((concept == "weight") & (value >= _LEAST_IN_KILOGRAMS))
        .then(value)
        .otherwise(value * pl.col("factor"))
    )


def _why_not() -> pl.Expr:
    value, day = pl.col("value"), pl.col("day")
    earliest = pl.when(pl.col("concept").is_in(_MAY_PREDATE)).then(pl.lit(-32_000)).otherwise(0)
    whole = pl.col("concept").is_in([name for name, known in CONCEPTS.items() if known.kind == "count"])
    return (
        pl.when(value.is_nan())
        .then(pl.lit("without a value that can be read; taken as not recorded"))
        .when(pl.col("factor").is_null())
        .then(pl.lit("without a unit, or in one it is not recorded in; taken as not recorded"))
        .when(day.is_null())
        .then(pl.lit("without a date, or of a pregnancy without one; taken as not recorded"))
        .when(~day.is_between(earliest, _LAST_DAY))
        .then(pl.lit("dated before the pregnancy or more than a year after it; taken as not recorded"))
        .when(~value.is_between("low", "high"))
        .then(pl.lit("outside its plausible range; taken as not recorded"))
        .when(whole & (value != value.floor()))
        .then(pl.lit("not a whole number; taken as not recorded"))
    )


def _depression_at_booking() -> pl.Expr:
    """A depression diagnosed by the day of booking is under way then, and no new one later."""
    ongoing = (pl.col("concept") == "depression") & (pl.col("day") <= pl.col("booked_day"))
    return pl.when(ongoing).then(pl.lit("depression_ongoing_at_booking")).otherwise("concept").alias("concept")
