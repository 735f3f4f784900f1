"""Home and settings: precedence, one writer, and refusals that say what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.home import Home, HomeIsBusy, Settings, UnusableHome, UnusableSettings


def home_with(folder: Path, content: str) -> Home:
    home = Home.at(folder).prepare()
    home.settings_file.write_text(content)
    return home


def test_flag_over_environment_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_with(tmp_path, "port = 4000\nworkers = 2\n")
    assert home.settings().port == 4000
    monkeypatch.setenv("EQUIPARTUM_PORT", "5000")
    assert home.settings().port == 5000
    assert home.settings(port=6000).port == 6000
    assert home.settings().workers == 2
    assert home.settings().host == Settings().host


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("prot = 1\n", "unknown setting 'prot'"),
        ('port = "3000"\n', "type int"),
        ("port = 70000\n", "from 0 to 65535"),
        ('mode = "production"\n', "demo, research, live"),
        ("port = \n", "cannot be read"),
        ("workers = 0\n", "at least 1"),
        ("workers = true\n", "workers is a whole number"),
        ("port = true\n", "port is a whole number"),
        ("champion_poll_seconds = nan\n", "champion_poll_seconds is a number, at least 0.5"),
        ("champion_poll_seconds = inf\n", "champion_poll_seconds"),
        ("champion_poll_seconds = 0\n", "champion_poll_seconds"),
        ("champion_poll_seconds = true\n", "champion_poll_seconds"),
        ("request_body_limit = 1023\n", "request_body_limit is a whole number, at least 1024"),
        ("batch_body_limit = -1\n", "batch_body_limit"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(UnusableSettings, match=says):
        home_with(tmp_path, content).settings()


def test_a_wrong_environment_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUIPARTUM_PORT", "many")
    with pytest.raises(UnusableSettings, match="EQUIPARTUM_PORT"):
        Home.at(tmp_path).settings()


def test_the_environment_names_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EQUIPARTUM_HOME", str(tmp_path / "there"))
    assert Home.at().root == tmp_path / "there"
    assert Home.at(tmp_path / "flag").root == tmp_path / "flag"


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableHome, match="--home"):
        Home.at(tmp_path / "file").prepare()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_home_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UnusableHome, match="cannot be written to"):
        Home.at(tmp_path / "home").prepare()


def test_the_second_writer_is_told_who_holds_the_home(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    second = (
        "import sys; from models.home import Home, HomeIsBusy\n"
        "try:\n"
        "    with Home.at(sys.argv[1]).writing('second'): print('in')\n"
        "except HomeIsBusy as refusal: print(refusal)\n"
    )
    with home.writing("retrain preterm_birth"):
        told = subprocess.run([sys.executable, "-c", second, str(tmp_path)], capture_output=True, text=True, check=True)
    assert f"process {os.getpid()} (retrain preterm_birth" in told.stdout
    freed = subprocess.run([sys.executable, "-c", second, str(tmp_path)], capture_output=True, text=True, check=True)
    assert freed.stdout.strip() == "in"


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    holds = (
        "import os, sys; from models.home import Home\n"
        "with Home.at(sys.argv[1]).writing('x'): os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", holds, str(tmp_path)], check=False)
    with Home.at(tmp_path).writing("after"):
        assert json.loads(Home.at(tmp_path).lock_file.read_text())["purpose"] == "after"


def test_a_busy_home_is_refused_in_one_process_too(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    with home.writing("first"), pytest.raises(HomeIsBusy, match="first"), home.writing("second"):
        pytest.fail("two writers in one home")
