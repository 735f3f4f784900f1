"""What says that a pregnancy ended in a loss: outcomes of babies (MSD401) and diagnoses (MSD106)."""

from __future__ import annotations

import polars as pl

from records.sources.msds.codes import CODED_IN

__all__ = ["LOSS_OUTCOMES", "is_loss"]

#: PregOutcome codes that are read as a termination; no published list that has both was found to verify them by.
LOSS_OUTCOMES = ("05", "06")
# Miscarriage, termination, ectopic pregnancy: the outcome value set of the International Patient Summary (HL7), and the
# block O00 to O06 of ICD-10.
_LOSS_SNOMED = ("17369002", "57797005", "34801009")
_LOSS_ICD10 = ("O00", "O01", "O02", "O03", "O04", "O05", "O06")


def is_loss() -> pl.Expr:
    """Whether a diagnosis (MSD106) is a miscarriage, a termination or an ectopic pregnancy."""
    snomed = (pl.col(field).is_in(_LOSS_SNOMED) for field in CODED_IN["MSD106"].fields)
    icd10 = (pl.col(field).str.head(3).is_in(_LOSS_ICD10) for field in CODED_IN["MSD106"].icd10)
    return pl.any_horizontal(*snomed, *icd10)
