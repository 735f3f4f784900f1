"""Simulated births in the layout of the United States' natality file, so that its reader can be tried end to end.

Only what the certificate has is written. It has no measured blood loss, no depression and no history of either; a
transfusion stands for the haemorrhage, as it does in the real file.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from records.errors import EquipartumError
from records.sources.cdc_natality.encode import write_natality
from records.sources.simulated.births import SimulatedBirths

__all__ = ["OtherEthnicCoding", "as_natality_fields", "write_cdc_natality"]

_CENTIMETRES_AN_INCH = 2.54
_KILOGRAMS_A_POUND = 0.45359237
_DAYS_A_MONTH = 365.25 / 12
_OLDEST_AGE_WRITTEN = 50  # 50 stands for 50 and over (NCHS natality user guide, MAGER)
_LIGHTEST, _HEAVIEST = 75, 375  # pounds the guide has codes for (PWgt_R)
_SHORTEST, _TALLEST = 30, 78  # inches (M_Ht_In)
_FIRST_BIRTH = 888  # ILLB_R


class OtherEthnicCoding(EquipartumError):
    """Births coded in a scheme the natality record cannot hold."""


def write_cdc_natality(births: SimulatedBirths, path: Path) -> int:
    """Writes the live births, one row a pregnancy, as .txt or .zip; says how many. Raises `OtherEthnicCoding`."""
    fields = as_natality_fields(births.records.pregnancies.collect())
    write_natality(fields, path)
    return fields.height


def as_natality_fields(pregnancies: pl.DataFrame) -> pl.DataFrame:
    """Columns named and coded as the user guide does; null is 'unknown or not stated'."""
    schemes = pregnancies["group_scheme"].unique().to_list()
    if schemes != ["us_omb"]:
        raise OtherEthnicCoding(
            f"the natality record codes race and Hispanic origin (us_omb); these births carry {', '.join(schemes)}, "
            "and schemes are never translated into each other: simulate scenario 'benchmark', or write Parquet"
        )
    expressions = {**_her(), **_her_history(), **_this_pregnancy(), **_the_birth()}
    return pregnancies.filter(pl.col("live_birth")).select(**expressions)


def _her() -> dict[str, pl.Expr]:
    return {
        "DOB_YY": pl.col("delivered_year"),
        "DOB_MM": pl.col("delivered_month"),
        "MAGER": pl.col("maternal_age").cast(pl.Int16).clip(upper_bound=_OLDEST_AGE_WRITTEN),
        "MBSTATE_REC": pl.col("born_abroad").cast(pl.Int8) + 1,
        "MRACEHISP": pl.col("ethnic_category"),
        "MEDUC": pl.col("education_level"),
        "CIG_0": pl.col("cigarettes_before_pregnancy"),
        "CIG_1": pl.col("cigarettes_first_trimester"),
        "M_Ht_In": _within(_whole(pl.col("height") / _CENTIMETRES_AN_INCH), _SHORTEST, _TALLEST),
        "BMI": pl.col("body_mass_index"),
        "PWgt_R": _within(_whole(pl.col("weight") / _KILOGRAMS_A_POUND), _LIGHTEST, _HEAVIEST),
    }


def _her_history() -> dict[str, pl.Expr]:
    first_birth = pl.col("parity") == 0
    months_pregnant = pl.col("gestation_at_birth_combined") / _DAYS_A_MONTH
    return {
        "PRIORLIVE": pl.col("parity"),
        "PRIORDEAD": pl.lit(0),
        "PRIORTERM": pl.col("previous_pregnancy_losses"),
        # The certificate counts to this birth; rounded up, so that the time before conception is never negative.
        "ILLB_R": pl.when(first_birth)
        .then(_FIRST_BIRTH)
        .otherwise((pl.col("interpregnancy_interval") + months_pregnant).ceil().cast(pl.Int16)),
        "RF_PDIAB": _yes_no(pl.col("pre_existing_diabetes")),
        "RF_PHYPE": _yes_no(pl.col("chronic_hypertension")),
        "RF_PPTERM": _yes_no(pl.when(first_birth).then(False).otherwise(pl.col("previous_preterm_birth"))),
        "RF_INFTR": _yes_no(pl.col("infertility_treatment")),
        "RF_ARTEC": pl.when(~pl.col("infertility_treatment"))
        .then(pl.lit("X"))
        .otherwise(_yes_no(pl.col("assisted_reproduction"))),
        "RF_CESAR": _yes_no(pl.when(first_birth).then(False).otherwise(pl.col("previous_caesareans") > 0)),
        "RF_CESARN": pl.when(first_birth).then(0).otherwise(pl.col("previous_caesareans")),
    }


def _this_pregnancy() -> dict[str, pl.Expr]:
    return {
        "PRECARE": _within((pl.col("gestation_at_booking") / _DAYS_A_MONTH).floor().cast(pl.Int16) + 1, 1, 10),
        "RF_GDIAB": _yes_no(pl.col("gestational_diabetes")),
        "RF_GHYPE": _yes_no(pl.col("gestational_hypertension")),
        "DPLURAL": pl.col("fetuses"),
    }


def _the_birth() -> dict[str, pl.Expr]:
    planned_caesarean = pl.col("onset_of_birth") == "caesarean_before_labour"
    return {
        "LD_INDL": _yes_no(pl.col("onset_of_birth") == "induced"),
        # How a birth after labour ended is not simulated: method unknown, but labour there was.
        "ME_TRIAL": pl.when(planned_caesarean).then(pl.lit("N")).otherwise(pl.lit("Y")),
        "DMETH_REC": pl.when(planned_caesarean).then(2),
        "MM_MTR": _yes_no(pl.col("maternal_transfusion")),
        "APGAR5": pl.col("apgar_5_minutes"),
        "COMBGEST": (pl.col("gestation_at_birth_combined") / 7).cast(pl.Int16),
        "OEGest_Comb": (pl.col("gestation_at_birth_obstetric") / 7).cast(pl.Int16),
        "DBWT": pl.col("birth_weight").cast(pl.Int16),
        "AB_NICU": _yes_no(pl.col("neonatal_unit_admission")),
    }


def _yes_no(flag: pl.Expr) -> pl.Expr:
    return pl.when(flag).then(pl.lit("Y")).when(~flag).then(pl.lit("N"))


def _whole(number: pl.Expr) -> pl.Expr:
    return (number + 0.5).floor().cast(pl.Int16)


def _within(number: pl.Expr, low: int, high: int) -> pl.Expr:
    return pl.when(number.is_between(low, high)).then(number)
