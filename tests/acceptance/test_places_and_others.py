"""A home or disk that cannot be written to, others at work in the same home, and a command stopped on its way."""

from __future__ import annotations

import fcntl
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from models.home import Home
from tests.acceptance.command_line import Command, refused
from tests.acceptance.conftest import environment
from training.registry import Registry


def test_a_file_in_the_place_of_the_home(in_this_process: Command, english_births: Path, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    for arguments in (
        ("models",),
        ("retrain", "preterm_birth", "--source", "simulated", "--data", english_births),
    ):
        refused(in_this_process(*arguments, "--home", tmp_path / "home"), "home folder 'home'", "--home")


def test_a_home_below_a_file(in_this_process: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(in_this_process("quickstart", "--no-serve", "--home", tmp_path / "file" / "home"), "cannot be written to")


def test_an_out_that_cannot_be_written(in_this_process: Command, champion_home: Home, english_births: Path) -> None:
    nowhere = champion_home.settings_file / "out.parquet"
    refused(in_this_process("simulate", "--births", 50, "--out", nowhere), "equipartum.toml/out.parquet")
    done = in_this_process(
        "score", "--source", "simulated", "--data", english_births, "--out", nowhere, "--home", champion_home.root
    )
    refused(done, "equipartum.toml/out.parquet")
    short = "pregnancy_id,outcome,risk,observed,ethnic_group\na1,preterm_birth,0.1,true,White\n"
    table = champion_home.cache / "short.csv"
    table.write_text(short)
    refused(
        in_this_process("audit", "--predictions", table, "--out", nowhere), "out.parquet: the report cannot be written"
    )


def test_a_full_disk(in_a_process: Command, english_births: Path, tmp_path: Path) -> None:
    """No file may grow beyond 200 kB, which the registry's does at once."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = in_a_process(
        "retrain", "preterm_birth", "--source", "simulated", "--data", english_births, "--home", tmp_path / "home",
        before=limit,
    )  # fmt: skip
    refused(done, "refused: ", "disk")


def test_a_version_whose_audit_cannot_be_filed_is_told_to_be_registered(
    in_this_process: Command, home: Home, english_births: Path
) -> None:
    """No folder can be made for the audit, as on a full disk."""
    home.prepare()
    (home.audits / "preterm_birth").write_text("")
    asked = ("--source", "simulated", "--data", english_births, "--no-cross-fit", "--no-pdf", "--home", home.root)
    done = in_this_process("retrain", "preterm_birth", *asked)
    (version,) = Registry(home, home.settings()).versions()
    assert done.code == 1
    told = " ".join(done.err.split())
    assert "preterm_birth.booking version 1 was registered as challenger, but its audit could not be filed" in told
    assert f"cannot be promoted: equipartum audit --run {version.run_id[:8]}, or retrain" in told
    assert version.aliases == ("challenger",)
    listed = in_this_process("models", "--home", home.root).out
    assert "may not be promoted: no audit" in listed
    assert "blocked by nothing" not in listed
    refused(in_this_process("promote", "preterm_birth", 1, "--home", home.root), "has no audit")
    # With room again the audit that the message names can be filed.
    (home.audits / "preterm_birth").unlink()
    assert in_this_process("audit", "--run", version.run_id[:8], "--no-pdf", "--home", home.root).code == 0
    assert "no audit" not in in_this_process("models", "--home", home.root).out


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("fhir", "out"),
        ("msds", "out"),
        ("histories", "out"),
        ("cdc_natality", "out.zip"),
        ("parquet", "out.parquet"),
    ],
)
def test_a_disk_without_room_leaves_no_part_of_simulated_births(
    in_a_process: Command, tmp_path: Path, form: str, name: str
) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "of before").write_text("")
    done = in_a_process("simulate", "--births", 2_000, "--format", form, "--out", folder / name, before=limit)
    refused(done, "refused: ")
    assert [one.name for one in folder.iterdir()] == ["of before"]


def test_a_second_writer_is_told_who_holds_the_lock(in_this_process: Command, home: Home, english_births: Path) -> None:
    code = (
        "import sys, models.home as m\n"
        "with m.Home.at(sys.argv[1]).writing('retrain haemorrhage'): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        done = in_this_process(
            "retrain", "preterm_birth", "--source", "simulated", "--data", english_births, "--home", home.root
        )
        holder.stdin.close()
    refused(done, f"process {holder.pid} (retrain haemorrhage, since", "wait for it to end")


@pytest.fixture
def copied_home(champion_home: Home, tmp_path: Path) -> Home:
    """The champion's registry in a home of its own."""
    copy = Home(root=tmp_path / "copy").prepare()
    (copy.root / "registry.db").write_bytes((champion_home.root / "registry.db").read_bytes())
    return copy


@pytest.fixture
def locked(copied_home: Home) -> Iterator[Home]:
    with closing(sqlite3.connect(copied_home.root / "registry.db", isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield copied_home


def test_a_locked_registry(in_this_process: Command, locked: Home) -> None:
    refused(in_this_process("models", "--home", locked.root), "registry does not answer", "holds its lock")


@pytest.mark.parametrize("kept", [0, 4096])
def test_a_corrupt_registry(in_this_process: Command, copied_home: Home, kept: int) -> None:
    database = copied_home.root / "registry.db"
    database.write_bytes(database.read_bytes()[:kept] + b"these are not pages " * 2000)
    refused(in_this_process("models", "--home", copied_home.root), "registry does not answer", "damaged")


def test_a_taken_port(in_this_process: Command, home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for command in ("serve", "quickstart"):
            done = in_this_process(command, "--port", port, "--home", home.root)
            refused(done, f"127.0.0.1:{port} cannot be listened on", "--port")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_retrain_that_is_stopped(english_births: Path, tmp_path: Path, number: signal.Signals) -> None:
    home = Home(root=tmp_path / "home").prepare()
    command = [
        sys.executable, "-m", "equipartum", "retrain", "preterm_birth", "--source", "simulated",
        "--data", str(english_births), "--home", str(home.root),
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    before = ""
    # The last remark before the run is opened in the registry; its fit and audit take seconds.
    while "to fit on" not in before:
        line = process.stderr.readline()
        assert line, f"the retrain ended before it fitted: {before}"
        before += line
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not _statuses(home):
        time.sleep(0.05)
    process.send_signal(number)
    _, after = process.communicate(timeout=60)
    if number is signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 1
        assert "refused: stopped: a run under way is marked KILLED" in after
        assert "Traceback" not in after
        assert _statuses(home) == ["KILLED"]
    assert Registry(home, home.settings()).versions() == []
    with (home.root / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not list(home.audits.glob("*/*/*/report.html"))
    assert (home.root / "registry.db").stat().st_size > 0


def _statuses(home: Home) -> list[str]:
    database = home.root / "registry.db"
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return [status for (status,) in connection.execute("SELECT status FROM runs")]
        except sqlite3.OperationalError:
            return []
