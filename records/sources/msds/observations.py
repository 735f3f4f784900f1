"""Fields and codes of the tables as dated observations: which concept, on which date, with what value and unit.

Every function gives rows of ``UniqPregID``, ``concept``, ``date``, ``value`` and ``unit``. A field that has one unit in
the data set gives `OWN_UNIT`; beside a code the unit is that of UCUMUnit, null where none is recorded. What stands in a
field and cannot be read is NaN, so that it is counted; a field that is empty, or says 'not known', gives no row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from records.concepts import CONCEPTS
from records.histories.tables import observed_value
from records.sources.msds.clock import BIRTH_OUTCOMES, LIVE_BIRTH
from records.sources.msds.codes import Codes, facts_by_code
from records.sources.msds.deprivation import quintiles_at_booking
from records.sources.msds.fields import levels, needs_interpreter, number_in, yes_or_no
from records.sources.msds.history import TOLD_IN, told_facts
from records.sources.msds.submissions import of_the_latest
from records.sources.msds.tables import DIED, SAME_DIAGNOSIS

__all__ = ["FACT_COLUMNS", "OWN_UNIT", "observed_facts"]

FACT_COLUMNS = {
    "UniqPregID": pl.String(),
    "concept": pl.String(),
    "date": pl.Date(),
    "value": pl.Float64(),
    "unit": pl.String(),
}
#: The unit of a field that has one unit in the data set, and of what has none.
OWN_UNIT = "its own"

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
# Diagnoses of which one pregnancy can have several, each with its date; any other is one, whose date may be corrected.
_COME_AGAIN = ("antenatal_bleeding", "depression")
_SCANNED_ON = "ProcedureDateDatingUltrasound"
Tables = Mapping[str, pl.LazyFrame]


def observed_facts(tables: Tables, codes: Codes, clock: pl.DataFrame) -> list[pl.LazyFrame]:
    """Every observation, by table; those of a table that is not there are left out. ``clock``: `pregnancy_clock`."""
    readers: dict[str, Callable[[], list[pl.LazyFrame]]] = {
        "MSD101": lambda: _bookings(tables),
        "MSD103": lambda: [_numbers(tables["MSD103"], _SCANNED_ON, fetuses="NoFetusesDatingUltrasound")],
        "MSD104": lambda: [_scores(tables["MSD104"], codes, "MSD104", "CompDate")],
        "MSD106": lambda: [_diagnoses(tables["MSD106"], codes)],
        "MSD109": lambda: [_findings(tables["MSD109"], codes)],
        "MSD202": lambda: _contacts(tables, codes),
        "MSD302": lambda: [_labour(tables["MSD302"], codes)],
        "MSD401": lambda: _babies(tables),
    }  # fmt: skip
    told = [_asked(tables, short, codes, clock) for short in TOLD_IN if short in tables]
    return [*told, *(facts for short, read in readers.items() if short in tables for facts in read())]


def _numbers(rows: pl.LazyFrame, date: str, **fields: str) -> pl.LazyFrame:
    """Fields that hold numbers, each as the concept it is named for."""
    return _facts(rows, date, {name: number_in(field) for name, field in fields.items()})


def _facts(rows: pl.LazyFrame, date: str, values: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    wide = rows.select("UniqPregID", pl.col(date).alias("date"), *(value.alias(name) for name, value in values.items()))
    long = wide.unpivot(index=["UniqPregID", "date"], variable_name="concept", value_name="value")
    return long.drop_nulls("value").with_columns(pl.lit(OWN_UNIT).alias("unit")).select(*FACT_COLUMNS)


def _bookings(tables: Tables) -> list[pl.LazyFrame]:
    values = {
        "maternal_age": number_in("AgeAtBookingMother"),
        # A birth is counted whether the child lived; where one count is not there, the sum is not known.
        "parity": number_in("PreviousLiveBirths") + number_in("PreviousStillBirths"),
        "previous_pregnancy_losses": number_in("PreviousLossesLessThan24Weeks"),
        "previous_caesareans": number_in("PreviousCaesareanSections"),
        "complex_social_factors": yes_or_no("ComplexSocialFactorsInd"),
        "low_social_support": 1.0 - yes_or_no("SupportStatusIndMother"),
        "interpreter_needed": needs_interpreter("LangCode"),
    }
    found = [_facts(tables["MSD101"], "AntenatalAppDate", values)]
    if "MSD001" in tables:
        areas = quintiles_at_booking(tables["MSD101"], tables)
        joined = tables["MSD101"].join(areas.lazy(), on="UniqPregID", how="inner")
        found.append(_facts(joined, "AntenatalAppDate", {"deprivation_quintile": pl.col("area")}))
    return found


def _scores(rows: pl.LazyFrame, codes: Codes, short: str, date: str) -> pl.LazyFrame:
    coded = facts_by_code(rows, codes, short)
    return _coded(coded, date, number="Score", unit=pl.lit(OWN_UNIT))


def _diagnoses(rows: pl.LazyFrame, codes: Codes) -> pl.LazyFrame:
    coded = facts_by_code(rows, codes, "MSD106")
    again = pl.col("concept").is_in(_COME_AGAIN)
    coded = pl.concat([coded.filter(again), of_the_latest(coded.filter(~again), SAME_DIAGNOSIS)])
    return _coded(coded, "DiagDate", number=None, unit=pl.lit(OWN_UNIT))


def _asked(tables: Tables, short: str, codes: Codes, clock: pl.DataFrame) -> pl.LazyFrame:
    told = told_facts(tables, short, codes, clock)
    return told.with_columns(pl.lit(OWN_UNIT).alias("unit")).select(*FACT_COLUMNS)


def _findings(rows: pl.LazyFrame, codes: Codes) -> pl.LazyFrame:
    dated = rows.with_columns(pl.coalesce("ObsDate", "FindingDate").alias("_date"))
    coded = facts_by_code(dated, codes, "MSD109")
    return _coded(coded, "_date")


def _contacts(tables: Tables, codes: Codes) -> list[pl.LazyFrame]:
    """Activities take their date from the contact they belong to, scores from the activity."""
    if "MSD201" not in tables:
        return []
    dates = tables["MSD201"].select("UniqPregID", "CareConID", pl.col("CContactDate").alias("_date"))
    activities = tables["MSD202"].join(dates, on=["UniqPregID", "CareConID"], how="inner")
    found = [
        _coded(facts_by_code(activities, codes, "MSD202"), "_date"),
        _numbers(activities, "_date", height="PersonHeight", weight="PersonWeight"),
    ]
    if "MSD203" in tables:
        activity = ["UniqPregID", "CareActIDMother"]
        when = activities.select(*activity, "_date").drop_nulls().unique(activity)
        scored = tables["MSD203"].join(when, on=activity, how="inner")
        found.append(_scores(scored, codes, "MSD203", "_date"))
    return found


def _labour(rows: pl.LazyFrame, codes: Codes) -> pl.LazyFrame:
    return _coded(facts_by_code(rows, codes, "MSD302"), "ClinInterDateMother")


def _babies(tables: Tables) -> list[pl.LazyFrame]:
    babies = tables["MSD401"]
    outcome = pl.col("PregOutcome")
    lived_for = (pl.col("PersonDeathDateBaby") - pl.col("PersonBirthDateBaby")).dt.total_days()
    # A neonatal death is before 28 completed days (MBRRACE-UK); one before birth cannot be read.
    died_on = pl.when((outcome == LIVE_BIRTH) & (lived_for < 28)).then(lived_for)
    values = {
        "gestation_at_birth": number_in("GestationLengthBirth"),
        "live_birth": (outcome == LIVE_BIRTH).cast(pl.Float64),
        "stillbirth": pl.when(outcome.is_in(BIRTH_OUTCOMES) & (outcome != LIVE_BIRTH)).then(1.0),
    }
    unread = (outcome == LIVE_BIRTH) & pl.col(DIED) & pl.col("PersonDeathDateBaby").is_null()
    died = {"death_within_28_days": pl.when(died_on >= 0).then(1.0).when((died_on < 0) | unread).then(float("nan"))}
    found = [_facts(babies, "PersonBirthDateBaby", values), _facts(babies, "PersonDeathDateBaby", died)]
    born = babies.group_by("UniqPregID").agg(pl.col("PersonBirthDateBaby").min().alias("_date"))
    if "MSD301" in tables:
        began = levels("LabourOnsetMethod", _ONSETS)
        deliveries = tables["MSD301"].join(born, on="UniqPregID", how="inner")
        many = number_in("BirthsPerLabandDel")
        found.append(_facts(deliveries, "_date", {"onset_of_birth": began, "fetuses": many}))
    if "MSD402" in tables:
        admitted = tables["MSD402"].select("UniqPregID").unique().join(born, on="UniqPregID", how="inner")
        found.append(_facts(admitted, "_date", {"neonatal_unit_admission": pl.lit(1.0)}))
    if "MSD405" in tables:
        seen = tables["MSD405"].join(born, on="UniqPregID", how="inner")
        found.append(_numbers(seen, "_date", apgar_5_minutes="ApgarScore", birth_weight="BirthWeight"))
    return found


def _coded(
    rows: pl.LazyFrame, date: str, *, number: str | None = "ObsValue", unit: pl.Expr | None = None
) -> pl.LazyFrame:
    """The value beside the code for what is measured, NaN where none is; the code's own for a flag or a level."""
    measured = pl.col("concept").is_in([name for name, c in CONCEPTS.items() if c.kind in ("quantity", "count")])
    beside = pl.lit(float("nan")) if number is None else number_in(number).fill_null(float("nan"))
    in_unit = pl.col("UCUMUnit") if unit is None else unit
    facts = rows.with_columns(
        pl.col(date).alias("date"),
        pl.when(measured).then(beside).otherwise("coded").alias("value"),
        pl.when(measured).then(in_unit).otherwise(pl.lit(OWN_UNIT)).alias("unit"),
    )
    return facts.select(*FACT_COLUMNS)
