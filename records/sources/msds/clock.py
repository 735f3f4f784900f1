"""When each pregnancy of the extract began, was booked, and ended: one row a pregnancy.

Day 0 is 280 days before the agreed due date. Where none is recorded it is counted back from the first of these that is:
the dating scan and the gestation it measured, the booking and her gestation then, the last menstrual period, and last
the birth and its recorded gestation, which only those have who gave birth. Where the agreed date and the gestation
recorded at birth differ by more than two weeks, both are kept as they are and the pregnancy is counted as doubted.

A pregnancy ends in a birth (a baby with outcome 01 to 04: born alive or stillborn), in a loss (another outcome, or a
diagnosis of miscarriage, ectopic pregnancy or termination), or, where maternity care was ended with neither, elsewhere:
that is censoring. A birth without a booking is an unbooked woman's.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

__all__ = ["BIRTH_OUTCOMES", "pregnancy_clock"]

#: PregOutcome of a live birth and of the three kinds of stillbirth (NHS England, CQIMPPH).
LIVE_BIRTH, BIRTH_OUTCOMES = "01", ("01", "02", "03", "04")
_TERM = 280
_MOST_APART = 14
# Miscarriage, termination, ectopic pregnancy: the outcome value set of the International Patient Summary (HL7), and the
# block O00 to O06 of ICD-10.
_LOSS_SNOMED = ("17369002", "57797005", "34801009")
_LOSS_ICD10 = ("O00", "O01", "O02", "O03", "O04", "O05", "O06")


def pregnancy_clock(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """``UniqPregID``, ``Person_ID_Mother``, ``OrgCodeProvider``, the clock's columns, and ``doubted``.

    Needs MSD101; MSD103, MSD106, MSD301 and MSD401 where they are there, with their dates read.
    """
    bookings = tables["MSD101"].select(
        "UniqPregID", "Person_ID_Mother", "OrgCodeProvider", "AntenatalAppDate", "EDDAgreed", "DischargeDateMatService",
        "LastMenstrualPeriodDate", pl.col("GestAgeBooking").cast(pl.Int32, strict=False).alias("gestation_then"),
    )  # fmt: skip
    births = _births(tables)
    known = bookings.join(births, on="UniqPregID", how="full", coalesce=True, suffix="_birth")
    known = known.with_columns(
        pl.coalesce("Person_ID_Mother", "Person_ID_Mother_birth"),
        pl.coalesce("OrgCodeProvider", "OrgCodeProvider_birth"),
    )
    for part in (_scans(tables), _admissions(tables), _losses(tables)):
        known = known.join(part, on="UniqPregID", how="left")
    by_birth = pl.col("born_on") - pl.duration(days=pl.col("gestation"))
    agreed = pl.col("EDDAgreed") - pl.duration(days=_TERM)
    day_zero = pl.coalesce(
        agreed,
        pl.col("scan_day_zero"),
        pl.col("AntenatalAppDate") - pl.duration(days=pl.col("gestation_then")),
        pl.col("LastMenstrualPeriodDate"),
        by_birth,
    )
    apart = (agreed - by_birth).dt.total_days().abs()
    dated = known.with_columns(day_zero.alias("day_zero"), (apart > _MOST_APART).alias("doubted"))
    followed = (pl.col("DischargeDateMatService") - pl.col("born_on")).dt.total_days().cast(pl.Int16, strict=False)
    ended_on, ended_by = _end()
    return (
        dated.with_columns(ended_on.alias("ended_on"), ended_by.alias("ended_by"))
        .select(
            "UniqPregID",
            "Person_ID_Mother",
            "OrgCodeProvider",
            "born_on",
            "day_zero",
            _days("AntenatalAppDate").alias("booked_day"),
            _days("admitted_on").alias("admitted_day"),
            _days("ended_on").alias("ended_day"),
            "ended_by",
            followed.alias("followed_days"),
            pl.col("doubted").fill_null(value=False),
        )
        .sort("UniqPregID")
        .collect()
    )


def _end() -> tuple[pl.Expr, pl.Expr]:
    gave_birth, lost = pl.col("born_on").is_not_null(), pl.col("lost_on").is_not_null()
    left = pl.col("DischargeDateMatService").is_not_null()
    day = pl.when(gave_birth).then("born_on").when(lost).then("lost_on").when(left).then("DischargeDateMatService")
    by = pl.when(gave_birth).then(pl.lit("birth")).when(lost).then(pl.lit("loss")).when(left).then(pl.lit("transfer"))
    return day, by


def _days(date: str) -> pl.Expr:
    return (pl.col(date) - pl.col("day_zero")).dt.total_days().cast(pl.Int16, strict=False)


def _births(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """One row a pregnancy with a birth: its first day, and the gestation recorded."""
    if "MSD401" not in tables:
        schema = {"UniqPregID": pl.String, "Person_ID_Mother": pl.String, "OrgCodeProvider": pl.String}
        return pl.LazyFrame(schema={**schema, "born_on": pl.Date, "gestation": pl.Int32})
    born = tables["MSD401"].filter(pl.col("PregOutcome").is_null() | pl.col("PregOutcome").is_in(BIRTH_OUTCOMES))
    return born.group_by("UniqPregID").agg(
        pl.col("Person_ID_Mother").drop_nulls().first(),
        pl.col("OrgCodeProvider").drop_nulls().first(),
        pl.col("PersonBirthDateBaby").min().alias("born_on"),
        pl.col("GestationLengthBirth").cast(pl.Int32, strict=False).min().alias("gestation"),
    )


def _scans(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    if "MSD103" not in tables:
        return pl.LazyFrame(schema={"UniqPregID": pl.String, "scan_day_zero": pl.Date})
    measured = pl.duration(days=pl.col("GestationDatingUltrasound").cast(pl.Int32, strict=False))
    first = tables["MSD103"].with_columns((pl.col("ProcedureDateDatingUltrasound") - measured).alias("scan_day_zero"))
    first = first.drop_nulls("scan_day_zero").sort("ProcedureDateDatingUltrasound", "scan_day_zero")
    return first.group_by("UniqPregID").agg(pl.col("scan_day_zero").first())


def _admissions(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    if "MSD301" not in tables:
        return pl.LazyFrame(schema={"UniqPregID": pl.String, "admitted_on": pl.Date})
    admitted = pl.col("StartDateMotherDeliveryHospProvSpell").min().alias("admitted_on")
    return tables["MSD301"].group_by("UniqPregID").agg(admitted)


def _losses(tables: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    """The first day on which a loss is recorded, as an outcome or as a diagnosis."""
    nothing = pl.LazyFrame(schema={"UniqPregID": pl.String, "lost_on": pl.Date})
    found = [nothing]
    if "MSD401" in tables:
        others = tables["MSD401"].filter(~pl.col("PregOutcome").is_in(BIRTH_OUTCOMES))
        found.append(others.select("UniqPregID", pl.col("PersonBirthDateBaby").alias("lost_on")))
    if "MSD106" in tables:
        snomed = pl.any_horizontal(
            pl.col(field).is_in(_LOSS_SNOMED) for field in ("MasterSnomedCTDiagCode", "MapSnomedCTDiagCode", "Diag")
        )
        icd10 = pl.any_horizontal(
            pl.col(field).str.head(3).is_in(_LOSS_ICD10) for field in ("MasterICD10Code", "MapICD10Code", "Diag")
        )
        found.append(tables["MSD106"].filter(snomed | icd10).select("UniqPregID", pl.col("DiagDate").alias("lost_on")))
    return pl.concat(found).drop_nulls().group_by("UniqPregID").agg(pl.col("lost_on").min())
