"""Champions come from a real registry, prove themselves, and outlive its absence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.home import Home, Settings
from serving.champions import RegistryChampions
from training.registry import Registry
from training.version import Version

# MLflow asks SQLAlchemy 2.1 for a loading strategy that is to be removed; only MLflow can change that.


NAME = "preterm_birth.booking"
Register = Callable[..., Version]


@pytest.fixture
def champions(home: Home) -> RegistryChampions:
    return RegistryChampions(home, Settings())


def test_before_the_first_training_nothing_is_created(champions: RegistryChampions, home: Home) -> None:
    champions.poll()
    assert champions.is_loaded()
    assert not champions.current()
    assert not (home.root / "registry.db").exists()


def test_a_promoted_version_is_loaded_and_swapped_by_the_next(
    champions: RegistryChampions, register: Register, fitted: Any
) -> None:
    first = fitted()
    register(first)
    champions.poll()
    loaded = champions.current()[NAME]
    assert (loaded.version, loaded.model.digest) == ("1", first.digest)
    assert loaded.tags is not None
    assert loaded.tags.audit_id == "a-1"
    assert loaded.card == "# The card\n"
    champions.poll()
    assert champions.current()[NAME] is loaded
    second = fitted(average_risk=0.2, calibrator=type(first.calibrator)(kind="identity"))
    register(second)
    champions.poll()
    assert (champions.current()[NAME].version, champions.current()[NAME].model.digest) == ("2", second.digest)


def test_a_registry_that_goes_away_leaves_the_last_good_champion(
    champions: RegistryChampions, register: Register, fitted: Any, home: Home
) -> None:
    register(fitted())
    champions.poll()
    before = champions.current()
    (home.root / "registry.db").write_bytes(b"not a database any more, whatever it was" * 100)
    champions.poll()
    assert champions.current() is before


def test_a_registry_whose_file_is_gone_leaves_the_last_good_champion(
    champions: RegistryChampions, register: Register, fitted: Any, home: Home
) -> None:
    register(fitted())
    champions.poll()
    before = champions.current()
    (home.root / "registry.db").unlink()
    champions.poll()
    assert before
    assert champions.current() is before
    assert not (home.root / "registry.db").exists()


def test_an_altered_version_is_refused_and_the_last_good_one_stays(
    champions: RegistryChampions, register: Register, fitted: Any, home: Home
) -> None:
    register(fitted())
    champions.poll()
    better = fitted(calibrator=type(fitted().calibrator)(kind="identity"))
    register(better)
    for header in home.artifacts.rglob("risk_model.json"):
        if better.digest in header.read_text():
            header.write_text(header.read_text().replace('"threshold": 0.1', '"threshold": 0.2'))
    champions.poll()
    assert champions.current()[NAME].version == "1"
    assert "altered" in champions.trouble()[NAME]


def test_a_model_under_another_name_is_refused(champions: RegistryChampions, register: Register, fitted: Any) -> None:
    register(fitted(), ("gestational_diabetes", "booking"))
    champions.poll()
    assert "gestational_diabetes.booking" not in champions.current()
    assert "preterm_birth.booking" in champions.trouble()["gestational_diabetes.booking"]


def test_a_champion_that_loses_its_alias_is_served_no_more(
    champions: RegistryChampions, register: Register, fitted: Any, registry: Registry
) -> None:
    register(fitted())
    champions.poll()
    registry._client.delete_registered_model_alias(NAME, "champion")
    champions.poll()
    assert not champions.current()


def test_new_tags_of_the_same_version_are_read(
    champions: RegistryChampions, register: Register, fitted: Any, registry: Registry
) -> None:
    version = register(fitted())
    champions.poll()
    registry._client.set_model_version_tag(NAME, str(version.version), "audit_id", "a-2")
    champions.poll()
    tags = champions.current()[NAME].tags
    assert tags is not None
    assert tags.audit_id == "a-2"


def test_figures_are_those_of_the_audit_untouched(
    champions: RegistryChampions, register: Register, fitted: Any, served: Any
) -> None:
    section = {"outcome": "preterm_birth", "prediction_point": "booking", "scored_by": "model", "level": "ethnic_group"}
    figure = {"value": 0.123, "low": 0.1, "high": 0.15, "text": "12.3 % (10.0 to 15.0)"}
    row = section | {"primary": True, "group": "Black", "status": "shown", "figures": {"sensitivity": figure}}
    gap = section | {"estimand": "sensitivity", "expected": 0.07, "text": "7.0 points (1.0 to 12.0)"}
    rule = {"scored_by": "guideline:bmi_30_or_more@2020"}
    register(fitted(), audit={"figures": [row, row | rule, row | {"primary": False}], "gaps": [gap, gap | rule]})
    champions.poll()
    with served(champions=champions) as client:
        (model,) = client.get("/v1/models").json()["models"]
        card = client.get(model["card"])
        refused = client.get("/v1/models/weather/card")
    assert model["figures"] == [{"level": "ethnic_group", "group": "Black", "status": "shown", "sensitivity": figure}]
    assert model["gaps"] == [{"estimand": "sensitivity", "expected": 0.07, "text": "7.0 points (1.0 to 12.0)"}]
    assert card.text == "# The card\n"
    assert refused.status_code == 404
