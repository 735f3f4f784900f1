"""Runs of processes that are gone are told from runs under way, and only those of one's own home are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.home import Home, Settings
from training.interrupted import settle
from training.kept_predictions import KeptPredictions
from training.registry import Registry
from training.run_marks import is_left_behind, marks_of, process_mark
from training.version import BlockedRelease, Version

OPENED_AND_KILLED = """
import os, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
from models.home import Home, Settings
from training.registry import Registry
with Registry(Home(root=Path(sys.argv[1])), Settings(registry_url=sys.argv[2])).run("retrain") as run:
    print(run.run_id, flush=True)
    os.kill(os.getpid(), 9)
"""


def killed_run(home: Home, url: str = "") -> str:
    """A run that a process of its own opened and was killed in."""
    ended = subprocess.run(
        [sys.executable, "-c", OPENED_AND_KILLED, str(home.root), url],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    return ended.stdout.strip()


def settled(home: Home, settings: Settings) -> str:
    said: list[str] = []
    settle(home, settings, said.append)
    return "\n".join(said)


def test_a_home_ends_its_own_runs_in_a_registry_that_others_share(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    settings = Settings(registry_url=url)
    ours, theirs = (Home(root=tmp_path / name).prepare() for name in ("ours", "theirs"))
    killed = killed_run(ours, url)
    kept = KeptPredictions.of(ours, killed).folder
    kept.mkdir(parents=True)
    with Registry(ours, settings).run("under way here") as alive:
        assert settled(theirs, settings) == ""
        told = settled(ours, settings)
        assert told == f"run {killed[:8]} was under way when its process was killed: it is marked KILLED, and " + (
            "registered nothing"
        )
        assert settled(ours, settings) == ""
    assert alive.run_id != killed
    assert not kept.exists()


def test_a_home_without_a_registry_is_not_given_one(tmp_path: Path) -> None:
    home = Home(root=tmp_path / "home").prepare()
    assert settled(home, Settings()) == ""
    assert not home.registry_file.exists()


def test_what_is_left_behind(tmp_path: Path) -> None:
    home, other = (Home(root=tmp_path / name).prepare() for name in ("one", "another"))
    marks = marks_of(home)
    assert marks == marks_of(home)
    process = marks["equipartum.process"]

    def left(process: str, *, shared: bool = False, asking: Home = home) -> bool:
        tags = {**marks, "equipartum.process": process}
        return is_left_behind(tags, asking, is_registry_shared=shared)

    assert not left(process)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        of_child = process_mark(child.pid)
        assert of_child is not None
        assert not left(of_child)
        child.kill()
        child.wait()
    assert left(of_child)
    # The number was given to another process since: ours started at another time than the mark says.
    number, _, since = process.partition("-")
    assert left(f"{number}-1{since}")
    # Opened by an older version, which left no mark.
    assert is_left_behind({}, home, is_registry_shared=False)
    assert not is_left_behind({}, home, is_registry_shared=True)
    assert left(of_child, shared=True)
    assert not left(of_child, shared=True, asking=other)
    assert (home.cache / "home_mark").stat().st_mode & 0o777 == 0o600


def _after(writes: int, of: Callable[..., Any]) -> Callable[..., Any]:
    """The same, until the process is killed before it has written so often."""
    done = 0

    def write(*arguments: Any) -> Any:
        nonlocal done
        if done == writes:
            raise KeyboardInterrupt
        done += 1
        return of(*arguments)

    return write


@pytest.mark.parametrize("accepted", [False, True])
def test_a_version_is_never_free_between_two_tags(
    twice: Any, monkeypatch: pytest.MonkeyPatch, *, accepted: bool
) -> None:
    """A new audit blocks what was free, or accepts what was blocked; killed at any tag it is held back, or as it was
    or as it becomes."""
    registry: Registry = twice.registry
    version: Version = twice.second.version
    free = replace(version.tags, blocking_findings=(), accepted_until=(), audit_id="first", status="adequate")
    blocked = replace(free, blocking_findings=("FA002",))
    before = blocked if accepted else free
    after = replace(
        free if accepted else blocked, audit_id="second", accepted_until=("FA002 2001-01-01",) if accepted else ()
    )
    write = registry._client.set_model_version_tag
    for writes in range(2 * len(after.to_tags())):
        held = registry.retag(version, before)
        with monkeypatch.context() as patch:
            patch.setattr(registry._client, "set_model_version_tag", _after(writes, write))
            with pytest.raises(KeyboardInterrupt):
                registry.retag(held, after)
        found = registry.version(version.outcome, version.prediction_point, version.version)
        if found.tags != before:
            with pytest.raises(BlockedRelease):
                registry.promote(found)
    assert registry.retag(version, version.tags).tags == version.tags
