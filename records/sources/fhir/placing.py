"""Which pregnancy a statement is of: by its episode or encounter, a baby's by its mother's, else by woman and date."""

from __future__ import annotations

import polars as pl

from records.sources.fhir.collecting import Collected
from records.sources.fhir.facts import datings_of, outcomes_of
from records.sources.fhir.meanings import local_meaning
from records.sources.fhir.pregnancies import Pregnancies
from records.sources.fhir.units import NO_DOUBT

__all__ = ["BOUND", "by_window", "encounters_of", "linked"]

#: The columns of a statement that `linked` gives, beside ``pregnancy``.
BOUND = (
    "file",
    "row",
    "version",
    "patient",
    "meaning",
    "known",
    "began",
    "number",
    "holds",
    "doubt",
    "unfound",
    "dating",
    "outcome",
)


def encounters_of(collected: Collected, pregnancies: Pregnancies) -> pl.DataFrame:
    """With ``pregnancy``: by the episode, or by that of the encounter it is part of; ``of_baby`` where that is another
    patient's (R4: a child's encounter is part of its mother's)."""
    own = collected.encounters.join(pregnancies.by_episode, on="episode", how="left")
    greater = own.select(
        pl.col("resource").alias("part_of"), pl.col("patient").alias("_of"), pl.col("pregnancy").alias("_in")
    )
    found = own.join(greater.drop_nulls("part_of"), on="part_of", how="left")
    return found.with_columns(
        pl.coalesce("pregnancy", "_in"),
        (pl.col("_of") != pl.col("patient")).fill_null(value=False).alias("of_baby"),
    ).drop("_of", "_in")


def linked(collected: Collected, pregnancies: Pregnancies, encounters: pl.DataFrame) -> pl.DataFrame:
    """Every statement, with its ``pregnancy`` where references lead to one; ``unfound`` where one leads nowhere.

    Statements of another woman than the pregnancy's are set aside, and so are those no day can be given to; of a
    pregnancy these are still given, without a day.
    """
    stated = collected.statements
    stated = pl.concat([stated, *_of_encounters_and_patients(collected, encounters)], how="diagonal")
    at = encounters.select(
        pl.col("resource").alias("encounter"),
        pl.col("pregnancy").alias("_by_encounter"),
        pl.col("of_baby").alias("_of_baby"),
        pl.col("start").alias("_seen_on"),
    ).drop_nulls("encounter")
    babies = encounters.filter(pl.col("of_baby") & pl.col("pregnancy").is_not_null())
    babies = babies.select("patient", pl.col("pregnancy").alias("_mothers")).unique("patient", keep="none")
    mothers = pregnancies.table.select("pregnancy", pl.col("patient").alias("_mother"))
    found = (
        stated.lazy()
        .join(pregnancies.by_episode.lazy(), on="episode", how="left")
        .join(at.lazy(), on="encounter", how="left")
        .join(babies.lazy(), on="patient", how="left")
        .with_columns(
            (
                (pl.col("episode").is_not_null() & pl.col("pregnancy").is_null())
                | (pl.col("encounter").is_not_null() & pl.col("_of_baby").is_null())
            ).alias("unfound"),
            pl.coalesce("pregnancy", "_by_encounter", "_mothers"),
            pl.coalesce("known", "_seen_on"),
        )
        .join(mothers.lazy(), on="pregnancy", how="left")
        .with_columns(
            (
                pl.col("pregnancy").is_null()
                | (pl.col("patient") == pl.col("_mother"))
                | pl.col("_of_baby").fill_null(value=False)
                | pl.col("_mothers").is_not_null()
            ).alias("_hers")
        )
        .collect()
    )
    collected.asides.add_rows(
        found.filter(~pl.col("_hers")), collected.files, "the subject is not the woman whose episode it is of"
    )
    found = found.with_columns(datings_of().alias("dating"), outcomes_of().alias("outcome"))
    undated = pl.col("known").is_null() & pl.col("dating").is_null()
    collected.asides.add_rows(
        found.filter("_hers", undated), collected.files, "no day is recorded, nor an encounter with one"
    )
    # Of a pregnancy it still says that there is an entry; of none, or of how one ended, it says nothing.
    of_one = pl.col("pregnancy").is_not_null() & pl.col("outcome").is_null()
    return found.filter("_hers", ~undated | of_one).select("pregnancy", *BOUND)


def _of_encounters_and_patients(collected: Collected, encounters: pl.DataFrame) -> list[pl.DataFrame]:
    """What the type of an encounter says happened, and the early death of a baby, as statements."""
    held = (pl.lit(value=True).alias("holds"), pl.lit(NO_DOUBT, dtype=pl.UInt8).alias("doubt"))
    happened = encounters.filter(pl.col("meaning").is_not_null())
    patients = collected.patients.drop_nulls("died_early")
    died = pl.lit(local_meaning("death_within_28_days").number, dtype=pl.UInt16)
    where = ("file", "row", "version")
    return [
        happened.select(
            *where, "patient", pl.col("resource").alias("encounter"), "meaning", pl.col("start").alias("known"),
            pl.col("start").alias("began"), *held,
        ),
        patients.select(
            *where, pl.col("resource").alias("patient"), died.alias("meaning"), pl.col("died_early").alias("known"),
            pl.col("died_early").alias("began"), *held,
        ),
    ]  # fmt: skip


def by_window(statements: pl.DataFrame, windows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Statements of no pregnancy, with the one of hers whose window their day is in; and those of none or several.

    ``windows`` has ``patient``, ``pregnancy``, and the first and last day as ``_from`` and ``_to``; the day is
    ``_on``.
    """
    numbered = statements.drop("pregnancy").with_row_index("_statement")
    inside = numbered.join(windows, on="patient").filter(pl.col("_on").is_between("_from", "_to"))
    alone = inside.filter(pl.len().over("_statement") == 1)
    rest = numbered.join(alone.select("_statement"), on="_statement", how="anti")
    drop = ("_statement", "_from", "_to")
    return (
        alone.drop(drop).select("pregnancy", pl.exclude("pregnancy")),
        rest.drop("_statement").select(pl.lit(None, dtype=pl.UInt32).alias("pregnancy"), pl.all()),
    )
