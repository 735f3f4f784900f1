"""Simulated histories as MSDS tables: the reverse of reading them.

What the data set has no verified national code for is written under codes of the simulated site, which stand in the
folder's own code list as a real site's would.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

import polars as pl

from records.codelists import codes_for
from records.concepts import concept
from records.histories.histories import Histories
from records.sources.msds.codes import SITE_CODES
from records.sources.msds.source import SIMULATED_MARK
from records.sources.msds.tables import TABLES
from records.sources.nhs_facts import ASKED_TOGETHER

__all__ = ["write_msds"]

Form = Literal["csv", "parquet"]
Tables = dict[str, pl.DataFrame]

#: No significant medical history (SNOMED CT, situation): she was asked, and had nothing to tell.
_NOTHING_BEFORE = "160243008"
_MISCARRIAGE = "17369002"
# Maternity care ends some weeks after birth, at the latest: assumption.
_CARE_AFTER_BIRTH = 60
_SITE_ONLY = {
    "previous_baby_4500g_or_more": "history",
    "glucose_two_hours": "pregnancy",
    "antenatal_bleeding": "pregnancy",
    "estimated_blood_loss": "labour",
    "epds_item_10": "pregnancy",
}
_AT_CONTACTS = (
    "systolic_blood_pressure", "haemoglobin", "weight", "height", "glucose_fasting", "glucose_two_hours",
    "diabetes_test_done", "smoking_status", "epds_item_10",
)  # fmt: skip
_DIAGNOSES = (
    "pre_eclampsia", "gestational_hypertension", "placenta_praevia", "gestational_diabetes", "antenatal_bleeding",
    "depression", "depression_ongoing_at_booking",
)  # fmt: skip
_IN_LABOUR = (
    "measured_blood_loss", "estimated_blood_loss", "maternal_transfusion", "ruptured_uterus", "unplanned_hysterectomy",
    "intensive_care",
)  # fmt: skip


def write_msds(histories: Histories, folder: Path, *, form: Form = "csv", repeated: bool = True) -> None:
    """The folder is made, and marked as simulated.

    ``repeated`` sends each booking twice, as providers do: first without its counts of earlier births, then whole.
    """
    folder.mkdir(parents=True)
    (folder / SIMULATED_MARK).write_text("Simulated births. Not for care.\n", encoding="utf-8")
    _write_site_codes(folder / SITE_CODES)
    rows = _dated(histories)
    tables = {
        "MSD001": _mothers(histories.pregnancies),
        "MSD101": _bookings(rows, histories.pregnancies),
        "MSD103": _scans(rows),
        "MSD104": _scores(rows),
        "MSD106": _diagnoses(rows, histories.pregnancies),
        **_asked(rows),
        **_contacts(rows),
        **_deliveries(rows, histories.pregnancies),
    }
    for short, table in tables.items():
        sent = _sent(short, table, repeated=repeated)
        file = folder / f"{TABLES[short].name}.{form}"
        sent.write_csv(file) if form == "csv" else sent.write_parquet(file)


def _site_code(name: str) -> str:
    return f"SIM-{name.upper().replace('_', '-')}"


def _code_of(name: str, place: str) -> str:
    """The first national code of a concept at a place of the record, or the simulated site's own."""
    if name in _SITE_ONLY:
        return _site_code(name)
    return next(fact.code for fact in codes_for("snomed", name) if fact.place == place)


def _write_site_codes(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["place", "concept", "code", "value", "term", "provenance"])
        for name, place in _SITE_ONLY.items():
            writer.writerow([place, name, _site_code(name), "", concept(name).title, "code of the simulated site"])


