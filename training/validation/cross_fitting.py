"""Risks of every new birth under each update, each fitted on other women: no birth judges what it helped to fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from models.design import ModelDesign
from models.risk_model import RiskModel
from records.errors import EquipartumError
from training.cohort import Cohort
from training.diagnosis import diagnose
from training.fitting import fit
from training.validation.new_births import NewBirths, fold_of
from training.validation.recalibration import IN_THE_LARGE, NONE, REFIT, SLOPE, fit_recalibration, log_odds_of, risk_of

__all__ = ["CrossFitted", "cross_fit", "folds_for", "model_fitted_on"]

Array = npt.NDArray[np.float64]

# Below so many births cross-fitting is in fifths, so that a fit has four births in five; above, halves are enough and
# cost less. Project default.
FEWEST_FOR_HALVES = 100_000


@dataclass(frozen=True, kw_only=True)
class CrossFitted:
    """``risks`` of every birth by update; ``not_possible`` says why an update is not among them."""

    folds: int
    risks: Mapping[str, Array]
    not_possible: Mapping[str, str]


def folds_for(births: int) -> int:
    return 5 if births < FEWEST_FOR_HALVES else 2


def cross_fit(births: NewBirths, *, say: Callable[[str], None] = lambda _: None) -> CrossFitted:
    """'none' as told; 'in-the-large' and 'slope' fitted on the other folds; 'refit' by the same design on them."""
    folds = folds_for(births.frame.height)
    fold = fold_of(births.women, folds, seed=births.model.design.seed)
    told, known, observed = log_odds_of(births.risk), births.is_known, births.observed
    risks: dict[str, Array] = {NONE: births.risk}
    not_possible: dict[str, str] = {}
    for name in (IN_THE_LARGE, SLOPE):
        try:
            recalibrated = np.empty_like(told)
            for judged in range(folds):
                learnt = known & (fold != judged)
                update = fit_recalibration(name, told[learnt], observed[learnt])
                recalibrated[fold == judged] = update.apply(told[fold == judged])
            risks[name] = risk_of(recalibrated)
        except EquipartumError as refusal:
            not_possible[name] = str(refusal)
    try:
        risks[REFIT] = _refitted(births, fold, folds, say)
    except EquipartumError as refusal:
        not_possible[REFIT] = str(refusal)
    return CrossFitted(folds=folds, risks=risks, not_possible=not_possible)


def _refitted(births: NewBirths, fold: npt.NDArray[np.int64], folds: int, say: Callable[[str], None]) -> Array:
    risk = np.empty(births.frame.height)
    for judged in range(folds):
        say(f"fitting anew on {folds - 1} of {folds} parts of these births ({judged + 1} of {folds})")
        fitted = model_fitted_on(births.model.design, births.cohort, births.frame.filter(fold != judged))
        risk[fold == judged] = fitted.predict(births.frame.filter(fold == judged))
    return risk


def model_fitted_on(design: ModelDesign, cohort: Cohort, training: pl.DataFrame) -> RiskModel:
    """By the same design, booster settings and constraint, with those of its predictors that these births record.

    Raises what `diagnose` raises where nothing can be learnt from so few.
    """
    diagnose(cohort, training)
    here = replace(design, source=cohort.records.source, predictors=cohort.predictors)
    return fit(here, cohort, training).model
