"""A version whose audit could judge some women and not others: what is kept of it, and what is said of it.

In the simulated births, as by NICE NG3, women are tested for gestational diabetes for a risk factor: of White women the
outcome is known for fewer than 70 of 100, of Asian women for nearly all.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import pytest
from mlflow.tracking import MlflowClient

from models.home import Home, Settings
from records.sources.simulated import simulate
from training.batch_scoring import load_version
from training.design_choice import RetrainRequest
from training.promotion import not_judged_in_words, promote
from training.registry import Registry
from training.retrain import Retrained, retrain
from training.version import BlockedRelease

# Flags are known of all women; how much less often than by row 0 the worst group is found is of a group judged here.
FIT_FOR_ANYONE = {"largest_loss", "sensitivity_of_worst_group", "flag_rate", "seconds", "level_up_flags_per_1000"}


@dataclass(frozen=True)
class Made:
    home: Home
    retrained: Retrained

    @property
    def registry(self) -> Registry:
        return Registry(self.home, Settings())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    home = Home(root=tmp_path_factory.mktemp("gate") / "home")
    records = simulate(9_000, seed=11, scenario="england").records
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        request = RetrainRequest(outcome="gestational_diabetes", cross_fit=False)
        return Made(home, retrain(request, records, home, Settings()))


def test_metrics_of_the_run_and_of_every_fit_lack_what_is_withheld(made: Made) -> None:
    client = MlflowClient(tracking_uri=made.home.registry_url(Settings()))
    run = client.get_run(made.retrained.version.run_id)
    fits = client.search_runs([run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run.info.run_id}'")
    assert fits
    assert {fit.data.params["worst_group"] for fit in fits}.isdisjoint(made.retrained.model.not_judged)
    for one in (run, *fits):
        of_everyone = {name for name in one.data.metrics if "." not in name}
        of_white = {name.partition(".")[0] for name in one.data.metrics if name.endswith(".White")}
        assert of_everyone - FIT_FOR_ANYONE == set(), one.info.run_name
        assert of_white - FIT_FOR_ANYONE == set(), one.info.run_name
    assert "observed_to_expected.Asian" in run.data.metrics


def test_the_card_says_withheld_and_why(made: Made) -> None:
    card = made.registry.card(made.retrained.version)
    table = card.partition("by ethnic group")[2].partition("##")[0]
    (white,) = [line for line in table.splitlines() if line.startswith("| White |")]
    assert white.count("withheld") == 5
    assert "Withheld: the outcome is known for " in table
    assert "Nothing could be judged, and no percentage is shown, of: White women (the outcome is known for" in table


def test_the_service_is_told_whom_it_may_show_no_percentage(made: Made) -> None:
    model = load_version(made.registry, made.retrained.version)
    assert {"White", "Other"} <= set(model.not_judged)
    assert not {"Everyone", "Asian", "Black"} & set(model.not_judged)
    told = " ".join(not_judged_in_words(model))
    assert "Nothing could be judged of White women: the outcome is known for " in told
    assert "placed in a list, without a percentage" in told


def test_it_may_be_promoted_for_some_were_judged_and_not_where_nobody_was(made: Made) -> None:
    registry, version = made.registry, made.retrained.version
    blocked = registry.retag(version, replace(version.tags, blocking_findings=("FA016",)))
    with pytest.raises(BlockedRelease, match="blocked by FA016"):
        promote(registry, blocked, made.home, Settings())
    assert "FA016" not in made.retrained.report.blocking
