"""From a dossier to a signed decision, to a model that follows it, to what a clinical system is told by it."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from models.home import Home
from tests.acceptance.command_line import Command, refused
from tests.acceptance.test_newcomers_path import serving

FACTS = {"maternal_age": {"value": 34, "unit": "a"}, "smoking_status": {"value": "never"}}


def ask(address: str, category: str) -> dict[str, Any]:
    asked = {
        "prediction_point": "booking",
        "outcomes": ["preterm_birth"],
        "facts": FACTS,
        "groups": {"group_scheme": "england_2001", "ethnic_category": category},
    }
    request = urllib.request.Request(
        f"{address}/v1/risks", data=json.dumps(asked).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        (judged,) = json.loads(response.read())["outcomes"].values()
    return dict(judged)


def test_the_whole_way(
    in_this_process: Command, advisory_policy: Path, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = Home(root=tmp_path / "home").prepare()
    home.settings_file.write_text('mode = "demo"\n', encoding="utf-8")
    at_home = ("--home", home.root)
    births = ("--source", "simulated", "--data", "births.parquet")
    assert in_this_process(
        "simulate", "--births", 12_000, "--seed", 3, "--out", "births.parquet"
    ).code == 0  # fmt: skip

    done = in_this_process("methods", "preterm_birth", *births, "--constraint", "none", "--json", *at_home)
    assert done.code == 0, done.err
    dossier = done.last
    assert [one["name"] for one in dossier["options"]][:4] == [
        "blind", "group_intercept", "subgroup_recalibration", "ethnicity_as_input",
    ]  # fmt: skip
    page = (Path(dossier["folder"]) / "dossier.html").read_text(encoding="utf-8")
    assert "SIMULATED: NOT FOR CARE" in page
    shown = in_this_process("methods", "preterm_birth", *births, "--constraint", "none", *at_home).out
    assert "With 20 more places a week, of 100 births; of women who had the outcome, found:" in shown

    signing = (
        "methods", "sign", dossier["dossier_id"], "--option", "group_intercept", "--cuts", "absolute",
        "--not-stated", "list_only",
        "--why", "The blind model tells Black women too low a risk", "--name", "A. Person", "--role", "equity lead",
    )  # fmt: skip
    signed = in_this_process(*signing, "--json", *at_home)
    assert signed.code == 0, signed.err
    assert signed.last["dossier_digest"] == dossier["dossier_digest"]
    refused(in_this_process(*signing, *at_home), "was decided from already")

    copied = tmp_path / "copied"
    shutil.copytree(dossier["folder"], copied)
    (copied / "decision.json").unlink()
    again = (*signing[:2], copied, *signing[3:])
    refused(in_this_process(*again, *at_home), "by this home's ledger")
    decision = ("--ethnicity", signed.last["decision"])
    elsewhere = ("--home", tmp_path / "elsewhere")
    refused(in_this_process("retrain", "preterm_birth", *births, *decision, *elsewhere), "was not signed in this home")
    altered = json.loads(Path(signed.last["decision"]).read_text(encoding="utf-8"))
    altered["decision"]["cuts"] = "level_up"
    (copied / "decision.json").write_text(json.dumps(altered), encoding="utf-8")
    refused(
        in_this_process("retrain", "preterm_birth", *births, "--ethnicity", copied, *at_home),
        "was not signed in this home as it stands",
    )
    refused(in_this_process("retrain", "preterm_birth", *births, *decision, "--tune", *at_home), "--tune", code=2)
    refused(
        in_this_process("retrain", "haemorrhage", *births, *decision, *at_home), "is about preterm_birth at booking"
    )
    done = in_this_process(
        "retrain", "preterm_birth", *births, "--constraint", "none", *decision, "--policy", advisory_policy,
        "--no-pdf", "--json", *at_home,
    )  # fmt: skip
    assert done.code == 0, done.err
    (trained,) = done.last["retrained"]
    report = Path(trained["report"]).read_text(encoding="utf-8")
    assert "decided by A. Person, equity lead" in report
    assert in_this_process("promote", "preterm_birth", 1, *at_home).code == 0

    with serving(home, free_port, tmp_path) as address:
        black, not_stated = (ask(address, category) for category in ("N", "Z"))
    assert black["groups_read"] == ["ethnic_group"]
    (reason,) = [reason for reason in black["reasons"] if reason["concept"] == "ethnic_group"]
    assert reason["value"] == "Black"
    assert "not biology" in reason["wording"]
    assert not_stated["status"] == "list_only"
    assert "it was decided that she can then be placed in a list" in not_stated["reason"]


def test_a_dossier_that_was_touched_is_not_retrained_by(in_this_process: Command, tmp_path: Path) -> None:
    folder = tmp_path / "dossier"
    folder.mkdir()
    (folder / "decision.json").write_text("{}", encoding="utf-8")
    done = in_this_process(
        "retrain", "preterm_birth", "--source", "simulated", "--data", tmp_path / "births.parquet",
        "--ethnicity", folder, "--home", tmp_path / "home",
    )  # fmt: skip
    refused(done, "holds no decision", "equipartum methods sign")
