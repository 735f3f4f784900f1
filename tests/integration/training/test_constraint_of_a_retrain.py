"""A retrain under another constraint than the default: what it registers, and what it tells whoever reads it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from fairness_audits.policy import DEFAULT_POLICY
from models.home import Home, Settings
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest
from training.retrain import retrain


@pytest.mark.parametrize("constraint", ["equalized_odds", "group_loss"])
def test_the_constraint_is_in_the_design_and_its_warning_in_the_audit(tmp_path: Path, constraint: str) -> None:
    records = simulate(6_000, seed=11, scenario="benchmark").records
    request = RetrainRequest(outcome="preterm_birth", constraint=constraint, seed=1)
    said: list[str] = []
    with warnings.catch_warnings():
        # MLflow asks SQLAlchemy for a loading strategy that is to be removed; only MLflow can change that.
        warnings.simplefilter("ignore", DeprecationWarning)
        home = Home(root=tmp_path / "home")
        retrained = retrain(request, records, home, Settings(), policy=DEFAULT_POLICY, say=said.append)
    assert retrained.model.design.constraint == constraint
    told = [line for line in said if line.startswith(f"constraint {constraint}: ")]
    assert len(told) == 1
    assert told[0] in retrained.report.contexts[0].notes
    assert any(line.startswith(f"fitted {constraint}; chosen: row ") for line in said)
