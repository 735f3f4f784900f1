"""Each fit of the frontier as a run of its own in a real registry (MLflow on SQLite)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from models.home import Home, Settings


def child_runs(home: Home, parent: str) -> list[Run]:
    """In the order of their rows."""
    client = MlflowClient(tracking_uri=home.registry_url(Settings()))
    found = client.search_runs(
        [client.get_run(parent).info.experiment_id], filter_string=f"tags.`mlflow.parentRunId` = '{parent}'"
    )
    return sorted(found, key=lambda run: int(run.data.params["row"]))


@pytest.fixture
def children(twice: Any) -> list[Run]:
    return child_runs(twice.home, twice.first.version.run_id)


def test_there_is_one_run_a_row_and_it_ended(twice: Any, children: list[Run]) -> None:
    frontier = twice.first.report.frontier(twice.first.report.models[0])
    assert len(children) == len(frontier) >= 4
    assert [run.data.params["row"] for run in children] == [str(number) for number in range(len(frontier))]
    assert {run.info.status for run in children} == {"FINISHED"}
    assert {run.info.run_name for run in children} == {f"preterm_birth.booking: row {n}" for n in range(len(frontier))}


def test_row_0_comes_first_and_one_row_is_the_model(twice: Any, children: list[Run]) -> None:
    assert children[0].data.params["tolerance"] == "unconstrained"
    assert [float(run.data.params["tolerance"]) for run in children[1:]] == sorted(
        (float(run.data.params["tolerance"]) for run in children[1:]), reverse=True
    )
    assert {run.data.params["constraint"] for run in children} == {twice.first.model.design.constraint}
    assert [run.data.params["chosen"] for run in children].count("True") == 1


def test_its_figures_are_the_audits_printed_ones(twice: Any, children: list[Run]) -> None:
    for run, row in zip(children, twice.first.report.frontier(twice.first.report.models[0]), strict=True):
        shown = run.data.metrics
        assert (shown["auroc"], shown["brier"]) == (row.auroc.value, row.brier.value)
        by_group = {name.removeprefix("sensitivity."): value for name, value in shown.items() if "sensitivity." in name}
        assert by_group == {group: f.value for group, f in row.sensitivity.items() if f.value is not None}
        assert shown.get("sensitivity_of_worst_group") == row.sensitivity[row.point.worst_group].value
        assert shown["largest_loss"] == pytest.approx(row.point.largest_loss, abs=0.005)
        assert all(math.isfinite(value) for value in shown.values())


def test_what_the_disclosure_rule_hides_is_not_there(twice: Any, children: list[Run]) -> None:
    row = twice.first.report.frontier(twice.first.report.models[0])[0]
    hidden = {group for group, figure in row.sensitivity.items() if figure.is_hidden}
    assert hidden
    for run in children:
        assert not {f"sensitivity.{group}" for group in hidden} & run.data.metrics.keys()


def test_it_keeps_no_file(twice: Any, children: list[Run]) -> None:
    client = MlflowClient(tracking_uri=twice.home.registry_url(Settings()))
    for run in children:
        assert client.list_artifacts(run.info.run_id) == []
