"""A version made right for one hospital: by the command as it is typed, then promoted there and served."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.home import Home
from records.sources.registry import source
from records.sources.simulated import simulate, write_parquet
from records.sources.simulated.digest import content_digest
from serving.database.export import logged_predictions
from tests.acceptance.asking import asked_about
from tests.acceptance.command_line import Command, Done, refused
from training.cohort import assemble
from training.split import hold_out

SITE = "SIM02"
TERM = 259


@dataclass(frozen=True, kw_only=True)
class Hospital:
    """A home in which a version was registered, and births of two sites that it has not seen."""

    home: Home
    births: Path

    @property
    def asked(self) -> tuple[object, ...]:
        return ("--source", "simulated", "--data", self.births, "--home", self.home.root)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, in_this_process: Command, advisory_policy: Path) -> Hospital:
    """Of the women without the outcome two in five are left out, which adds log(5 / 3) to everyone's log-odds."""
    folder = tmp_path_factory.mktemp("hospital")
    home = Home(root=folder / "home").prepare()
    home.settings_file.write_text(f'mode = "demo"\nsite = "{SITE}"\n', encoding="utf-8")
    fitted_on, here = folder / "elsewhere.parquet", folder / "here.parquet"
    elsewhere = simulate(12_000, seed=6, scenario="england")
    write_parquet(_narrowed(elsewhere, pl.col("site") != SITE), fitted_on)
    births = simulate(26_000, seed=7, scenario="england")
    kept = pl.Series(np.random.default_rng(7).random(births.truth.height) < 0.6)
    write_parquet(
        _narrowed(births, pl.col("site").is_in([SITE, "SIM01"]) & ((pl.col("gestation_at_birth") < TERM) | kept)), here
    )
    trained = in_this_process(
        "retrain", "preterm_birth", "--no-pdf", "--source", "simulated", "--data", fitted_on,
        "--policy", advisory_policy, "--home", home.root,
    )  # fmt: skip
    assert trained.code == 0, trained.err
    return Hospital(home=home, births=here)


def _narrowed(births: Any, kept: pl.Expr) -> Any:
    records = births.records
    fewer = records.pregnancies.filter(kept).collect()
    return replace(births, records=replace(records, pregnancies=fewer.lazy(), data_digest=content_digest(fewer)))


@pytest.fixture(scope="module")
def run(hospital: Hospital, in_this_process: Command) -> str:
    (listed,) = in_this_process("models", "--json", "--home", hospital.home.root).last["models"]
    return str(listed["run_id"])


@pytest.fixture(scope="module")
def dry(hospital: Hospital, run: str, in_this_process: Command) -> Done:
    return in_this_process("recalibrate", "--run", run[:8], "--site", SITE, "--dry-run", "--json", *hospital.asked)


@pytest.fixture(scope="module")
def done(hospital: Hospital, run: str, dry: Done, in_this_process: Command, advisory_policy: Path) -> Done:
    """After the dry run."""
    return in_this_process(
        "recalibrate", "--run", run[:8], "--site", SITE, "--no-pdf", "--policy", advisory_policy, "--json",
        *hospital.asked,
    )  # fmt: skip


def test_a_version_made_elsewhere_is_not_promoted_here(hospital: Hospital, in_this_process: Command) -> None:
    refused(
        in_this_process("promote", "preterm_birth", 1, "--home", hospital.home.root), f"was not validated at {SITE}"
    )


def test_a_dry_run_says_which_update_is_enough_and_looks_at_no_held_out_birth(dry: Done, hospital: Hospital) -> None:
    assert dry.code == 0, dry.err
    assert dry.last["registered"] is None
    assert dry.last["update"] == "in-the-large"
    assert [update["name"] for update in dry.last["validation"]["updates"]] == [
        "none",
        "in-the-large",
        "slope",
        "refit",
    ]
    assert not (hospital.home.root / "validations").exists()


def test_the_version_is_registered_for_the_site_with_where_it_comes_from(
    done: Done, dry: Done, hospital: Hospital, in_this_process: Command
) -> None:
    assert done.code == 0, done.err
    assert done.last["update"] == dry.last["update"]
    registered = done.last["registered"]
    assert registered["intended_population"]["sites"] == [SITE]
    listed = in_this_process("models", "--json", "--home", hospital.home.root).last["models"][0]
    assert listed["aliases"] == ["challenger"]
    assert listed["lineage"]["parent_version"] == 1
    assert (listed["lineage"]["update"], listed["lineage"]["site"]) == ("in-the-large", SITE)
    folder = hospital.home.validation_folder("preterm_birth", "booking", done.last["validation_id"])
    written = json.loads((folder / "validation.json").read_text(encoding="utf-8"))
    assert written["model_digest"] == listed["lineage"]["parent_digest"]
    assert written["data_digest"] == listed["data_digest"]
    shown = in_this_process("models", "--home", hospital.home.root).out
    assert f"from version 1 by 'in-the-large' at {SITE}" in shown


