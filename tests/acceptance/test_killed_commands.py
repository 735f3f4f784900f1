"""Ctrl-C and kill -9 in a retrain and in a tuning: what is left is consistent, marked, and gone on with."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from models.home import Home
from records.sources.simulated import simulate, write_parquet
from tests.acceptance.command_line import Command, Done
from tests.acceptance.conftest import environment
from training.kept_predictions import KeptPredictions
from training.registry import Registry
from training.version import BlockedRelease

OUTCOME, POINT = "preterm_birth", "booking"
KILL, CTRL_C = signal.SIGKILL, signal.SIGINT
SECONDS_TO_GET_THERE = 200

Retrain = Callable[..., list[object]]
Moment = Callable[[Home], object]


def _asked(database: Path, question: str) -> list[tuple[str, ...]]:
    """Of a database that another process may be making."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(database)) as connection:
        try:
            return connection.execute(question).fetchall()
        except sqlite3.OperationalError:
            return []


def runs(home: Home) -> list[tuple[str, ...]]:
    """(id, status), oldest first, of commands; the fits of a frontier are runs of their own below them."""
    below = "SELECT run_uuid FROM tags WHERE key = 'mlflow.parentRunId'"
    return _asked(
        home.registry_file, f"SELECT run_uuid, status FROM runs WHERE run_uuid NOT IN ({below}) ORDER BY start_time"
    )


def study(home: Home) -> Path | None:
    return next(home.cache.glob("*/tuning-*.db"), None)


def under_way(home: Home) -> list[str]:
    return [run for run, status in runs(home) if status == "RUNNING"]


def predictions_kept(home: Home) -> bool:
    return any(KeptPredictions.of(home, run).context.exists() for run in under_way(home))


def registered(home: Home) -> bool:
    versions = {run for (run,) in _asked(home.registry_file, "SELECT run_id FROM model_versions")}
    return not versions.isdisjoint(under_way(home))


def half_audited(home: Home) -> bool:
    return any(home.audits.glob("*/*/.unfinished-*"))


def trials(home: Home) -> list[str]:
    """The state of each trial of the search, in order."""
    file = study(home)
    return [] if file is None else [state for (state,) in _asked(file, "SELECT state FROM trials ORDER BY number")]


def later_trial_under_way(home: Home) -> bool:
    return len(trials(home)) > 2 and "RUNNING" in trials(home)


def registry_half_made(home: Home) -> bool:
    # A journal beside it comes and goes.
    with suppress(FileNotFoundError):
        return any(file.stat().st_size > 100_000 for file in home.root.glob(".registry.db.*"))
    return False


def stopped(arguments: list[object], number: signal.Signals, home: Home, moment: Moment) -> Done:
    """The command in a process of its own, sent that signal as soon as the home shows that it is there."""
    said = home.root.parent / "said.txt"
    with said.open("w") as remarks:
        process = subprocess.Popen(
            [sys.executable, "-m", "equipartum", *map(str, arguments)],
            env=environment(), stdout=subprocess.DEVNULL, stderr=remarks,
        )  # fmt: skip
    deadline = time.monotonic() + SECONDS_TO_GET_THERE
    while not moment(home):
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.002)
    process.send_signal(number)
    return Done(code=process.wait(timeout=120), out="", err=said.read_text())


def is_whole(database: Path | None) -> bool:
    assert database is not None
    return _asked(database, "PRAGMA integrity_check") == [("ok",)]


def require_consistent(home: Home) -> None:
    """Whenever it was stopped: each version says whether it is audited, and only an audited one can be promoted."""
    registry = Registry(home, home.settings())
    assert is_whole(home.registry_file)
    champion = registry.champion(OUTCOME, POINT)
    assert champion is not None
    assert champion.version == 1
    for version in registry.versions():
        if version.tags.audit_id:
            assert (home.audit_folder(OUTCOME, POINT, version.tags.audit_id) / "audit.json").is_file()
        else:
            with pytest.raises(BlockedRelease, match="has no audit"):
                registry.promote(version)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory, advisory_policy: Path) -> Retrain:
    births = tmp_path_factory.mktemp("births") / "england.parquet"
    write_parquet(simulate(9_000, seed=5, scenario="england"), births)

    def retrain(home: Home, *more: object) -> list[object]:
        return [
            "retrain", OUTCOME, "--source", "simulated", "--data", births, "--policy", advisory_policy, "--no-pdf",
            "--home", home.root, *more,
        ]  # fmt: skip

    return retrain


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, in_this_process: Command, arguments: Retrain) -> Home:
    """A home whose version 1 is champion, and stays it whatever is killed."""
    home = Home(root=tmp_path_factory.mktemp("served") / "home").prepare()
    trained = in_this_process(*arguments(home))
    assert trained.code == 0, trained.said
    promoted = in_this_process("promote", OUTCOME, 1, "--home", home.root)
    assert promoted.code == 0, promoted.said
    return home


