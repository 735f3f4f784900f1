"""The tables of labour and of the babies."""

from __future__ import annotations

import polars as pl

from records.concepts import concept
from records.histories.tables import observed_value
from records.sources.msds.writing.observed import before_birth, whole, wide
from records.sources.msds.writing.site_codes import code_of

__all__ = ["birth_tables"]

_MEASURED = ("measured_blood_loss", "estimated_blood_loss")
_DONE = ("maternal_transfusion", "unplanned_hysterectomy", "intensive_care")
_FOUND = ("ruptured_uterus", "maternal_critical_finding")
_OF_A_BABY = ("birth_weight", "apgar_5_minutes", "death_within_28_days")
_ONSETS = {
    observed_value("onset_of_birth", level): code
    for level, code in (("spontaneous", "1"), ("induced", "4"), ("caesarean_before_labour", "2"))
}
_DELIVERY = ["UniqPregID", "LabourDeliveryID"]


def birth_tables(rows: pl.DataFrame, pregnancies: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """By short name. ``rows`` are `dated` observations."""
    born = pregnancies.with_row_index("pregnancy").filter(pl.col("ended_by") == "birth")
    facts = wide(
        rows.filter(~before_birth()), "gestation_at_birth", "onset_of_birth", "live_birth", "stillbirth", "fetuses",
        "neonatal_unit_admission",
    )  # fmt: skip
    deliveries = born.join(facts, on="pregnancy", how="left", maintain_order="left").with_columns(
        pl.col("pregnancy_id").alias("UniqPregID"),
        pl.format("{}-d", "pregnancy_id").alias("LabourDeliveryID"),
        (pl.col("day_zero") + pl.duration(days=pl.col("ended_day"))).alias("born_on"),
    )
    babies = _babies(deliveries, rows)
    admitted_on = pl.col("day_zero") + pl.duration(days=pl.col("admitted_day"))
    first_admitted = (pl.col("neonatal_unit_admission") == 1) & (pl.col("baby") == 1)
    weighed = pl.col("apgar_5_minutes").is_not_null() | pl.col("birth_weight").is_not_null()
    return {
        "MSD301": deliveries.select(
            *_DELIVERY,
            pl.col("onset_of_birth")
            .replace_strict(_ONSETS, default=None, return_dtype=pl.String)
            .alias("LabourOnsetMethod"),
            whole("fetuses").alias("BirthsPerLabandDel"),
            admitted_on.alias("StartDateMotherDeliveryHospProvSpell"),
        ),
        "MSD302": _activities(rows),
        "MSD401": babies.select(
            *_DELIVERY,
            "Person_ID_Baby",
            pl.col("woman_id").alias("Person_ID_Mother"),
            pl.col("site").alias("OrgCodeProvider"),
            pl.col("born_on").alias("PersonBirthDateBaby"),
            whole("gestation_at_birth").alias("GestationLengthBirth"),
            _outcome().alias("PregOutcome"),
            pl.col("died_on").alias("PersonDeathDateBaby"),
        ),
        "MSD402": babies.filter(first_admitted).select(
            "UniqPregID", "Person_ID_Baby", pl.col("born_on").alias("NeonatalTransferStartDate")
        ),
        "MSD405": babies.filter(weighed).select(
            "UniqPregID",
            "Person_ID_Baby",
            pl.col("born_on").alias("ClinInterDateBaby"),
            whole("apgar_5_minutes").alias("ApgarScore"),
            pl.col("birth_weight").cast(pl.String).alias("BirthWeight"),
        ),
    }


def _babies(deliveries: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a baby, numbered in its delivery, with what was observed of it.

    As many as were counted at birth, or as the observations need: of what was observed twice one for each, and one more
    where one lived and one did not.
    """
    seen = rows.filter(pl.col("concept").is_in(_OF_A_BABY)).with_columns(
        pl.struct("day", "value")
        .rank("ordinal", descending=True)
        .over("pregnancy", "concept")
        .cast(pl.Int64)
        .alias("baby")
    )
    each = seen.group_by("pregnancy", "baby").agg(
        *(pl.col("value").filter(pl.col("concept") == name).first().alias(name) for name in _OF_A_BABY),
        pl.col("date").filter(pl.col("concept") == "death_within_28_days").first().alias("died_on"),
    )
    most = each.group_by("pregnancy").agg(pl.col("baby").max().alias("most"))
    both = (pl.col("live_birth") == 1) & (pl.col("stillbirth") == 1)
    needed = pl.col("most").fill_null(1) + both.fill_null(value=False).cast(pl.Int64)
    counted = deliveries.join(most, on="pregnancy", how="left", maintain_order="left").with_columns(
        pl.max_horizontal(needed, pl.col("fetuses").fill_null(1).cast(pl.Int64)).alias("babies")
    )
    one_each = counted.with_columns(pl.int_ranges(1, pl.col("babies") + 1).alias("baby")).explode(
        "baby", empty_as_null=False, keep_nulls=False
    )
    told = one_each.join(each, on=["pregnancy", "baby"], how="left", maintain_order="left")
    return told.with_columns(pl.format("{}-b{}", "pregnancy_id", "baby").alias("Person_ID_Baby"))


def _outcome() -> pl.Expr:
    """Of babies of whom some lived and some did not, the last did not."""
    lived, died = pl.col("live_birth") == 1, pl.col("stillbirth") == 1
    last = pl.col("baby") == pl.col("babies")
    return pl.when(lived & died & last).then(pl.lit("04")).when(lived).then(pl.lit("01")).when(died).then(pl.lit("04"))


def _activities(rows: pl.DataFrame) -> pl.DataFrame:
    names = (*_MEASURED, *_DONE, *_FOUND)
    coded = pl.col("concept").replace_strict({name: code_of(name, "labour") for name in names}, default=None)
    found = rows.filter(pl.col("concept").is_in(names) & (pl.col("ended_by") == "birth"))

    def of(kind: tuple[str, ...]) -> pl.Expr:
        return pl.col("concept").is_in(kind)

    return found.select(
        "UniqPregID",
        pl.format("{}-d", "UniqPregID").alias("LabourDeliveryID"),
        pl.col("date").alias("ClinInterDateMother"),
        pl.when(of(_MEASURED)).then(coded).alias("MasterSnomedCTObsCode"),
        pl.when(of(_MEASURED)).then("value").cast(pl.String).alias("ObsValue"),
        pl.when(of(_MEASURED)).then(pl.lit(concept(_MEASURED[0]).unit)).alias("UCUMUnit"),
        pl.when(of(_DONE)).then(coded).alias("MasterSnomedCTProcedureCode"),
        pl.when(of(_FOUND)).then(coded).alias("MasterSnomedCTFindingCode"),
    )
