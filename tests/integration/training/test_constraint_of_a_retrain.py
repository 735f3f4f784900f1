"""A retrain under another constraint than the default: what it registers, and what it tells whoever reads it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from fairness_audits.figures import TITLES
from fairness_audits.policy import DEFAULT_POLICY
from models.home import Home, Settings
from records.sources.simulated import simulate
from training.design_choice import RetrainRequest
from training.retrain import Retrained, retrain

HELD = {"equalized_odds": "false_positive_rate", "group_loss": "log_loss"}


@pytest.mark.parametrize("constraint", HELD)
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
    _what_it_holds_is_shown_by_group(retrained, HELD[constraint])
    _and_is_with_each_fits_run(home, retrained, HELD[constraint])


def _what_it_holds_is_shown_by_group(retrained: Retrained, held: str) -> None:
    frontier = retrained.report.frontier(retrained.report.models[0])
    for row in frontier:
        assert row.held.keys() == {held}
        assert row.held[held].keys() == row.sensitivity.keys()
    pages = (retrained.audit_folder / "report.html").read_text(encoding="utf-8")
    assert f"{TITLES[held]}, which the constraint holds" in pages


def _and_is_with_each_fits_run(home: Home, retrained: Retrained, held: str) -> None:
    client = MlflowClient(tracking_uri=home.registry_url(Settings()))
    parent = client.get_run(retrained.version.run_id)
    children = client.search_runs(
        [parent.info.experiment_id], filter_string=f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
    )
    assert len(children) == len(retrained.report.frontier(retrained.report.models[0]))
    for child in children:
        shown = [value for name, value in child.data.metrics.items() if name.startswith(f"{held}.")]
        assert shown
        assert all(value > 0 for value in shown)
