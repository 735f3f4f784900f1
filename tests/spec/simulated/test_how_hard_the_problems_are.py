"""A plain group-blind fit on simulated births does as well as honest fits do, and on 'benchmark' leaves a gap."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from records.clock import BOOKING
from records.records import IDENTITY_COLUMNS
from records.sources.simulated import SimulatedBirths, simulate

BIRTHS = 50_000
ALSO_PREDICTORS = ("deprivation_quintile", "interpreter_needed")
FIT = {
    "objective": "binary",
    "max_depth": 4,
    "num_leaves": 16,
    "learning_rate": 0.05,
    "min_data_in_leaf": 100,
    "num_threads": 1,
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


@dataclass(frozen=True, kw_only=True)
class Holdout:
    risk: NDArray[np.float64]
    true_risk: NDArray[np.float64]
    observed: NDArray[np.bool_]
    group: NDArray[np.str_]


def plain_fit(births: SimulatedBirths, outcome: str, rounds: int = 120) -> Holdout:
    """Group-blind, on recorded outcomes; the half of the births that comes later is held out."""
    told = births.truth.select(f"{outcome}_recorded", f"{outcome}_true_risk")
    known = births.records.known_by(BOOKING).collect().hstack(told).filter(pl.col(f"{outcome}_recorded").is_not_null())
    leave_out = {*IDENTITY_COLUMNS, *told.columns} - set(ALSO_PREDICTORS)
    predictors = known.select(name for name in known.columns if name not in leave_out).with_columns(
        pl.col("smoking_status").replace_strict({"never": 0, "former": 1, "current": 2})
    )
    x, y = predictors.cast(pl.Float32).to_numpy(), known[f"{outcome}_recorded"].to_numpy()
    half = len(y) // 2
    model = lightgbm.train(FIT, lightgbm.Dataset(x[:half], y[:half].astype(float)), rounds)
    return Holdout(
        risk=np.asarray(model.predict(x[half:])),
        true_risk=known[f"{outcome}_true_risk"].to_numpy()[half:],
        observed=y[half:],
        group=known["ethnic_group"].to_numpy()[half:],
    )


@pytest.fixture(scope="module")
def benchmark() -> Holdout:
    return plain_fit(simulate(BIRTHS, seed=21, scenario="benchmark"), "preterm_birth")


@pytest.fixture(scope="module")
def england() -> SimulatedBirths:
    return simulate(BIRTHS, seed=22, scenario="england")


def test_benchmark_is_as_hard_as_it_is_meant_to_be(benchmark: Holdout) -> None:
    assert 0.69 < roc_auc_score(benchmark.observed, benchmark.risk) < 0.74


def test_a_blind_fit_on_benchmark_finds_some_groups_far_less_often(benchmark: Holdout) -> None:
    flagged = benchmark.risk >= np.quantile(benchmark.risk, 0.9)
    sensitivity = {
        group: flagged[found].mean()
        for group in np.unique(benchmark.group)
        if (found := (benchmark.group == group) & benchmark.observed).sum() >= 100
    }
    assert len(sensitivity) >= 5
    assert max(sensitivity.values()) - min(sensitivity.values()) >= 0.10
    assert min(sensitivity, key=lambda group: sensitivity[group]) == "Asian"


# What honest predictors reach at booking; the lower ends leave room for a fit on 25,000 births.
@pytest.mark.parametrize(
    ("outcome", "lowest", "highest"),
    [
        ("preterm_birth", 0.60, 0.68),
        ("gestational_diabetes", 0.69, 0.80),
        ("postpartum_depression", 0.69, 0.80),
        ("haemorrhage", 0.57, 0.68),
    ],
)
def test_england_is_no_easier_than_published_models_found_it(
    england: SimulatedBirths, outcome: str, lowest: float, highest: float
) -> None:
    holdout = plain_fit(england, outcome, rounds=60)
    fitted = roc_auc_score(holdout.observed, holdout.risk)
    assert lowest < fitted < highest
    # Nothing recorded knows more than everything known at booking; .02 for chance in the holdout.
    assert fitted < roc_auc_score(holdout.observed, holdout.true_risk) + 0.02
