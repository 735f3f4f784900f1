"""The tables of booking, of care in pregnancy and after it, and of what came before."""

from __future__ import annotations

import polars as pl

from records.codelists import codes_for
from records.concepts import concept
from records.sources.msds.history import NOTHING_BEFORE
from records.sources.msds.writing.observed import before_birth, whole, wide
from records.sources.msds.writing.site_codes import code_of
from records.sources.nhs_facts import ASKED_TOGETHER

__all__ = ["pregnancy_tables"]

Tables = dict[str, pl.DataFrame]

_MISCARRIAGE = "17369002"
# Maternity care ends some weeks after birth, at the latest: assumption.
_CARE_AFTER_BIRTH = 60
_AT_CONTACTS = (
    "systolic_blood_pressure", "haemoglobin", "weight", "height", "glucose_fasting", "glucose_two_hours",
    "diabetes_test_done", "smoking_status", "epds_item_10",
)  # fmt: skip
_DIAGNOSES = (
    "pre_eclampsia", "gestational_hypertension", "placenta_praevia", "gestational_diabetes", "depression",
    "depression_ongoing_at_booking",
)  # fmt: skip
# Antepartum haemorrhage has a code of ICD-10 that was verified, and none of SNOMED CT.
_DIAGNOSED_BY_ICD10 = ("antenatal_bleeding",)


def pregnancy_tables(rows: pl.DataFrame, pregnancies: pl.DataFrame) -> Tables:
    """By short name. ``rows`` are `dated` observations."""
    return {
        "MSD001": _mothers(pregnancies),
        "MSD101": _bookings(rows, pregnancies),
        "MSD103": _scans(rows),
        "MSD104": _scores(rows),
        "MSD106": _diagnoses(rows, pregnancies),
        **_asked(rows),
        **_contacts(rows),
    }


def _mothers(pregnancies: pl.DataFrame) -> pl.DataFrame:
    decile = (2 * pl.col("deprivation_quintile").cast(pl.Int64) - 1).cast(pl.String)
    return (
        pregnancies.drop_nulls("woman_id")
        .group_by(pl.col("woman_id").alias("Person_ID_Mother"), maintain_order=True)
        .agg(
            pl.col("ethnic_category").last().alias("EthnicCategoryMother"),
            decile.drop_nulls().last().alias("Rank_IMD_Decile_2015"),
            pl.col("site").last().alias("OrgCodeProvider"),
        )
    )


def _bookings(rows: pl.DataFrame, pregnancies: pl.DataFrame) -> pl.DataFrame:
    facts = wide(
        rows, "maternal_age", "parity", "previous_pregnancy_losses", "previous_caesareans", "complex_social_factors",
        "low_social_support", "interpreter_needed",
    )  # fmt: skip
    known = pregnancies.select(pl.exclude("interpreter_needed")).with_row_index("pregnancy")
    booked = known.drop_nulls("booked_day").join(facts, on="pregnancy", how="left", maintain_order="left")
    ended_on = pl.col("day_zero") + pl.duration(days=pl.col("ended_day"))
    after = pl.min_horizontal(pl.col("followed_days"), pl.lit(_CARE_AFTER_BIRTH))
    discharged = (
        pl.when(pl.col("ended_by") == "birth")
        .then(ended_on + pl.duration(days=after))
        .when(pl.col("ended_by").is_not_null())
        .then(ended_on)
    )
    return booked.select(
        pl.col("pregnancy_id").alias("UniqPregID"),
        pl.col("woman_id").alias("Person_ID_Mother"),
        pl.col("site").alias("OrgCodeProvider"),
        whole("maternal_age").alias("AgeAtBookingMother"),
        (pl.col("day_zero") + pl.duration(days=pl.col("booked_day"))).alias("AntenatalAppDate"),
        pl.col("booked_day").cast(pl.String).alias("GestAgeBooking"),
        (pl.col("day_zero") + pl.duration(days=280)).alias("EDDAgreed"),
        whole("parity").alias("PreviousLiveBirths"),
        pl.when(pl.col("parity").is_not_null()).then(pl.lit("0")).alias("PreviousStillBirths"),
        whole("previous_pregnancy_losses").alias("PreviousLossesLessThan24Weeks"),
        whole("previous_caesareans").alias("PreviousCaesareanSections"),
        _yes_no("complex_social_factors").alias("ComplexSocialFactorsInd"),
        _yes_no("low_social_support", no="Y", yes="N").alias("SupportStatusIndMother"),
        _yes_no("interpreter_needed", no="en", yes="fr").alias("LangCode"),
        discharged.alias("DischargeDateMatService"),
    )


def _yes_no(name: str, *, no: str = "N", yes: str = "Y") -> pl.Expr:
    return pl.when(pl.col(name) == 1).then(pl.lit(yes)).when(pl.col(name) == 0).then(pl.lit(no))


def _scans(rows: pl.DataFrame) -> pl.DataFrame:
    found = rows.filter((pl.col("concept") == "fetuses") & before_birth())
    return found.select(
        "UniqPregID",
        pl.col("date").alias("ProcedureDateDatingUltrasound"),
        pl.col("day").cast(pl.String).alias("GestationDatingUltrasound"),
        whole("value").alias("NoFetusesDatingUltrasound"),
    )


