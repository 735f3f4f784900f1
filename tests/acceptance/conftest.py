"""The command line as its users have it: in this process where it can be, in one of its own where that matters."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

import fairness_audits
from equipartum.command_line import TRACEBACK, main
from models.home import Home
from records.sources.simulated import simulate, write_parquet
from tests.acceptance.command_line import Command, Done


@pytest.fixture(scope="session")
def in_this_process() -> Command:
    """`equipartum ARGUMENTS`, through the same `main` as the installed command. A fault of ours is raised, not told."""

    def command(*arguments: object) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            patch.setattr(sys, "argv", ["equipartum", *map(str, arguments)])
            patch.setenv(TRACEBACK, "1")
            patch.setenv("COLUMNS", "240")
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
                main()
        code = left.value.code
        assert code is None or isinstance(code, int)
        return Done(code=code or 0, out=out.getvalue(), err=err.getvalue())

    return command


# One outcome that is known of every woman, and one that is known only of those who were tested.
CHAMPIONS = ("preterm_birth", "gestational_diabetes")


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"COLUMNS": "240", "NO_COLOR": "1", "OMP_NUM_THREADS": "1"} | more


@pytest.fixture(scope="session")
def in_a_process() -> Command:
    """`python -m equipartum ARGUMENTS` in a process of its own."""

    def command(
        *arguments: object,
        cwd: Path | None = None,
        more: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
        timeout: float = 240,
    ) -> Done:
        ended = subprocess.run(
            [sys.executable, "-m", "equipartum", *map(str, arguments)],
            cwd=cwd,
            env=environment(**(more or {})),
            preexec_fn=before,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Done(code=ended.returncode, out=ended.stdout, err=ended.stderr)

    return command


@pytest.fixture(scope="session")
def english_births(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12,000 simulated births of the england scenario."""
    path = tmp_path_factory.mktemp("births") / "england.parquet"
    write_parquet(simulate(12_000, seed=5, scenario="england"), path)
    return path


@pytest.fixture(scope="session")
def advisory_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped policy with nothing blocking and no gate that these births could close: what they happen to show, and
    how many women were tested, must not decide what is tested here."""
    shipped = Path(fairness_audits.__file__).with_name("default_policy.toml").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("policy") / "advisory.toml"
    open_gates = shipped.replace('severity = "blocking"', 'severity = "advisory"').replace(
        "at_least = 0.70", "at_least = 0.20"
    )
    path.write_text(open_gates, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def champion_home(
    tmp_path_factory: pytest.TempPathFactory, in_this_process: Command, english_births: Path, advisory_policy: Path
) -> Home:
    """A home in demo mode whose models were trained, audited and promoted."""
    home = Home(root=tmp_path_factory.mktemp("champion") / "home").prepare()
    home.settings_file.write_text('mode = "demo"\n', encoding="utf-8")
    trained = in_this_process(
        "retrain", *CHAMPIONS, "--no-pdf", "--source", "simulated", "--data", english_births,
        "--policy", advisory_policy, "--home", home.root,
    )  # fmt: skip
    assert trained.code == 0, trained.err
    for outcome in CHAMPIONS:
        promoted = in_this_process("promote", outcome, 1, "--home", home.root)
        assert promoted.code == 0, promoted.err
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One home for all refusals: none of them may leave anything in it."""
    return Home(root=tmp_path_factory.mktemp("refusals") / "home").prepare()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