def _dated(histories: Histories) -> pl.DataFrame:
    """Observations with their pregnancy's identifiers and their date."""
    whose = histories.pregnancies.select("pregnancy_id", "woman_id", "day_zero", "booked_day", "ended_day", "ended_by")
    rows = histories.observations.with_columns(pl.col("concept").cast(pl.String)).collect()
    joined = rows.join(whose.with_row_index("pregnancy"), on="pregnancy", how="inner")
    return joined.with_columns(
        (pl.col("day_zero") + pl.duration(days=pl.col("day"))).alias("date"), pl.col("pregnancy_id").alias("UniqPregID")
    )


def _wide(rows: pl.DataFrame, *names: str) -> pl.DataFrame:
    """One row a pregnancy with the last value of each concept, null where it has none."""
    found = rows.filter(pl.col("concept").is_in(names)).sort("day")
    return found.group_by("pregnancy").agg(
        pl.col("value").filter(pl.col("concept") == name).last().alias(name) for name in names
    )


def _whole(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64).cast(pl.String)


def _mothers(pregnancies: pl.DataFrame) -> pl.DataFrame:
    decile = (2 * pl.col("deprivation_quintile").cast(pl.Int64) - 1).cast(pl.String)
    return pregnancies.group_by(pl.col("woman_id").alias("Person_ID_Mother"), maintain_order=True).agg(
        pl.col("ethnic_category").last().alias("EthnicCategoryMother"),
        decile.drop_nulls().last().alias("Rank_IMD_Decile_2015"),
        pl.col("site").last().alias("OrgCodeProvider"),
    )


def _bookings(rows: pl.DataFrame, pregnancies: pl.DataFrame) -> pl.DataFrame:
    facts = _wide(
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
        _whole("maternal_age").alias("AgeAtBookingMother"),
        (pl.col("day_zero") + pl.duration(days=pl.col("booked_day"))).alias("AntenatalAppDate"),
        pl.col("booked_day").cast(pl.String).alias("GestAgeBooking"),
        (pl.col("day_zero") + pl.duration(days=280)).alias("EDDAgreed"),
        _whole("parity").alias("PreviousLiveBirths"),
        pl.when(pl.col("parity").is_not_null()).then(pl.lit("0")).alias("PreviousStillBirths"),
        _whole("previous_pregnancy_losses").alias("PreviousLossesLessThan24Weeks"),
        _whole("previous_caesareans").alias("PreviousCaesareanSections"),
        _yes_no("complex_social_factors").alias("ComplexSocialFactorsInd"),
        _yes_no("low_social_support", no="Y", yes="N").alias("SupportStatusIndMother"),
        _yes_no("interpreter_needed", no="en", yes="fr").alias("LangCode"),
        discharged.alias("DischargeDateMatService"),
    )


def _yes_no(name: str, *, no: str = "N", yes: str = "Y") -> pl.Expr:
    return pl.when(pl.col(name) == 1).then(pl.lit(yes)).when(pl.col(name) == 0).then(pl.lit(no))


def _scans(rows: pl.DataFrame) -> pl.DataFrame:
    found = rows.filter((pl.col("concept") == "fetuses") & _before_end())
    return found.select(
        "UniqPregID",
        pl.col("date").alias("ProcedureDateDatingUltrasound"),
        pl.col("day").cast(pl.String).alias("GestationDatingUltrasound"),
        _whole("value").alias("NoFetusesDatingUltrasound"),
    )


def _before_end() -> pl.Expr:
    """What is seen in pregnancy, and not of its birth."""
    return (pl.col("day") < pl.col("ended_day")).fill_null(value=True) | (pl.col("ended_by") != "birth")


def _scores(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("concept") == "epds_total").select(
        "UniqPregID",
        pl.lit(_code_of("epds_total", "pregnancy")).alias("ToolTypeSNOMED"),
        pl.col("date").alias("CompDate"),
        _whole("value").alias("Score"),
    )


