"""Figures over folds against independent reckoning: counts, AUROC within folds, limits that grow with unlike folds."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from training.cross_fit import is_cross_fitted
from training.cross_fit_figures import figures_over_folds


def judged(births: int = 2_000, seed: int = 0, shift: float = 0.0, flag_by_fold: float = 0.0) -> pl.DataFrame:
    """Five folds; ``shift`` moves the log-odds told of each further fold, ``flag_by_fold`` its cut."""
    random = np.random.default_rng(seed)
    fold = np.arange(births) % 5
    score = random.standard_normal(births) - 2
    happened = random.random(births) < 1 / (1 + np.exp(-score))
    told = 1 / (1 + np.exp(-(score + shift * fold)))
    observed = [None if number % 50 == 7 else bool(event) for number, event in enumerate(happened)]
    return pl.DataFrame(
        {
            "fold": fold,
            "observed": pl.Series(observed, dtype=pl.Boolean),
            "risk": told,
            "flag": score > -1 + flag_by_fold * fold,
        }
    )


def test_counts_are_those_of_all_folds_and_unknown_outcomes_are_nobodys_negative() -> None:
    births = judged()
    figures = figures_over_folds("White", births)
    known = births.filter(pl.col("observed").is_not_null())
    assert (figures.women, figures.ascertained, figures.folds) == (2_000, known.height, 5)
    assert figures.events == known["observed"].sum()
    assert figures.found == (known["observed"] & known["flag"]).sum()
    assert figures.expected == pytest.approx(known["risk"].sum())


def test_discrimination_is_taken_within_folds_alone() -> None:
    births = judged(shift=1.0)
    known = births.filter(pl.col("observed").is_not_null())
    within, pairs = [], []
    for (_,), fold in known.group_by("fold"):
        events = int(fold["observed"].sum())
        within.append(roc_auc_score(fold["observed"], fold["risk"]))
        pairs.append(events * (fold.height - events))
    figures = figures_over_folds("White", births)
    assert figures.auroc == pytest.approx(np.average(within, weights=pairs))
    assert figures.auroc > roc_auc_score(known["observed"], known["risk"]) + 0.02


def test_its_spread_gives_the_standard_error_that_repeated_samples_have() -> None:
    areas = [figures_over_folds("White", judged(600, seed)) for seed in range(150)]
    told = [
        np.sqrt(a.event_spread / a.events + a.other_spread / (a.ascertained - a.events))
        for a in areas
        if a.event_spread is not None and a.other_spread is not None
    ]
    assert np.mean(told) == pytest.approx(np.std([a.auroc for a in areas]), rel=0.25)


def test_folds_that_differ_by_chance_alone_hardly_widen_limits() -> None:
    designs = [figures_over_folds("White", judged(1_500, seed)) for seed in range(60)]
    for name in ("sensitivity_design", "ratio_design", "auroc_design"):
        values = [getattr(one, name) for one in designs]
        assert min(values) >= 1
        assert np.mean(values) < 1.6, name


def test_folds_with_other_cuts_or_risks_widen_the_limits_that_rest_on_them() -> None:
    alike, cut = (
        figures_over_folds("White", judged(5_000)),
        figures_over_folds("White", judged(5_000, flag_by_fold=0.4)),
    )
    assert cut.sensitivity_design > 3 * alike.sensitivity_design
    assert cut.auroc_design == alike.auroc_design
    moved = figures_over_folds("White", judged(5_000, shift=0.4))
    assert moved.ratio_design > 3 * alike.ratio_design
    assert moved.sensitivity_design == alike.sensitivity_design


def test_a_group_without_events_has_no_discrimination() -> None:
    births = judged(40).with_columns(observed=pl.lit(value=False))
    figures = figures_over_folds("White", births)
    assert (figures.events, figures.auroc, figures.event_spread) == (0, None, None)
    assert figures.sensitivity_design == figures.auroc_design == 1.0


@pytest.mark.parametrize(
    ("births", "asked", "done"), [(99_999, True, True), (100_000, True, False), (99_999, False, False)]
)
def test_only_few_births_are_cross_fitted_and_only_where_it_was_not_switched_off(
    births: int, asked: bool, done: bool
) -> None:
    assert is_cross_fitted(births, asked=asked) is done
