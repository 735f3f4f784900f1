"""Fields and codes of the tables as dated observations: which concept, on which date, with what value and unit.

Every function gives rows of ``UniqPregID``, ``concept``, ``date``, ``value`` and ``unit``. A field that has one unit in
the data set gives `OWN_UNIT`; beside a code the unit is that of UCUMUnit, null where none is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from records.concepts import CONCEPTS
from records.histories.tables import observed_value
from records.sources.msds.clock import LIVE_BIRTH
from records.sources.msds.codes import Codes, facts_by_code
from records.sources.nhs_facts import ASKED_TOGETHER

__all__ = ["FACT_COLUMNS", "OWN_UNIT", "observed_facts", "quintile_of_decile"]

FACT_COLUMNS = {
    "UniqPregID": pl.String(),
    "concept": pl.String(),
    "date": pl.Date(),
    "value": pl.Float64(),
    "unit": pl.String(),
}
#: The unit of a field that has one unit in the data set, and of what has none.
OWN_UNIT = "its own"

_HISTORY, _FAMILY = ASKED_TOGETHER
_YES_NO = {"Y": 1.0, "N": 0.0}
# How labour began (NHS Data Dictionary, LABOUR OR DELIVERY ONSET METHOD CODE): 1 spontaneous, 2 caesarean before
# labour, 3 to 5 induced, by surgery, medicine or both.
_ONSETS = {
    code: observed_value("onset_of_birth", level)
    for code, level in (
        ("1", "spontaneous"),
        ("2", "caesarean_before_labour"),
        ("3", "induced"),
        ("4", "induced"),
        ("5", "induced"),
    )
}
_ENGLISH = ("en", "eng")
_SCANNED_ON = "ProcedureDateDatingUltrasound"
# SNOMED CT fields, then ICD-10 fields, of the two tables of what came before.
_SAID_IN = {
    "MSD107": (
        ("MasterSnomedCTPrevDiagCode", "MapSnomedCTPrevDiagCode", "PrevDiag"),
        ("MasterICD10PrevCode", "PrevDiag"),
    ),
    "MSD108": (("MasterSnomedCTSituationCode", "Situation"), ("MasterICD10SituationCode",)),
}
_ACTIVITY_CODES = (
    "MasterSnomedCTObsCode", "ObsCode", "MasterSnomedCTFindingCode", "FindingCode", "MasterSnomedCTProcedureCode",
    "ProcedureCode",
)  # fmt: skip

Tables = Mapping[str, pl.LazyFrame]


def observed_facts(tables: Tables, codes: Codes) -> list[pl.LazyFrame]:
    """Every observation, by table; those of a table that is not there are left out."""
    readers: dict[str, Callable[[], list[pl.LazyFrame]]] = {
        "MSD101": lambda: _bookings(tables),
        "MSD103": lambda: [_numbers(tables["MSD103"], _SCANNED_ON, fetuses="NoFetusesDatingUltrasound")],
        "MSD104": lambda: [_scores(tables["MSD104"], codes, "CompDate")],
        "MSD106": lambda: [_diagnoses(tables["MSD106"], codes)],
        "MSD107": lambda: [_asked(tables, "MSD107", codes, "history", _HISTORY)],
        "MSD108": lambda: [_asked(tables, "MSD108", codes, "family", _FAMILY)],
        "MSD109": lambda: [_findings(tables["MSD109"], codes)],
        "MSD202": lambda: _contacts(tables, codes),
        "MSD302": lambda: [_labour(tables["MSD302"], codes)],
        "MSD401": lambda: _babies(tables),
    }  # fmt: skip
    return [facts for short, read in readers.items() if short in tables for facts in read()]


def quintile_of_decile(field: str) -> pl.Expr:
    """Deciles 1 and 2, the most deprived, are quintile 1."""
    return ((pl.col(field).cast(pl.Float64, strict=False) + 1) / 2).floor()


def _numbers(rows: pl.LazyFrame, date: str, **fields: str) -> pl.LazyFrame:
    """Fields that hold numbers, each as the concept it is named for."""
    return _facts(rows, date, {name: pl.col(field).cast(pl.Float64, strict=False) for name, field in fields.items()})


def _facts(rows: pl.LazyFrame, date: str, values: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    wide = rows.select("UniqPregID", pl.col(date).alias("date"), *(value.alias(name) for name, value in values.items()))
    long = wide.unpivot(index=["UniqPregID", "date"], variable_name="concept", value_name="value")
    return long.drop_nulls("value").with_columns(pl.lit(OWN_UNIT).alias("unit")).select(*FACT_COLUMNS)


def _bookings(tables: Tables) -> list[pl.LazyFrame]:
    def number(field: str) -> pl.Expr:
        return pl.col(field).cast(pl.Float64, strict=False)

    def yes(field: str) -> pl.Expr:
        return pl.col(field).str.to_uppercase().replace_strict(_YES_NO, default=None, return_dtype=pl.Float64)

    english = pl.col("LangCode").str.to_lowercase().is_in(_ENGLISH)
    values = {
        "maternal_age": number("AgeAtBookingMother"),
        # A birth is counted whether the child lived; where one count is not there, the sum is not known.
        "parity": number("PreviousLiveBirths") + number("PreviousStillBirths"),
        "previous_pregnancy_losses": number("PreviousLossesLessThan24Weeks"),
        "previous_caesareans": number("PreviousCaesareanSections"),
        "complex_social_factors": yes("ComplexSocialFactorsInd"),
        "low_social_support": 1.0 - yes("SupportStatusIndMother"),
        "interpreter_needed": (~english).cast(pl.Float64),
    }
    found = [_facts(tables["MSD101"], "AntenatalAppDate", values)]
    if "MSD001" in tables:
        areas = tables["MSD001"].select("Person_ID_Mother", quintile_of_decile("Rank_IMD_Decile_2015").alias("area"))
        joined = tables["MSD101"].join(areas, on="Person_ID_Mother", how="inner")
        found.append(_facts(joined, "AntenatalAppDate", {"deprivation_quintile": pl.col("area")}))
    return found


def _scores(rows: pl.LazyFrame, codes: Codes, date: str) -> pl.LazyFrame:
    coded = facts_by_code(rows, codes, "pregnancy", snomed=["ToolTypeSNOMED"])
    return _coded(coded, date, number=pl.col("Score"), unit=pl.lit(OWN_UNIT))


def _diagnoses(rows: pl.LazyFrame, codes: Codes) -> pl.LazyFrame:
    coded = facts_by_code(
        rows,
        codes,
        "pregnancy",
        snomed=["MasterSnomedCTDiagCode", "MapSnomedCTDiagCode", "Diag"],
        icd10=["MasterICD10Code", "MapICD10Code", "Diag"],
    )
    return _coded(coded, "DiagDate", number=pl.lit(None, dtype=pl.String), unit=pl.lit(OWN_UNIT))


def _asked(tables: Tables, short: str, codes: Codes, place: str, together: tuple[str, ...]) -> pl.LazyFrame:
    """Of who has a row in the table each history, present or not; dated by booking, when she is asked."""
    rows = tables[short]
    snomed, icd10 = _SAID_IN[short]
    said = facts_by_code(rows, codes, place, snomed=snomed, icd10=icd10)
    told = said.group_by("UniqPregID", "concept").agg(pl.col("coded").max().alias("value"))
    concepts = pl.LazyFrame({"concept": list(together)})
    everyone = rows.select("UniqPregID").unique().join(concepts, how="cross")
    booked = tables["MSD101"].select("UniqPregID", pl.col("AntenatalAppDate").alias("date"))
    return (
        everyone.join(told, on=["UniqPregID", "concept"], how="left")
        .join(booked, on="UniqPregID", how="inner")
        .with_columns(pl.col("value").fill_null(0.0), pl.lit(OWN_UNIT).alias("unit"))
        .select(*FACT_COLUMNS)
    )


def _findings(rows: pl.LazyFrame, codes: Codes) -> pl.LazyFrame:
    dated = rows.with_columns(pl.coalesce("ObsDate", "FindingDate").alias("_date"))
    coded = facts_by_code(dated, codes, "pregnancy", snomed=_ACTIVITY_CODES[:4])
    return _coded(coded, "_date")


def _contacts(tables: Tables, codes: Codes) -> list[pl.LazyFrame]:
    """Activities take their date from the contact they belong to, scores from the activity."""
    if "MSD201" not in tables:
        return []
    dates = tables["MSD201"].select("UniqPregID", "CareConID", pl.col("CContactDate").alias("_date"))
    activities = tables["MSD202"].join(dates, on=["UniqPregID", "CareConID"], how="inner")
    found = [
        _coded(facts_by_code(activities, codes, "pregnancy", snomed=_ACTIVITY_CODES), "_date"),
        _numbers(activities, "_date", height="PersonHeight", weight="PersonWeight"),
    ]
    if "MSD203" in tables:
        activity = ["UniqPregID", "CareActIDMother"]
        when = activities.select(*activity, "_date").drop_nulls().unique(activity)
        scored = tables["MSD203"].join(when, on=activity, how="inner")
        found.append(_scores(scored, codes, "_date"))
    return found


def _labour(rows: pl.LazyFrame, codes: Codes) -> pl.LazyFrame:
    return _coded(facts_by_code(rows, codes, "labour", snomed=_ACTIVITY_CODES), "ClinInterDateMother")


def _babies(tables: Tables) -> list[pl.LazyFrame]:
    babies = tables["MSD401"]
    outcome = pl.col("PregOutcome")
    died_within = (pl.col("PersonDeathDateBaby") - pl.col("PersonBirthDateBaby")).dt.total_days()
    values = {
        "gestation_at_birth": pl.col("GestationLengthBirth").cast(pl.Float64, strict=False),
        "live_birth": (outcome == LIVE_BIRTH).cast(pl.Float64),
        "stillbirth": pl.when(outcome.is_in(["02", "03", "04"])).then(1.0),
        "death_within_7_days": pl.when((outcome == LIVE_BIRTH) & (died_within < 7)).then(1.0),
        "death_within_28_days": pl.when((outcome == LIVE_BIRTH) & (died_within < 28)).then(1.0),
    }
    found = [_facts(babies, "PersonBirthDateBaby", values)]
    born = babies.group_by("UniqPregID").agg(pl.col("PersonBirthDateBaby").min().alias("_date"))
    if "MSD301" in tables:
        began = pl.col("LabourOnsetMethod").replace_strict(_ONSETS, default=None, return_dtype=pl.Float64)
        deliveries = tables["MSD301"].join(born, on="UniqPregID", how="inner")
        many = pl.col("BirthsPerLabandDel").cast(pl.Float64, strict=False)
        found.append(_facts(deliveries, "_date", {"onset_of_birth": began, "fetuses": many}))
    if "MSD402" in tables:
        admitted = tables["MSD402"].select("UniqPregID").unique().join(born, on="UniqPregID", how="inner")
        found.append(_facts(admitted, "_date", {"neonatal_unit_admission": pl.lit(1.0)}))
    if "MSD405" in tables:
        seen = tables["MSD405"].join(born, on="UniqPregID", how="inner")
        found.append(_numbers(seen, "_date", apgar_5_minutes="ApgarScore", birth_weight="BirthWeight"))
    return found


def _coded(
    rows: pl.LazyFrame, date: str, *, number: pl.Expr | None = None, unit: pl.Expr | None = None
) -> pl.LazyFrame:
    """The value beside the code for what is measured, the code's own for a flag or a level."""
    measured = pl.col("concept").is_in([name for name, c in CONCEPTS.items() if c.kind in ("quantity", "count")])
    beside = (pl.col("ObsValue") if number is None else number).cast(pl.Float64, strict=False)
    in_unit = pl.col("UCUMUnit") if unit is None else unit
    facts = rows.with_columns(
        pl.col(date).alias("date"),
        pl.when(measured).then(beside).otherwise("coded").alias("value"),
        pl.when(measured).then(in_unit).otherwise(pl.lit(OWN_UNIT)).alias("unit"),
    )
    return facts.drop_nulls("value").select(*FACT_COLUMNS)
