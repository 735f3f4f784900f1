"""The pregnancies table of an extract: whose each pregnancy is, where it was, and its clock."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from records.groups import ENGLAND_2001, MISSING_ETHNICITY, age_band
from records.histories.tables import PREGNANCY_COLUMNS
from records.sources.msds.deprivation import quintiles_at_booking

__all__ = ["identified_pregnancies", "unknown_categories"]


def identified_pregnancies(
    clock: pl.DataFrame, tables: Mapping[str, pl.LazyFrame], observations: pl.DataFrame, merged: Mapping[str, str]
) -> pl.DataFrame:
    """The pregnancies table. Of an ethnic category that was recorded again and again the latest that was stated stands:
    a later 'not stated' or 'not known' takes nothing back."""
    groups = {category.code: category.group for category in ENGLAND_2001.categories}
    bands = {age: age_band(age) for age in range(10, 61)}
    ages = _of_booking(observations, "maternal_age")
    born = pl.col("born_on")
    known = clock.with_row_index("pregnancy").join(
        _categories(tables), on="Person_ID_Mother", how="left", maintain_order="left"
    )
    known = known.join(_areas(clock, tables), on="UniqPregID", how="left", maintain_order="left")
    known = known.join(ages, on="pregnancy", how="left", maintain_order="left")
    needed = _of_booking(observations, "interpreter_needed")
    known = known.join(needed, on="pregnancy", how="left", maintain_order="left")
    given = {
        "pregnancy_id": pl.col("UniqPregID"),
        "woman_id": pl.col("Person_ID_Mother"),
        "site": pl.col("OrgCodeProvider").replace(dict(merged)),
        "group_scheme": pl.lit(ENGLAND_2001.name),
        "ethnic_group": pl.col("ethnic_category").replace_strict(groups, default=ENGLAND_2001.group_of(None)),
        "age_band": pl.col("maternal_age").cast(pl.Int64).replace_strict(bands, default=None, return_dtype=pl.String),
        "interpreter_needed": pl.col("interpreter_needed") == 1,
        "delivered_year": born.dt.year(),
        "delivered_month": born.dt.month(),
    }
    return known.select(
        given.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in PREGNANCY_COLUMNS.items()
    )


def _of_booking(observations: pl.DataFrame, name: str) -> pl.DataFrame:
    rows = observations.filter(pl.col("concept").cast(pl.String) == name)
    return rows.group_by("pregnancy").agg(pl.col("value").max().alias(name))


def _categories(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """The ethnic category of each woman, whenever recorded."""
    if "MSD001" not in tables:
        return pl.DataFrame(schema={"Person_ID_Mother": pl.String, "ethnic_category": pl.String})
    missing = [category.code for category in ENGLAND_2001.categories if category.group in MISSING_ETHNICITY]
    category = _category()
    stated = category.is_in(missing).not_().fill_null(value=False)
    told = pl.coalesce(category.filter(stated).last(), category.drop_nulls().last())
    return tables["MSD001"].group_by("Person_ID_Mother").agg(told.alias("ethnic_category")).collect()


def _areas(clock: pl.DataFrame, tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    if "MSD001" not in tables:
        return pl.DataFrame(schema={"UniqPregID": pl.String, "deprivation_quintile": pl.Float64})
    found = quintiles_at_booking(clock.lazy(), tables)
    return found.select("UniqPregID", pl.col("area").fill_nan(None).alias("deprivation_quintile"))


def unknown_categories(tables: Mapping[str, pl.LazyFrame]) -> dict[str, int]:
    """Rows of women whose ethnic category has a code that the scheme has not, by a sentence that says so."""
    if "MSD001" not in tables:
        return {}
    codes = [category.code for category in ENGLAND_2001.categories]
    count = int(tables["MSD001"].select((~_category().is_in(codes)).sum()).collect().item())
    sentence = (
        "the mother's ethnic category under a code that the scheme does not have; her group is taken as not known"
    )
    return {sentence: count} if count else {}


def _category() -> pl.Expr:
    return pl.col("EthnicCategoryMother").str.to_uppercase()
