"""Births simulated for the constrained fit: the facts speak loudest of the large group, and one fact of the group."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from training.fair_boost import FairBoostClassifier


@dataclass(frozen=True)
class Births:
    predictors: NDArray[np.float64]
    event: NDArray[np.int64]
    group: NDArray[np.object_]
    woman: NDArray[np.int64]


def simulate(births: int, seed: int) -> Births:
    random = np.random.default_rng(seed)
    true_group = random.choice(["Large", "Second", "Third", "Tiny"], size=births, p=[0.45, 0.25, 0.295, 0.005])
    facts = random.normal(size=(births, 8))
    common = np.select([true_group == "Large", true_group == "Second"], [1.3, 0.9], 0.4)
    other = np.where(true_group == "Third", 0.6, 0.1)
    log_odds = -2.3 + common * (facts[:, :3] @ [0.9, 0.7, 0.5]) + other * (facts[:, 3:6] @ [0.9, 0.7, 0.5])
    facts[:, 6] += 2.0 * (true_group == "Third")
    event = (random.random(births) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)
    facts[random.random(facts.shape) < 0.08] = np.nan
    group = true_group.astype(object)
    unrecorded = random.random(births)
    group[unrecorded < 0.06] = "Not stated"
    group[unrecorded < 0.03] = None
    return Births(predictors=facts, event=event, group=group, woman=random.integers(0, births, births))


def small_booster(**other: object) -> lightgbm.LGBMClassifier:
    settings = {"n_estimators": 40, "learning_rate": 0.1, "max_depth": 4, "num_leaves": 16, "min_child_samples": 30}
    defaults = {"n_jobs": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1}
    return lightgbm.LGBMClassifier(**{**settings, **defaults, **other})


@pytest.fixture(scope="session")
def births() -> Births:
    return simulate(24_000, seed=3)


@pytest.fixture(scope="session")
def other_births() -> Births:
    """From the same population, seen by no fit."""
    return simulate(40_000, seed=4)


@pytest.fixture(scope="session")
def booster():
    return small_booster


@pytest.fixture(scope="session")
def fitted(births) -> FairBoostClassifier:
    """A frontier of three tolerances; tests read it and do not change it."""
    model = FairBoostClassifier(
        small_booster(), frontier=[0.06, 0.04], fair_rounds=30, pseudo_events=50, random_state=11
    )
    return model.fit(births.predictors, births.event, sensitive_features=births.group, groups=births.woman)
