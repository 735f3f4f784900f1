"""The columns that say whose pregnancy a row is, in every table of pregnancies."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

__all__ = ["IDENTITY_COLUMNS"]

IDENTITY_COLUMNS: Mapping[str, pl.DataType] = {
    "pregnancy_id": pl.String(),
    "woman_id": pl.String(),
    "site": pl.String(),
    "group_scheme": pl.String(),
    "ethnic_category": pl.String(),
    "ethnic_group": pl.String(),
    "deprivation_quintile": pl.Int8(),
    "age_band": pl.String(),
    "interpreter_needed": pl.Boolean(),
    "delivered_year": pl.Int16(),
    "delivered_month": pl.Int8(),
}