def test_a_retrain_killed_at_any_moment(served: Home, arguments: Retrain, in_this_process: Command) -> None:
    """One home, one kill after another; the next command that may write, whatever it is for, settles each."""
    for moment in (predictions_kept, registered, half_audited):
        stopped(arguments(served), KILL, served, moment)
        require_consistent(served)
        (left,) = under_way(served)
        settled = in_this_process("promote", OUTCOME, 1, "--home", served.root)
        assert settled.code == 0, settled.said
        assert f"run {left[:8]} was under way when its process was killed: it is marked KILLED" in settled.err
        assert dict(runs(served))[left] == "KILLED"
        assert not half_audited(served)
        versions = {version.run_id for version in Registry(served, served.settings()).versions()}
        assert (left in versions) == ("registered nothing" not in settled.err)
        assert KeptPredictions.of(served, left).folder.exists() == (left in versions)
        require_consistent(served)

    assert "KILLED" not in in_this_process("promote", OUTCOME, 1, "--home", served.root).err
    champion = Registry(served, served.settings()).champion(OUTCOME, POINT)
    again = in_this_process(*arguments(served, "--json"))
    assert again.code == 0, again.said
    assert champion is not None
    assert again.last["retrained"][0]["model_digest"] == champion.tags.model_digest
    require_consistent(served)


def test_ctrl_c_while_the_audit_is_written(served: Home, arguments: Retrain) -> None:
    done = stopped(arguments(served), CTRL_C, served, half_audited)
    assert done.code == 1
    assert "refused: stopped: a run under way is marked KILLED" in done.err
    assert runs(served)[-1][1] == "KILLED"
    assert not half_audited(served)
    require_consistent(served)


def test_a_registry_that_was_being_made_is_made_anew(tmp_path: Path, arguments: Retrain, in_a_process: Command) -> None:
    """Its tables take seconds to make. What was half made is never taken for a registry."""
    home = Home(root=tmp_path / "home").prepare()
    stopped(arguments(home), KILL, home, registry_half_made)
    assert not home.registry_file.exists()
    listed = in_a_process("models", "--home", home.root)
    assert listed.code == 0, listed.said
    assert is_whole(home.registry_file)
    assert not list(home.root.glob(".registry.db.*"))


@pytest.mark.parametrize("number", [KILL, CTRL_C])
def test_a_tuning_that_is_stopped_goes_on(
    tmp_path: Path, arguments: Retrain, in_this_process: Command, number: signal.Signals
) -> None:
    home = Home(root=tmp_path / "home").prepare()
    tuning = ("--tune", "--tune-trials", 6, "--json")
    done = stopped(arguments(home, *tuning), number, home, later_trial_under_way)
    assert done.code != 0
    assert [status for _, status in runs(home)] == ["KILLED" if number is CTRL_C else "RUNNING"]
    assert is_whole(study(home))
    assert Registry(home, home.settings()).versions() == []
    left = trials(home)
    finished = sum(state in ("COMPLETE", "PRUNED") for state in left)
    assert 2 <= finished < 6

    resumed = in_this_process(*arguments(home, *tuning))
    assert resumed.code == 0, resumed.said
    assert f"tuning goes on after {finished} trials of an earlier call" in resumed.err
    told = resumed.last["retrained"][0]["tuning"]
    assert (told["tuning.trials"], told["tuning.failed"]) == (6, len(left) - finished)
    assert trials(home)[: len(left)] == ["FAIL" if state == "RUNNING" else state for state in left]
    assert is_whole(study(home))
    (version,) = Registry(home, home.settings()).versions()
    assert version.tags.audit_id
    assert sorted(status for _, status in runs(home)) == ["FINISHED", "KILLED"]
