"""A newcomer's first hour: births, a model, its audit, a decision somebody answers for, a service, and its audit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from models.home import Home
from tests.acceptance.command_line import Command
from tests.acceptance.conftest import environment

LONGEST_START_SECONDS = 120
ASKED = {
    "prediction_point": "booking",
    "outcomes": ["preterm_birth"],
    "pregnancy_id": "P-7",
    "facts": {"maternal_age": {"value": 34, "unit": "a"}, "smoking_status": {"value": "never"}},
    "groups": {"group_scheme": "england_2001", "ethnic_category": "M"},
}


@contextmanager
def serving(home: Home, port: int, folder: Path) -> Iterator[str]:
    """`equipartum serve`, started in ``folder``; ends by SIGTERM, which must be a clean end."""
    command = [sys.executable, "-m", "equipartum", "serve", "--port", str(port), "--home", str(home.root)]
    with (folder / "journal").open("wb") as journal:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=journal, stderr=journal)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_ready(process, address, folder / "journal")
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, journal: Path) -> None:
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the service is not ready:\n{journal.read_text()}")


def ask(address: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{address}/v1/risks", data=json.dumps(ASKED).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.loads(response.read())
    return answer


def strict_policy(advisory: Path, folder: Path) -> Path:
    """One in which simulated births block a release, which they always do."""
    text = advisory.read_text(encoding="utf-8")
    start = text.index('check = "FA013"')
    strict = text[:start] + text[start:].replace('severity = "advisory"', 'severity = "blocking"', 1)
    (folder / "strict.toml").write_text(strict, encoding="utf-8")
    return folder / "strict.toml"


def accepting_policy(strict: Path, folder: Path, model_version: str) -> Path:
    """The same, and a person accepts it of one version."""
    today = date.today()
    accepted = f"""
[[acceptance]]
check = "FA013"
outcome = "preterm_birth"
model_version = "{model_version}"
name = "A. Person"
role = "equity lead"
date = {today - timedelta(days=1)}
reason = "Practice with simulated births; no woman is told anything."
expires = {today + timedelta(days=30)}
"""
    (folder / "accepting.toml").write_text(strict.read_text(encoding="utf-8") + accepted, encoding="utf-8")
    return folder / "accepting.toml"


def test_the_whole_path(
    in_this_process: Command, advisory_policy: Path, free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    strict = strict_policy(advisory_policy, tmp_path)
    home = Home(root=tmp_path / "home").prepare()
    home.settings_file.write_text('mode = "demo"\n', encoding="utf-8")
    at_home = ("--home", home.root)

    done = in_this_process("simulate", "--births", 8000, "--seed", 3, "--format", "parquet", "--out", "births.parquet")
    assert done.code == 0
    assert "8,000 simulated births" in done.out

    done = in_this_process(
        "retrain", "preterm_birth", "--source", "simulated", "--data", "births.parquet", "--policy", strict,
        "--json", *at_home,
    )  # fmt: skip
    assert done.code == 0, done.err
    (trained,) = done.last["retrained"]
    assert trained["blocking_findings"] == ["FA013"]

    listed = in_this_process("models", *at_home).out
    assert "challenger" in listed
    assert "SIMULATED" in listed

    refused = in_this_process("promote", "preterm_birth", 1, *at_home)
    assert refused.code == 1
    assert "blocked by FA013. Read its report: audits/preterm_birth/booking/" in refused.err
    assert f"equipartum audit --run {trained['run_id'][:8]} --policy FILE" in refused.err
    (report,) = (at_home[1] / "audits" / "preterm_birth" / "booking").glob("*/report.html")
    assert str(report.relative_to(at_home[1])) in refused.err
    left_out = in_this_process("audit", "--run", trained["run_id"][:8], *at_home)
    assert left_out.code == 1
    assert "changed in strict.toml" in left_out.err
    assert in_this_process("promote", "preterm_birth", 1, *at_home).code == 1
    assert "champion" not in in_this_process("models", "--json", *at_home).last["models"][0]["aliases"]

    accepting = accepting_policy(strict, tmp_path, trained["model_digest"][:12])
    done = in_this_process("audit", "--run", trained["run_id"][:8], "--policy", accepting, "--json", *at_home)
    assert done.code == 0, done.err
    assert done.last["blocking_findings"] == []
    assert "A. Person" in Path(done.last["report"]).read_text(encoding="utf-8")
    assert "nothing in its audit blocks it; FA013 accepted until " in in_this_process("models", *at_home).out

    monkeypatch.setenv("EQUIPARTUM_MODE", "research")
    done = in_this_process("promote", "preterm_birth", 1, *at_home)
    assert done.code == 0, done.err
    assert "takes it up" not in done.out
    assert "Mode of this home: research. The service withholds it: " in done.out
    assert 'set mode = "demo"' in done.out
    monkeypatch.delenv("EQUIPARTUM_MODE")
    done = in_this_process("promote", "preterm_birth", 1, *at_home)
    assert done.code == 0, done.err
    assert "is champion; a running service takes it up by itself." in done.out
    assert "champion" in in_this_process("models", "--json", *at_home).last["models"][0]["aliases"]

    # A folder that has packages of our names, as a working folder of other software may.
    for name in ("serving", "models"):
        (tmp_path / "elsewhere" / name).mkdir(parents=True)
        (tmp_path / "elsewhere" / name / "__init__.py").write_text("raise SystemExit('the wrong package')\n")
    with serving(home, free_port, tmp_path / "elsewhere") as address:
        answer = ask(address)
        with urllib.request.urlopen(f"{address}/v1/models", timeout=60) as response:
            (model,) = json.loads(response.read())["models"]
        report = f"{address}{answer['outcomes']['preterm_birth']['audit']['report']}"
        with urllib.request.urlopen(report, timeout=60) as response:
            assert "A. Person" in response.read().decode()
    told = answer["outcomes"]["preterm_birth"]
    assert answer["notice"] == "SIMULATED: NOT FOR CARE"
    assert told["status"] in ("scored", "list_only")
    assert model["digest"] == trained["model_digest"]
    assert model["audit"]["blocking_findings"] == []

    seen = {"pregnancy_id": ["P-7", "P-8"], "outcome": ["preterm_birth"] * 2, "observed": [True, False]}
    pl.DataFrame(seen).write_csv("since.csv")
    done = in_this_process(
        "audit", "--log", "--observed", "since.csv", "--policy", strict, "--out", "live", "--json", *at_home
    )
    assert done.code == 0, done.err
    # P-8 was never asked about: an outcome that finds no risk is said, not dropped in silence.
    assert "1 of 2 outcomes belong to a risk in the log" in done.err
    (row,) = (
        row
        for row in json.loads(Path("live/audit.json").read_text(encoding="utf-8"))["figures"]
        if row["primary"] and row["level"] == "ethnic_group" and row["group"] == "Black"
    )
    # One woman, one event: shown as 5 by the rounding rule of published maternity figures.
    assert (row["counts"]["n"], row["counts"]["events"]) == (5, 5)
    assert "P-7" not in Path("live/report.html").read_text(encoding="utf-8")
    assert b"P-7" not in b"".join(f.read_bytes() for f in home.root.rglob("service.db*"))
    assert os.environ.get("EQUIPARTUM_HOME") is None
