"""Where a fit runs is settled before any file is read; threads rest before any library is loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import typer

from equipartum.engine import plain_fit_by
from training.distributed import ClusterFit, DaskMissing


def test_one_process_needs_nothing() -> None:
    assert plain_fit_by("one_process", None, print) is None


def test_dask_is_a_fit_on_that_scheduler() -> None:
    fit = plain_fit_by("dask", "tcp://10.0.0.5:8786", print)
    assert isinstance(fit, ClusterFit)
    assert fit.scheduler == "tcp://10.0.0.5:8786"


@pytest.mark.parametrize(
    ("engine", "scheduler", "said"),
    [("spark", None, "no engine is called 'spark'"), ("one_process", "tcp://10.0.0.5:8786", "add '--engine dask'")],
)
def test_what_makes_no_sense_is_refused(engine: str, scheduler: str | None, said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said):
        plain_fit_by(engine, scheduler, print)


def test_without_dask_it_says_so_before_files_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(DaskMissing, match="not installed"):
        plain_fit_by("dask", None, print)


STARTED = """
import os, sys
from equipartum.command_line import main
sys.argv = ["equipartum", "--help"]
try:
    main()
except SystemExit:
    print("waits", os.environ["OMP_WAIT_POLICY"], "lightgbm" in sys.modules)
"""


@pytest.mark.parametrize(("set_before", "expected"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_rest_unless_told_otherwise(set_before: str | None, expected: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    environment |= {} if set_before is None else {"OMP_WAIT_POLICY": set_before}
    done = subprocess.run([sys.executable, "-c", STARTED], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"waits {expected} False"
