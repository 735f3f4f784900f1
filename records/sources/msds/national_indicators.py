"""Two national indicators, computed from the tables as NHS England publishes their definition.

They check the reader: what a model's outcome is here must agree with what the country counts. They are of a period by
date of birth, by provider, and unlike an outcome they know no prediction point.

- CQIMPreterm: of live singleton births (PregOutcome 01, BirthsPerLabandDel 1) with a gestation of 154 to 315 days,
  those of 154 to 258 days.
- CQIMPPH, and the part on blood loss of the data quality measures CQIMDQ11 and CQIMDQ12: of women with a birth
  (PregOutcome 01 to 04), those with an ObsValue of at least 1,500 (or 500) on one of the indicator's codes and a
  ClinInterDateMother in the period.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from records.codelists import codes_for
from records.sources.msds.clock import BIRTH_OUTCOMES, LIVE_BIRTH

__all__ = ["Indicator", "cqim_haemorrhage", "cqim_preterm"]

_LEAST_DAYS, _TERM_DAYS, _MOST_DAYS = 154, 259, 315


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """Babies (of preterm birth) or women (of haemorrhage)."""

    numerator: int
    denominator: int


def cqim_preterm(tables: Mapping[str, pl.LazyFrame], first: datetime.date, last: datetime.date) -> Indicator:
    """Of births from ``first`` to ``last``, both included. ``tables`` as read, with their dates."""
    deliveries = tables["MSD301"].select("UniqPregID", "LabourDeliveryID", "BirthsPerLabandDel").unique()
    gestation = pl.col("GestationLengthBirth").cast(pl.Int32, strict=False)
    counted = (
        tables["MSD401"]
        .filter(pl.col("PersonBirthDateBaby").is_between(first, last) & (pl.col("PregOutcome") == LIVE_BIRTH))
        .join(deliveries, on=["UniqPregID", "LabourDeliveryID"], how="inner")
        .filter(pl.col("BirthsPerLabandDel").cast(pl.Int32, strict=False) == 1)
        .filter(gestation.is_between(_LEAST_DAYS, _MOST_DAYS))
        .select((gestation < _TERM_DAYS).sum().alias("preterm"), pl.len().alias("births"))
        .collect()
    )
    return Indicator(numerator=counted["preterm"][0], denominator=counted["births"][0])


def cqim_haemorrhage(
    tables: Mapping[str, pl.LazyFrame], first: datetime.date, last: datetime.date, *, at_least: float = 1500
) -> Indicator:
    """Of women who gave birth from ``first`` to ``last``. ``at_least`` is in ml."""
    born = tables["MSD401"].filter(
        pl.col("PersonBirthDateBaby").is_between(first, last) & pl.col("PregOutcome").is_in(BIRTH_OUTCOMES)
    )
    women = born.select("Person_ID_Mother").unique()
    codes = [fact.code for fact in codes_for("snomed", "measured_blood_loss")]
    lost = (
        tables["MSD302"]
        .filter(
            pl.col("MasterSnomedCTObsCode").is_in(codes)
            & (pl.col("ObsValue").cast(pl.Float64, strict=False) >= at_least)
            & pl.col("ClinInterDateMother").is_between(first, last)
        )
        .join(born.select("UniqPregID", "Person_ID_Mother").unique(), on="UniqPregID", how="inner")
        .select("Person_ID_Mother")
        .unique()
    )
    numerator, denominator = (frame.select(pl.len()).collect().item() for frame in (lost, women))
    return Indicator(numerator=numerator, denominator=denominator)
