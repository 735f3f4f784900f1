"""Cross-fitting: with few births, every training birth is judged by a model that has not seen it.

Three births in ten, held out once, leave most ethnic groups with too few events to say anything of them. So the same
design is fitted again in each fold on the other folds, and its figures over all training births stand beside the
holdout's. They are figures of the design, fitted on four fifths of the births, not of the model that is registered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from fairness_audits.context_rows import CrossFittedGroup
from fairness_audits.levels import EVERYONE
from models.design import ModelDesign
from records.groups import NOT_KNOWN
from training.cohort import OBSERVED, Cohort
from training.cross_fit_figures import figures_over_folds
from training.fitting import fit
from training.offer_band import HarmfulBand
from training.split import folds_of

__all__ = ["FEWEST_WITHOUT", "FOLDS", "cross_fit", "is_cross_fitted"]

# From so many births on a holdout of three in ten has events enough (project default).
FEWEST_WITHOUT = 100_000
# Five folds: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., 7.10.
FOLDS = 5

Say = Callable[[str], None]


def is_cross_fitted(births: int, *, asked: bool) -> bool:
    """Whether a cohort of so many births is cross-fitted."""
    return asked and births < FEWEST_WITHOUT


def cross_fit(
    design: ModelDesign,
    cohort: Cohort,
    training: pl.DataFrame,
    *,
    asked: bool = True,
    seconds_a_fit: float = 0.0,
    say: Say = lambda _: None,
) -> tuple[CrossFittedGroup, ...]:
    """Everyone, then each group, over ``training``; empty where there are births enough or nobody ``asked``.

    The holdout takes no part. Each fold has a model, a calibrator and a cut of its own. ``seconds_a_fit`` is what the
    fit on all training births took, to say beforehand how long it will last.
    """
    if not is_cross_fitted(cohort.denominator.in_cohort, asked=asked):
        return ()
    # Each fit has K - 1 folds of K.
    seconds = max(1, round((FOLDS - 1) * seconds_a_fit))
    say(
        f"cross-fitting: {FOLDS} more fits, about {seconds} s, because the cohort has "
        f"fewer than {FEWEST_WITHOUT:,} births (--no-cross-fit leaves them out)"
    )
    fold = folds_of(training, FOLDS, seed=design.seed)
    try:
        judged = pl.concat([_judged(design, cohort, training, fold, number) for number in range(FOLDS)])
    except HarmfulBand as refusal:
        say(f"not cross-fitted: in one of {FOLDS} folds {refusal}")
        return ()
    groups = judged["group"].value_counts(sort=True)["group"].to_list()
    rows = (figures_over_folds(EVERYONE, judged), *(figures_over_folds(g, judged.filter(group=g)) for g in groups))
    say(f"cross-fitted {training.height:,} births in {FOLDS} folds")
    return rows


def _judged(
    design: ModelDesign, cohort: Cohort, training: pl.DataFrame, fold: np.ndarray[tuple[int], np.dtype[np.int8]], n: int
) -> pl.DataFrame:
    """Births of one fold as the model of the others judges them."""
    model = fit(design, cohort, training.filter(fold != n)).model
    births = training.filter(fold == n)
    risk = model.predict(births)
    return births.select(
        fold=pl.lit(n),
        group=pl.col("ethnic_group").fill_null(NOT_KNOWN),
        observed=pl.col(OBSERVED),
        risk=pl.Series(risk),
        flag=pl.Series(np.asarray(model.offer_policy.apply(risk, births["ethnic_group"].to_numpy()), dtype=bool)),
    )
