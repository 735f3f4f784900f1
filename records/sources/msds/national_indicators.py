"""National indicators, computed from the tables as NHS England publishes their definition.

They check the reader: what a model's outcome is here must agree with what the country counts. They are of a period by
date of birth, and unlike an outcome they know no prediction point.

- CQIMPreterm: of live singleton births (PregOutcome 01, BirthsPerLabandDel 1) with a gestation of 154 to 315 days,
  those of 154 to 258 days.
- CQIMPPH: of women with a birth (PregOutcome 01 to 04), those with an ObsValue of at least 1,500 on one of the
  indicator's codes and a ClinInterDateMother in the period.
- CQIMDQ12, and CQIMDQ11 with 500 in the place of 1,500, which judge the data: of the same women, those with such a loss
  or a maternal critical incident.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from records.codelists import codes_for
from records.sources.msds.clock import BIRTH_OUTCOMES, LIVE_BIRTH

__all__ = ["Indicator", "cqim_haemorrhage", "cqim_haemorrhage_or_incident", "cqim_preterm"]

_LEAST_DAYS, _TERM_DAYS, _MOST_DAYS = 154, 259, 315
# Maternal critical incidents (NHS England, CQIMDQ11 and CQIMDQ12): caesarean hysterectomy and admission to intensive
# care by procedure, the others by finding.
_INCIDENT_PROCEDURES = ("236886002", "305351004")
_INCIDENT_FINDINGS = ("237235009", "33211000", "17263003", "429098002", "59282003", "274126009")


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
    born = _births(tables, first, last)
    return _of_women(born, _bled(tables, born, first, last, at_least))


def cqim_haemorrhage_or_incident(
    tables: Mapping[str, pl.LazyFrame], first: datetime.date, last: datetime.date, *, at_least: float = 1500
) -> Indicator:
    """`cqim_haemorrhage`, with women of a maternal critical incident, whenever that was, among the numerator."""
    born = _births(tables, first, last)
    incident = pl.col("MasterSnomedCTProcedureCode").is_in(_INCIDENT_PROCEDURES) | pl.col(
        "MasterSnomedCTFindingCode"
    ).is_in(_INCIDENT_FINDINGS)
    return _of_women(born, pl.concat([_bled(tables, born, first, last, at_least), _women(tables, born, incident)]))


def _births(tables: Mapping[str, pl.LazyFrame], first: datetime.date, last: datetime.date) -> pl.LazyFrame:
    return tables["MSD401"].filter(
        pl.col("PersonBirthDateBaby").is_between(first, last) & pl.col("PregOutcome").is_in(BIRTH_OUTCOMES)
    )


def _bled(
    tables: Mapping[str, pl.LazyFrame], born: pl.LazyFrame, first: datetime.date, last: datetime.date, at_least: float
) -> pl.LazyFrame:
    codes = [fact.code for fact in codes_for("snomed", "measured_blood_loss")]
    return _women(
        tables,
        born,
        pl.col("MasterSnomedCTObsCode").is_in(codes)
        & (pl.col("ObsValue").cast(pl.Float64, strict=False) >= at_least)
        & pl.col("ClinInterDateMother").is_between(first, last),
    )


def _women(tables: Mapping[str, pl.LazyFrame], born: pl.LazyFrame, activity: pl.Expr) -> pl.LazyFrame:
    """Who gave birth and has such an activity of labour in that pregnancy."""
    whose = born.select("UniqPregID", "Person_ID_Mother").unique()
    return tables["MSD302"].filter(activity).join(whose, on="UniqPregID", how="inner").select("Person_ID_Mother")


def _of_women(born: pl.LazyFrame, found: pl.LazyFrame) -> Indicator:
    numerator, denominator = (
        frame.select(pl.col("Person_ID_Mother").drop_nulls().n_unique()).collect().item() for frame in (found, born)
    )
    return Indicator(numerator=numerator, denominator=denominator)
