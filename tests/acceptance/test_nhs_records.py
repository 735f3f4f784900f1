"""From simulated NHS records to audited versions at several prediction points, by the commands of the how-to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.command_line import Command, refused


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nhs") / "extract"


def test_an_extract_is_written_looked_at_and_trained_on(
    in_this_process: Command, extract: Path, tmp_path: Path
) -> None:
    written = in_this_process("simulate", "--births", 6000, "--seed", 2, "--format", "msds", "--out", extract)
    assert written.code == 0, written.err
    source = ("--source", "msds", "--data", extract, "--home", tmp_path / "home")
    looked = in_this_process("audit", "data", *source, "--out", tmp_path / "data")
    assert looked.code == 0, looked.said

    planned = in_this_process("retrain", "preterm_birth", *source, "--at", "weeks_28", "--dry-run")
    assert planned.code == 0, planned.said
    for reason in ("no longer pregnant", "not booked by then", "care moved elsewhere"):
        assert reason in planned.out

    outcomes = ("preterm_birth", "postpartum_depression")
    done = in_this_process("retrain", *outcomes, *source, "--at", "every", "--no-pdf", "--no-cross-fit", "--json")
    assert done.code == 0, done.said
    names = [one["name"] for one in done.last["retrained"]]
    assert names == [
        "preterm_birth.booking",
        "preterm_birth.weeks_16",
        "preterm_birth.weeks_20",
        "preterm_birth.weeks_28",
        "postpartum_depression.booking",
        "postpartum_depression.birth",
    ]
    summary = done.last["summary"]
    assert [(one["name"], one["version"]) for one in summary] == [(name, 1) for name in names]
    # Two in five women answered the EPDS: below the policy's gate nothing is told of who is found.
    for one, retrained in zip(summary, done.last["retrained"], strict=True):
        assert one["found"].startswith("withheld") == (retrained["definition"] == "EPDS total >= 13")
        blocking = [f"blocked by {', '.join(codes)}"] if (codes := retrained["blocking_findings"]) else []
        too_few = [] if retrained["status"] == "adequate" else [f"for {retrained['status']}"]
        assert one["stands_against"] == [*blocking, *too_few]
        assert one["may_be_promoted"] == (not one["stands_against"])
    definitions = {one["definition"] for one in done.last["retrained"][4:]}
    assert definitions == {"EPDS total >= 13"}
    assert "Simulated births: not for care" in done.said


def test_a_folder_that_is_no_extract_is_refused_by_name(in_this_process: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = in_this_process("retrain", "preterm_birth", "--source", "msds", "--data", tmp_path / "empty", "--dry-run")
    refused(done, "no MSDS tables", "MSD101PregnancyBooking")


def test_an_audit_says_in_which_group_an_offer_stops(in_this_process: Command, tmp_path: Path) -> None:
    treated = tmp_path / "treated"
    made = in_this_process(
        "simulate", "--births", 9000, "--seed", 6, "--format", "fhir", "--treatments", "--out", treated
    )
    assert made.code == 0, made.err
    done = in_this_process(
        "retrain", "preterm_birth", "--at", "weeks_20", "--source", "fhir", "--data", treated, "--home",
        tmp_path / "home", "--constraint", "none", "--no-pdf", "--no-cross-fit", "--json",
    )  # fmt: skip
    assert done.code == 0, done.said
    audit = json.loads(next((tmp_path / "home").rglob("audit.json")).read_text("utf-8"))
    everyone = {row["step"]: row for row in audit["models"][0]["cascade"] if row["group"] == "Everyone"}
    assert list(everyone) == ["offered", "accepted", "received"]
    # The clinic is offered after a preterm birth: to some of these women, and to nobody else.
    assert 0 < everyone["offered"]["recorded"] < 0.2 * everyone["offered"]["women"]
    assert everyone["offered"]["yes"] > everyone["accepted"]["yes"] > everyone["received"]["yes"] > 0
    report = next((tmp_path / "home").rglob("report.html")).read_text("utf-8")
    assert "(preterm birth prevention clinic, with cervical length scans)" in report
