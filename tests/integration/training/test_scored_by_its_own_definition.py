"""A model's risks stand beside what it was made to predict, or beside nothing: never beside another definition."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest

from models.home import Home, Settings
from models.outcome import OutcomeDefinition
from records.records import Records
from records.sources.simulated import simulate_histories
from training.batch_scoring import note_look, score_records
from training.cohort import UnavailableOutcome, assemble
from training.design_choice import RetrainRequest
from training.registry import Registry
from training.retrain import retrain
from training.validation.openings import read_ledger

GLUCOSES = ("glucose_fasting", "glucose_two_hours")
RECORDED = "diagnosis of gestational diabetes, of women tested"


def without(records: Records, *names: str) -> Records:
    """The same records of a site that does not send these facts."""
    return replace(records, lacking={**records.lacking, **dict.fromkeys(names, "not sent by this site")})


def recorded(births: Records) -> OutcomeDefinition:
    return assemble("gestational_diabetes", "booking", births, by_definition=RECORDED).definition


@pytest.fixture(scope="module")
def births() -> Records:
    return simulate_histories(4_000, seed=21).records


@pytest.fixture(scope="module")
def registry(births: Records, tmp_path_factory: pytest.TempPathFactory) -> tuple[Registry, Home, str]:
    """One model of a recorded diagnosis, fitted where no glucose is sent."""
    home = Home(root=tmp_path_factory.mktemp("definitions") / "home")
    with warnings.catch_warnings():
        # MLflow asks SQLAlchemy for a loading strategy that is to be removed; only MLflow can change that.
        warnings.simplefilter("ignore", DeprecationWarning)
        request = RetrainRequest(outcome="gestational_diabetes", cross_fit=False)
        made = retrain(request, without(births, *GLUCOSES), home, Settings())
        assert made.model.design.definition == RECORDED
        return Registry(home, Settings()), home, made.version.run_id


def test_records_that_answer_another_definition_too_are_read_by_the_models(
    registry: tuple[Registry, Home, str], births: Records
) -> None:
    kept, _, run = registry
    assert assemble("gestational_diabetes", "booking", births).definition.name != RECORDED
    scored = score_records(kept, births, run_ids=[run], say=lambda _: None).filter(scored_by="model")
    expected = assemble("gestational_diabetes", "booking", births, by_definition=RECORDED)
    assert set(scored["outcome_definition"]) == {str(expected.definition)}
    assert scored["observed"].to_list() == expected.frame["observed"].to_list()
    assert scored["observed"].sum() > 0


def test_records_that_cannot_answer_it_get_risks_and_nothing_observed(
    registry: tuple[Registry, Home, str], births: Records
) -> None:
    kept, home, run = registry
    here = without(births, "gestational_diabetes")
    by_glucose = assemble("gestational_diabetes", "booking", here)
    assert by_glucose.frame["observed"].sum() > 0  # by the other definition these records hold an outcome
    said: list[str] = []
    scored = score_records(kept, here, run_ids=[run], say=said.append)
    assert set(scored["outcome_definition"]) == {str(recorded(births))}
    assert scored["observed"].null_count() == scored.height
    assert not scored["ascertained"].any()
    of_model = scored.filter(scored_by="model")
    assert of_model["risk"].null_count() == 0
    assert of_model.height > 3_000
    assert any(f"do not hold '{recorded(births)}'" in one for one in said)
    # Nothing was looked at.
    looks = read_ledger(home)
    note_look(home, kept, here, scored)
    assert read_ledger(home) == looks


def test_records_that_cannot_say_whom_it_is_asked_of_are_left_out(
    registry: tuple[Registry, Home, str], births: Records
) -> None:
    kept, _, run = registry
    said: list[str] = []
    with pytest.raises(UnavailableOutcome, match="do not say of whom"):
        score_records(kept, without(births, "pre_existing_diabetes"), run_ids=[run], say=said.append)
    assert said[0].startswith("left out: gestational_diabetes cannot be read")
