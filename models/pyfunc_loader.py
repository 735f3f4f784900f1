"""Lets an MLflow client load a registered model as a pyfunc that returns probabilities, without this module knowing
MLflow: `_load_pyfunc` is the name its loader convention asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from models.model_files import load_risk_model
from models.risk_model import RiskModel

__all__ = ["ProbabilityModel"]


class ProbabilityModel:
    """`predict(table)` with one column a concept gives one risk a row."""

    def __init__(self, model: RiskModel) -> None:
        self.model = model

    def predict(self, table: Any, params: Mapping[str, Any] | None = None) -> npt.NDArray[np.float64]:
        """``table`` is anything with named columns; columns the model does not use are ignored, absent ones unknown."""
        columns: Iterable[str] = list(table.columns)
        read = tuple(dict.fromkeys((*self.model.encoding.inputs, *self.model.groups_read)))
        known = pl.DataFrame({name: list(table[name]) for name in columns if name in read})
        absent = [pl.lit(None).alias(name) for name in read if name not in known.columns]
        return self.model.predict(known.with_columns(absent))


def _load_pyfunc(path: str) -> ProbabilityModel:
    return ProbabilityModel(load_risk_model(Path(path)))
