"""Whose pregnancy each is: ethnic category, age, deprivation and language, her provider, and when she gave birth."""

from __future__ import annotations

from datetime import date

import polars as pl

from records.concepts import concept
from records.groups import age_band, ethnic_scheme
from records.histories.tables import PREGNANCY_COLUMNS
from records.sources.fhir.observations import OF_HERSELF

__all__ = ["identified", "of_herself"]

_SCHEME = "england_2001"
_EPOCH = date(1970, 1, 1)


def of_herself(table: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """One row a pregnancy, in its order: each fact, and the day it was told as ``…_day``.

    What was first stated holds. What her Patient resource says is known from booking, so it holds where nothing was
    stated by then. Of who did not book no day is told.
    """
    own = {"maternal_age": _age(), "interpreter_needed": pl.col("interpreter").cast(pl.Float64)}
    told = table.select(
        "pregnancy",
        "booked_day",
        *(own.get(name, pl.lit(None, dtype=pl.Float64)).alias(f"{name}_own") for name in OF_HERSELF),
    )
    for name in OF_HERSELF:
        first = stated.filter(pl.col("concept").cast(pl.String) == name).sort("day", pl.col("value").neg())
        first = first.group_by("pregnancy").agg(
            pl.col("value").first().alias(name), pl.col("day").first().alias(f"{name}_day")
        )
        told = told.join(first, on="pregnancy", how="left", maintain_order="left")
        later = (pl.col(f"{name}_day") > pl.col("booked_day")).fill_null(value=False)
        is_own = pl.col(f"{name}_own").is_not_null() & (pl.col(name).is_null() | later)
        told = told.with_columns(
            pl.when(is_own).then(f"{name}_own").otherwise(name).alias(name),
            pl.when(is_own)
            .then("booked_day")
            .otherwise(pl.max_horizontal(f"{name}_day", "booked_day"))
            .alias(f"{name}_day"),
        )
    return told.with_columns(
        pl.when(pl.col("booked_day").is_not_null()).then(f"{name}_day").alias(f"{name}_day") for name in OF_HERSELF
    ).drop("booked_day", *(f"{name}_own" for name in OF_HERSELF))


def _age() -> pl.Expr:
    """Completed years at booking; of who did not book, at the birth or the due date."""
    on = _as_date(pl.coalesce("booked", "ended", pl.col("day_zero") + 280))
    born = _as_date(pl.col("birth_date"))
    had_birthday = (on.dt.month() * 100 + on.dt.day()) >= (born.dt.month() * 100 + born.dt.day())
    years = on.dt.year() - born.dt.year() - (~had_birthday).cast(pl.Int32)
    low, high = concept("maternal_age").plausible or (0, 0)
    return pl.when(years.is_between(low, high)).then(years).cast(pl.Float64)


def _as_date(days: pl.Expr) -> pl.Expr:
    return pl.lit(_EPOCH) + pl.duration(days=days)


def identified(table: pl.DataFrame, herself: pl.DataFrame, doubts: dict[str, int]) -> pl.DataFrame:
    """`PREGNANCY_COLUMNS` of each pregnancy, in their order."""
    scheme = ethnic_scheme(_SCHEME)
    category = pl.col("ethnic_category")
    unlisted = table.filter(category.is_not_null() & ~category.is_in(list(scheme.by_code))).height
    if unlisted:
        doubts["an ethnic category that England's coding does not have was taken as not known"] = unlisted
    groups = {code: scheme.group_of(code) for code in scheme.by_code}
    bands = {float(age): age_band(age) for age in range(121)}
    born_on = _as_date(pl.when(pl.col("ended_by") == "birth").then(pl.col("born")))
    told = {
        "group_scheme": pl.lit(_SCHEME),
        "ethnic_category": pl.when(category.is_in(list(scheme.by_code))).then(category),
        "ethnic_group": category.replace_strict(groups, default=scheme.group_of(None), return_dtype=pl.String),
        "deprivation_quintile": pl.lit(herself["deprivation_quintile"]),
        "age_band": pl.lit(herself["maternal_age"].floor().replace_strict(bands, return_dtype=pl.String)),
        "interpreter_needed": pl.lit(herself["interpreter_needed"].cast(pl.Boolean)),
        "delivered_year": born_on.dt.year(),
        "delivered_month": born_on.dt.month(),
        "day_zero": _as_date(pl.col("day_zero")),
    }
    return table.with_columns(value.alias(name) for name, value in told.items()).select(
        pl.col(name).cast(kind) for name, kind in PREGNANCY_COLUMNS.items()
    )