def test_held_out_observed_over_expected_is_brought_to_one(done: Done) -> None:
    before, after = (one["figures"]["observed_to_expected"] for one in done.last["held_out"])
    assert before["low"] > 1
    assert after["low"] <= 1 <= after["high"]


def test_the_service_tells_every_held_out_woman_of_the_site_the_risk_that_was_evaluated(
    done: Done, hospital: Hospital, in_this_process: Command
) -> None:
    home = hospital.home
    promoted = in_this_process("promote", "preterm_birth", done.last["registered"]["version"], "--home", home.root)
    assert promoted.code == 0, promoted.err
    cohort = assemble("preterm_birth", "booking", source("simulated").scan([hospital.births]))
    here = cohort.frame.filter(pl.col("site") == SITE)
    women = hold_out(here, fraction=0.5, seed=0).holdout(here)
    catalogue = asked_about(home, "preterm_birth", women, cohort.predictors)
    assert catalogue["models"][0]["withheld_because"] is None
    observed = women.select("pregnancy_id", pl.lit("preterm_birth").alias("outcome"), "observed")
    told = logged_predictions(home, home.settings(), observed)
    kept = home.cache / "holdouts" / done.last["registered"]["run_id"] / "predictions.parquet"
    evaluated = pl.read_parquet(kept).filter(pl.col("scored_by") == "model")
    assert evaluated.height > 500
    for column in ("risk", "alert", "observed"):
        one, other = (frame.select(pl.col(column).sort()) for frame in (told, evaluated))
        assert one.equals(other), column


def test_births_it_was_made_from_and_a_site_that_is_not_there_are_refused(
    done: Done, hospital: Hospital, in_this_process: Command
) -> None:
    asked = ("recalibrate", "--outcome", "preterm_birth", *hospital.asked)
    refused(in_this_process(*asked, "--site", "SIM09"), "there are: SIM01, SIM02")
    refused(in_this_process(*asked, "--site", SITE), "Name births of the site that it has not seen")


def test_a_site_where_no_update_mends_the_risks_gets_no_version(
    hospital: Hospital, run: str, in_this_process: Command, tmp_path: Path
) -> None:
    """Three in five of White women's events are not recorded there: whatever lowers all risks is wrong for others."""
    unrecorded = tmp_path / "unrecorded.parquet"
    plant = "under_recording:White=0.6,outcome=preterm_birth"
    write_parquet(simulate(30_000, seed=80, scenario="england", plants=(plant,)), unrecorded)
    listed = ("models", "--json", "--home", hospital.home.root)
    before = in_this_process(*listed).last["models"]
    told = in_this_process(
        "recalibrate", "--run", run[:8], "--no-pdf", "--json",
        "--source", "simulated", "--data", unrecorded, "--home", hospital.home.root,
    )  # fmt: skip
    assert told.code == 1
    assert (told.last["update"], told.last["registered"]) == ("none", None)
    assert told.last["called_for"] != "none"
    assert "every update would make those told to some of them worse" in told.last["refused"]
    assert in_this_process(*listed).last["models"] == before


def test_one_version_is_named_and_a_share_is_a_share(hospital: Hospital, in_this_process: Command) -> None:
    refused(in_this_process("recalibrate", *hospital.asked), "name one of --run or --outcome", code=2)
    refused(
        in_this_process("recalibrate", "--outcome", "preterm_birth", "--alert-rate", 1.5, *hospital.asked),
        "between 0 and 1",
        code=2,
    )


def test_too_few_births_are_refused_before_anything_is_written(
    hospital: Hospital, run: str, in_this_process: Command, tmp_path: Path
) -> None:
    few = tmp_path / "few.parquet"
    write_parquet(simulate(1_500, seed=8, scenario="england"), few)
    refused(
        in_this_process(
            "recalibrate", "--run", run[:8], "--source", "simulated", "--data", few, "--home", hospital.home.root
        ),
        "At least 100 with and 100 without",
    )
