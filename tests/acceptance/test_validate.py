"""What a researcher is told of a version on births it has not seen, by the command as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.home import Home
from tests.acceptance.command_line import Command, Done, refused

UPDATES = ["none", "in-the-large", "slope", "refit"]
SAID_BY = ("--name", "A. Person", "--role", "statistician")


@pytest.fixture(scope="module")
def other_births(tmp_path_factory: pytest.TempPathFactory, in_this_process: Command) -> Path:
    path = tmp_path_factory.mktemp("other") / "births.parquet"
    done = in_this_process("simulate", "--births", 4000, "--seed", 31, "--out", path)
    assert done.code == 0, done.err
    return path


@pytest.fixture(scope="module")
def validate(in_this_process: Command, champion_home: Home) -> Command:
    def command(*arguments: object, home: Home = champion_home) -> Done:
        return in_this_process("validate", *arguments, "--source", "simulated", "--home", home.root)

    return command


@pytest.fixture(scope="module")
def validated(validate: Command, other_births: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Path]:
    out = tmp_path_factory.mktemp("validated") / "out"
    return validate("--outcome", "preterm_birth", "--data", other_births, "--out", out, "--json"), out


def test_the_champion_is_judged_as_it_is_and_under_each_update(validated: tuple[Done, Path]) -> None:
    done, out = validated
    assert done.code == 0, done.err
    assert [update["name"] for update in done.last["updates"]] == UPDATES
    assert done.last["sufficient_update"]["update"] in UPDATES
    assert done.last["is_simulated"] is True
    assert {path.name for path in out.iterdir()} == {"validation.html", "validation.json", "audit"}
    assert {"report.html", "audit.json"} <= {path.name for path in (out / "audit").iterdir()}
    page = (out / "validation.html").read_text(encoding="utf-8")
    assert "SIMULATED: NOT FOR CARE" in page
    assert 'href="audit/report.html"' in page
    written: dict[str, Any] = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    assert {name: done.last[name] for name in written} == written


def test_it_changes_nothing_that_is_registered(
    validated: tuple[Done, Path], in_this_process: Command, champion_home: Home
) -> None:
    listed = in_this_process("models", "--json", "--home", champion_home.root).last["models"]
    assert [(model["name"], model["version"]) for model in listed] == [
        ("gestational_diabetes.booking", 1),
        ("preterm_birth.booking", 1),
    ]


def test_births_it_was_fitted_on_are_validated_under_a_warning(validate: Command, english_births: Path) -> None:
    done = validate("--outcome", "gestational_diabetes", "--data", english_births)
    assert done.code == 0, done.err
    assert "was fitted on births of these very files" in done.out
    assert "this is no external validation" in done.err


def test_a_plan_first_then_one_look(validate: Command, tmp_path: Path, in_this_process: Command) -> None:
    births = tmp_path / "planned.parquet"
    assert in_this_process("simulate", "--births", 3000, "--seed", 32, "--out", births).code == 0
    asked = ("--outcome", "preterm_birth", "--data", births)
    refused(validate(*asked, "--register-plan"), "a name is needed")
    planned = validate(*asked, "--register-plan", *SAID_BY, "--json")
    assert planned.code == 0, planned.err
    plan = planned.last["plan"]
    assert planned.last["openings_before"] == 0
    assert Path(planned.last["file"]).stem == plan
    other = tmp_path / "other.parquet"
    assert in_this_process("simulate", "--births", 3000, "--seed", 33, "--out", other).code == 0
    refused(validate("--outcome", "preterm_birth", "--data", other, "--plan", plan), "data digest (planned")
    done = validate(*asked, "--plan", plan[:12], *SAID_BY)
    assert done.code == 0, done.err
    assert f"by A. Person, statistician (plan {plan[:12]}) and done as planned" in done.out
    assert "opened once, this time included" in done.out
    again = validate(*asked, "--plan", plan)
    assert "opened twice, this time included" in again.out
    Path(planned.last["file"]).write_text("schema = 1\n", encoding="utf-8")
    refused(validate(*asked, "--plan", plan), "cannot be read as a plan")


def test_later_quarters_and_sites_left_out(validate: Command, english_births: Path, tmp_path: Path) -> None:
    over_time = validate("--outcome", "preterm_birth", "--temporal", "--data", english_births, "--out", tmp_path / "t")
    assert over_time.code == 0, over_time.err
    assert "Fitted on" in over_time.out
    assert "times" in over_time.out
    at_sites = validate(
        "--outcome", "preterm_birth", "--internal-external", "--data", english_births, "--out", tmp_path / "s", "--json"
    )
    assert at_sites.code == 0, at_sites.err
    assert [site["name"] for site in at_sites.last["sites"]] == [f"SIM{number:02d}" for number in range(1, 7)]
    assert set(at_sites.last["pooled"]) == {"auroc", "observed_to_expected", "calibration_slope"}
    assert not (tmp_path / "s" / "audit").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, ("--run or --outcome",)),
        (("--outcome", "preterm_birth", "--temporal", "--internal-external"), 2, ("not both",)),
        (("--outcome", "preterm_birth", "--plan", "feed", "--register-plan"), 2, ("not both",)),
        (("--outcome", "preterm_birth", "--plan", "feed"), 1, ("0 plans of this home begin with 'feed'",)),
        (("--outcome", "haemorrhage"), 1, ("no champion at booking", "--run")),
        (("--outcome", "preterm_birth", "--name", "A. Person"), 1, ("a role is needed",)),
        (("--run", "ffffffffffff"), 1, ("0 registered versions",)),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    validate: Command, other_births: Path, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    refused(validate(*arguments, "--data", other_births), *words, code=code)


def test_births_of_2014_validated_on_those_of_2020(natality: Path, in_this_process: Command, tmp_path: Path) -> None:
    """2014 records no ethnicity; 2020 does: what the version tells women of each group is seen there first."""
    at_home = ("--source", "cdc_natality", "--home", tmp_path / "home")
    trained = in_this_process(
        "retrain", "preterm_birth", "--no-pdf", "--data", natality / "Nat2014us_100000.zip", "--json", *at_home
    )
    assert trained.code == 0, trained.err
    run = trained.last["retrained"][0]["run_id"]
    done = in_this_process("validate", "--run", run[:8], "--data", natality / "Nat2020us_10000.zip", "--json", *at_home)
    assert done.code == 0, done.err
    assert [update["name"] for update in done.last["updates"]] == UPDATES
    assert any("height, weight" in remark for remark in done.last["remarks"])
    assert not done.last["is_simulated"]
    assert done.last["warnings"] == []
    as_it_is, in_the_large = done.last["updates"][:2]
    # The README of the data: no honest figure is far above 0.63; and the order is better than a coin's.
    assert as_it_is["figures"]["auroc"]["low"] > 0.5
    assert as_it_is["figures"]["auroc"]["value"] < 0.63
    assert abs(in_the_large["figures"]["observed_to_expected"]["value"] - 1) <= 0.02
    (black,) = (row for row in in_the_large["groups"] if row["group"] == "Black")
    assert black["figures"]["observed_to_expected"]["low"] > 1
    assert "Black" in done.last["groups_it_leaves_wrong"]


def test_years_in_order_and_no_site_in_a_public_file(natality: Path, in_this_process: Command, tmp_path: Path) -> None:
    files = [natality / name for name in ("Nat2020us_10000.zip", "Nat2021us_1000.zip")]
    asked = ("validate", "--outcome", "preterm_birth", "--source", "cdc_natality", "--home", tmp_path / "home")
    done = in_this_process(*asked, "--temporal", "--data", *files, "--json")
    assert done.code == 0, done.err
    assert (done.last["fitted_on"], [one["name"] for one in done.last["periods"]]) == (["2020"], ["2021"])
    assert done.last["drift"] is None
    refused(in_this_process(*asked, "--internal-external", "--data", *files), "tell 0 site apart")
    refused(in_this_process(*asked, "--temporal", "--data", files[0]), "all births are of 2020")
