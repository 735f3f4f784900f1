"""One home in which two seeds of a small preterm birth model were registered, made once for all tests here."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import pytest

from fairness_audits.policy import DEFAULT_POLICY
from models.home import Home, Settings
from records.records import Records
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest
from training.registry import Registry
from training.retrain import Retrained, retrain


@dataclass(frozen=True, kw_only=True)
class Twice:
    home: Home
    records: Records
    first: Retrained
    second: Retrained

    @property
    def registry(self) -> Registry:
        return Registry(self.home, Settings())


@pytest.fixture(scope="session")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    home = Home(root=tmp_path_factory.mktemp("registered") / "home")
    records = simulate(9_000, seed=11, scenario="england").records
    with warnings.catch_warnings():
        # MLflow asks SQLAlchemy for a loading strategy that is to be removed; only MLflow can change that.
        warnings.simplefilter("ignore", DeprecationWarning)
        first, second = (
            retrain(
                RetrainRequest(outcome="preterm_birth", seed=seed), records, home, Settings(), policy=DEFAULT_POLICY
            )
            for seed in (1, 2)
        )
    return Twice(home=home, records=records, first=first, second=second)
