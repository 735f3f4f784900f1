"""What --tune may be asked together with."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from equipartum.command_line import application

ASKED = ["retrain", "preterm_birth", "--source", "simulated", "--data", "nowhere.parquet"]


@pytest.mark.parametrize("option", ["--tune-minutes", "--tune-trials"])
def test_how_long_without_a_search_is_wrong_use(option: str) -> None:
    done = CliRunner().invoke(application(ASKED), [*ASKED, option, "3"])
    assert done.exit_code == 2
    assert "give --tune too" in done.output


@pytest.mark.parametrize("more", [["--tune-minutes", "0"], ["--tune-trials", "0"]])
def test_a_search_without_time_is_refused_before_a_file_is_read(more: list[str]) -> None:
    done = CliRunner().invoke(application(ASKED), [*ASKED, "--tune", *more])
    assert done.exit_code == 1
    assert "tuning needs" in str(done.exception)