def _diagnoses(rows: pl.DataFrame, pregnancies: pl.DataFrame) -> pl.DataFrame:
    codes = {name: _code_of("depression" if "depression" in name else name, "pregnancy") for name in _DIAGNOSES}
    # A depression found after maternity care ended is in no table of maternity care.
    in_care = (pl.col("concept") != "depression") | (pl.col("day") <= pl.col("ended_day") + _CARE_AFTER_BIRTH)
    found = rows.filter(pl.col("concept").is_in(_DIAGNOSES) & (pl.col("value") > 0) & in_care).select(
        "UniqPregID",
        pl.col("concept").replace_strict(codes).alias("MasterSnomedCTDiagCode"),
        pl.col("date").alias("DiagDate"),
    )
    lost = pregnancies.filter(pl.col("ended_by") == "loss").select(
        pl.col("pregnancy_id").alias("UniqPregID"),
        pl.lit(_MISCARRIAGE).alias("MasterSnomedCTDiagCode"),
        (pl.col("day_zero") + pl.duration(days=pl.col("ended_day"))).alias("DiagDate"),
    )
    return pl.concat([found, lost])


def _asked(rows: pl.DataFrame) -> Tables:
    """A row for each history that is present, and one that says so where none is."""
    history, family = ASKED_TOGETHER
    asked = rows.filter(pl.col("concept").is_in(history))
    codes = {name: _code_of(name, "history") for name in history}
    present = asked.filter(pl.col("value") > 0).select(
        "UniqPregID", pl.col("concept").replace_strict(codes).alias("code")
    )
    nothing = asked.group_by("UniqPregID", maintain_order=True).agg(pl.col("value").max()).filter(pl.col("value") == 0)
    before = pl.concat([present, nothing.select("UniqPregID", pl.lit(_NOTHING_BEFORE).alias("code"))])
    said = {fact.value: fact.code for fact in codes_for("snomed", family[0])}
    related = rows.filter(pl.col("concept") == family[0])
    situation = pl.col("value").replace_strict(said, return_dtype=pl.String)
    return {
        "MSD107": before.select("UniqPregID", pl.col("code").alias("MasterSnomedCTPrevDiagCode")),
        "MSD108": related.select("UniqPregID", situation.alias("MasterSnomedCTSituationCode")),
    }


def _contacts(rows: pl.DataFrame) -> Tables:
    """A contact on each day on which something was measured; an activity for each measurement."""
    seen = rows.filter(pl.col("concept").is_in(_AT_CONTACTS)).sort("pregnancy", "day", "concept", "value")
    seen = seen.with_columns(pl.format("{}-{}", "UniqPregID", "day").alias("CareConID")).with_row_index("activity")
    name, value = pl.col("concept"), pl.col("value")
    levels = {float(fact.value or 0): fact.code for fact in codes_for("snomed", "smoking_status")}
    measured = [one for one in _AT_CONTACTS if one not in ("height", "weight", "smoking_status", "diabetes_test_done")]
    codes = {one: _code_of(one, "pregnancy") for one in measured}
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
        .then(pl.lit(_code_of("diabetes_test_done", "pregnancy")))
        .alias("MasterSnomedCTProcedureCode"),
        # The field is in metres.
        pl.when(name == "height").then(value / 100.0).cast(pl.String).alias("PersonHeight"),
        pl.when(name == "weight").then(value).cast(pl.String).alias("PersonWeight"),
    )
    contacts = seen.select("UniqPregID", "CareConID", pl.col("date").alias("CContactDate")).unique(maintain_order=True)
    return {"MSD201": contacts, "MSD202": activities}