def _scores(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("concept") == "epds_total").select(
        "UniqPregID",
        pl.lit(code_of("epds_total", "pregnancy")).alias("ToolTypeSNOMED"),
        pl.col("date").alias("CompDate"),
        whole("value").alias("Score"),
    )


def _diagnoses(rows: pl.DataFrame, pregnancies: pl.DataFrame) -> pl.DataFrame:
    snomed = {name: code_of("depression" if "depression" in name else name, "pregnancy") for name in _DIAGNOSES}
    icd10 = {name: codes_for("icd10", name)[0].code for name in _DIAGNOSED_BY_ICD10}
    # A depression found after maternity care ended is in no table of maternity care.
    within = (pl.col("day") <= pl.col("ended_day") + _CARE_AFTER_BIRTH).fill_null(value=True)
    in_care = (pl.col("concept") != "depression") | within
    names = (*_DIAGNOSES, *_DIAGNOSED_BY_ICD10)
    found = rows.filter(pl.col("concept").is_in(names) & (pl.col("value") > 0) & in_care).select(
        "UniqPregID",
        pl.col("concept").replace_strict(snomed, default=None, return_dtype=pl.String).alias("MasterSnomedCTDiagCode"),
        pl.col("concept").replace_strict(icd10, default=None, return_dtype=pl.String).alias("MasterICD10Code"),
        pl.col("date").alias("DiagDate"),
    )
    lost = pregnancies.filter(pl.col("ended_by") == "loss").select(
        pl.col("pregnancy_id").alias("UniqPregID"),
        pl.lit(_MISCARRIAGE).alias("MasterSnomedCTDiagCode"),
        pl.lit(None, dtype=pl.String).alias("MasterICD10Code"),
        (pl.col("day_zero") + pl.duration(days=pl.col("ended_day"))).alias("DiagDate"),
    )
    return pl.concat([found, lost])


def _asked(rows: pl.DataFrame) -> Tables:
    """A row for each history that is present, and one that says so where none is."""
    history, family = ASKED_TOGETHER
    asked = rows.filter(pl.col("concept").is_in(history))
    codes = {name: code_of(name, "history") for name in history}
    # What she was asked has no date of its own, but where it came to be known later.
    later = pl.when(pl.col("day") > pl.col("booked_day")).then("date")
    present = asked.filter(pl.col("value") > 0).select(
        "UniqPregID", pl.col("concept").replace_strict(codes).alias("code"), later.alias("DiagDate")
    )
    nothing = asked.group_by("UniqPregID", maintain_order=True).agg(pl.col("value").max()).filter(pl.col("value") == 0)
    none = nothing.select("UniqPregID", pl.lit(NOTHING_BEFORE).alias("code"), pl.lit(None, pl.Date).alias("DiagDate"))
    before = pl.concat([present, none])
    said = {fact.value: fact.code for fact in codes_for("snomed", family[0])}
    related = rows.filter(pl.col("concept") == family[0])
    situation = pl.col("value").replace_strict(said, return_dtype=pl.String)
    return {
        "MSD107": before.select("UniqPregID", pl.col("code").alias("MasterSnomedCTPrevDiagCode"), "DiagDate"),
        "MSD108": related.select("UniqPregID", situation.alias("MasterSnomedCTSituationCode")),
    }


def _contacts(rows: pl.DataFrame) -> Tables:
    """A contact on each day on which something was measured; an activity for each measurement."""
    seen = rows.filter(pl.col("concept").is_in(_AT_CONTACTS)).sort("pregnancy", "day", "concept", "value")
    seen = seen.with_columns(pl.format("{}-{}", "UniqPregID", "day").alias("CareConID")).with_row_index("activity")
    name, value = pl.col("concept"), pl.col("value")
    levels = {float(fact.value or 0): fact.code for fact in codes_for("snomed", "smoking_status")}
    measured = [one for one in _AT_CONTACTS if one not in ("height", "weight", "smoking_status", "diabetes_test_done")]
    codes = {one: code_of(one, "pregnancy") for one in measured}
    units = {one: concept(one).unit for one in measured}
    activities = seen.select(
        "UniqPregID",
        "CareConID",
        pl.format("{}-{}", "CareConID", "activity").alias("CareActIDMother"),
        name.replace_strict(codes, default=None, return_dtype=pl.String).alias("MasterSnomedCTObsCode"),
        pl.when(name.is_in(measured)).then(value).cast(pl.String).alias("ObsValue"),
        name.replace_strict(units, default=None, return_dtype=pl.String).alias("UCUMUnit"),
        pl.when(name == "smoking_status")
        .then(value.replace_strict(levels, default=None, return_dtype=pl.String))
        .alias("MasterSnomedCTFindingCode"),
        pl.when(name == "diabetes_test_done")
        .then(pl.lit(code_of("diabetes_test_done", "pregnancy")))
        .alias("MasterSnomedCTProcedureCode"),
        # The field is in metres.
        pl.when(name == "height").then(value / 100.0).cast(pl.String).alias("PersonHeight"),
        pl.when(name == "weight").then(value).cast(pl.String).alias("PersonWeight"),
    )
    contacts = seen.select("UniqPregID", "CareConID", pl.col("date").alias("CContactDate")).unique(maintain_order=True)
    return {"MSD201": contacts, "MSD202": activities}