def _deliveries(rows: pl.DataFrame, pregnancies: pl.DataFrame) -> Tables:
    born = pregnancies.with_row_index("pregnancy").filter(pl.col("ended_by") == "birth")
    facts = _wide(
        rows.filter(~_before_end()), "gestation_at_birth", "onset_of_birth", "live_birth", "stillbirth", "fetuses",
        "neonatal_unit_admission", "apgar_5_minutes", "birth_weight",
    )  # fmt: skip
    known = born.join(facts, on="pregnancy", how="left", maintain_order="left").with_columns(
        pl.col("pregnancy_id").alias("UniqPregID"),
        pl.format("{}-d", "pregnancy_id").alias("LabourDeliveryID"),
        pl.format("{}-b1", "pregnancy_id").alias("Person_ID_Baby"),
        (pl.col("day_zero") + pl.duration(days=pl.col("ended_day"))).alias("born_on"),
    )
    began = pl.col("onset_of_birth").replace_strict(
        {0.0: "1", 1.0: "4", 2.0: "2"}, default=None, return_dtype=pl.String
    )
    admitted = pl.col("day_zero") + pl.duration(days=pl.col("admitted_day"))
    delivery = ["UniqPregID", "LabourDeliveryID"]
    codes = {name: _code_of(name, "labour") for name in _IN_LABOUR}
    measured = pl.col("concept").is_in(["measured_blood_loss", "estimated_blood_loss"])
    activities = rows.filter(pl.col("concept").is_in(_IN_LABOUR)).select(
        "UniqPregID",
        pl.format("{}-d", "UniqPregID").alias("LabourDeliveryID"),
        pl.col("date").alias("ClinInterDateMother"),
        pl.when(measured).then(pl.col("concept").replace_strict(codes)).alias("MasterSnomedCTObsCode"),
        pl.when(measured).then("value").cast(pl.String).alias("ObsValue"),
        pl.when(measured).then(pl.lit("mL")).alias("UCUMUnit"),
        pl.when(~measured).then(pl.col("concept").replace_strict(codes)).alias("MasterSnomedCTProcedureCode"),
    )
    return {
        "MSD301": known.select(
            *delivery,
            began.alias("LabourOnsetMethod"),
            _whole("fetuses").alias("BirthsPerLabandDel"),
            admitted.alias("StartDateMotherDeliveryHospProvSpell"),
        ),
        "MSD302": activities,
        "MSD401": known.select(
            *delivery,
            "Person_ID_Baby",
            pl.col("woman_id").alias("Person_ID_Mother"),
            pl.col("site").alias("OrgCodeProvider"),
            pl.col("born_on").alias("PersonBirthDateBaby"),
            _whole("gestation_at_birth").alias("GestationLengthBirth"),
            pl.when(pl.col("live_birth") == 1).then(pl.lit("01")).when(pl.col("stillbirth") == 1).then(pl.lit("04"))
            .alias("PregOutcome"),
        ),
        "MSD402": known.filter(pl.col("neonatal_unit_admission") == 1).select(
            "UniqPregID", "Person_ID_Baby", pl.col("born_on").alias("NeonatalTransferStartDate")
        ),
        "MSD405": known.filter(pl.col("apgar_5_minutes").is_not_null() | pl.col("birth_weight").is_not_null()).select(
            "UniqPregID",
            "Person_ID_Baby",
            pl.col("born_on").alias("ClinInterDateBaby"),
            _whole("apgar_5_minutes").alias("ApgarScore"),
            pl.col("birth_weight").cast(pl.String).alias("BirthWeight"),
        ),
    }  # fmt: skip


def _sent(short: str, table: pl.DataFrame, *, repeated: bool) -> pl.DataFrame:
    """With the fields of the submission: numbered, and of bookings an earlier one that said less."""
    numbered = table.with_row_index("RecordNumber", offset=1).with_columns(
        pl.lit("2").alias("UniqSubmissionID"), pl.lit("2024-02-01").alias("RPStartDate")
    )
    if short != "MSD101" or not repeated:
        return numbered
    earlier = numbered.with_columns(
        pl.lit(None, dtype=pl.String).alias("PreviousLiveBirths"),
        pl.lit("1").alias("UniqSubmissionID"),
        pl.lit("2024-01-01").alias("RPStartDate"),
    )
    later = numbered.with_columns((pl.col("RecordNumber") + table.height).alias("RecordNumber"))
    return pl.concat([later, earlier])
