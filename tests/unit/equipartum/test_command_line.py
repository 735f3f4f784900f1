"""Small laws of the command line: several values after one option, one sentence for a fault, a stop that is seen."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from equipartum.command_line import _in_one_sentence, in_full, spread
from equipartum.out_file import UnwritableFile, refuse_unwritable
from equipartum.stopping import SIGNALS, Stopped, stopped_by_signals

VALUES = st.text(alphabet="abz.019_/", min_size=1, max_size=6)


@given(data=st.lists(VALUES, min_size=1, max_size=5), tables=st.lists(VALUES, min_size=1, max_size=3))
def test_several_values_are_each_given_their_option(data: list[str], tables: list[str]) -> None:
    arguments = ["retrain", "preterm_birth", "--data", *data, "--seed", "3", "--predictions", *tables]
    expected = [part for value in data for part in ("--data", value)]
    expected_tables = [part for value in tables for part in ("--predictions", value)]
    assert spread(arguments) == ["retrain", "preterm_birth", *expected, "--seed", "3", *expected_tables]
    assert spread(spread(arguments)) == spread(arguments)


@pytest.mark.parametrize("options", [["--run", "3f9c"], ["--json", "--log"], ["--home", "h", "--run", "x", "--help"]])
def test_options_after_a_group_are_those_of_the_sub_command_it_is_short_for(options: list[str]) -> None:
    assert in_full(["audit", *options]) == ["audit", "run", *options]
    assert in_full(["audit", "run", *options]) == ["audit", "run", *options]


@pytest.mark.parametrize(
    "arguments", [[], ["audit"], ["audit", "--help"], ["audit", "list", "--json"], ["models", "--json"]]
)
def test_nothing_else_is_added_to_what_was_typed(arguments: list[str]) -> None:
    assert in_full(arguments) == arguments


def test_a_fault_is_told_by_its_place_and_not_by_its_words() -> None:
    """The words of a foreign error may quote what is recorded of a woman."""
    try:
        raise RuntimeError("glucose of P-7 is 11.2")
    except RuntimeError as fault:
        said = _in_one_sentence(fault)
    assert "RuntimeError in test_command_line.py, line" in said
    assert "11.2" not in said
    assert "P-7" not in said


def test_a_database_fault_quotes_no_statement() -> None:
    with sa.create_engine("sqlite://").connect() as connection, pytest.raises(sa.exc.SQLAlchemyError) as fault:
        connection.execute(sa.text("SELECT risk FROM nowhere WHERE pregnancy_id = :id"), {"id": "P-7"})
    said = _in_one_sentence(fault.value)
    assert "no such table: nowhere" in said
    assert "P-7" not in said
    assert "SELECT" not in said


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_raised_once_and_the_handlers_come_back(number: signal.Signals) -> None:
    before = [signal.getsignal(each) for each in SIGNALS]
    cleaned_up = []

    def interrupted() -> None:
        with stopped_by_signals():
            try:
                os.kill(os.getpid(), number)
            finally:
                # A second press of Ctrl-C, while what was begun is undone.
                os.kill(os.getpid(), number)
                cleaned_up.append(True)

    with pytest.raises(Stopped):
        interrupted()
    assert cleaned_up == [True]
    assert [signal.getsignal(each) for each in SIGNALS] == before


class _AskedByCompiledCode:
    """Its end is called from compiled code, which can only ignore what is raised in it."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_stop_that_compiled_code_swallows_is_raised_again(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    went_on = []

    def interrupted() -> None:
        with stopped_by_signals():
            asked = _AskedByCompiledCode(number)
            del asked
            time.sleep(30)
            went_on.append(True)

    with pytest.raises(Stopped):
        interrupted()
    assert went_on == []
    assert capsys.readouterr().err == ""


def test_a_fault_made_of_a_stop_is_told_as_the_stop() -> None:
    def interrupted() -> None:
        with stopped_by_signals():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            except Stopped as stopped:
                raise TypeError("a callback failed") from stopped

    with pytest.raises(Stopped):
        interrupted()


def test_a_fault_without_a_stop_stays_itself() -> None:
    with pytest.raises(TypeError), stopped_by_signals():
        raise TypeError


def test_asking_whether_a_file_can_be_written_leaves_nothing(tmp_path: Path) -> None:
    refuse_unwritable(tmp_path / "new.csv")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old.csv").write_text("kept")
    refuse_unwritable(tmp_path / "old.csv")
    assert (tmp_path / "old.csv").read_text() == "kept"
    with pytest.raises(UnwritableFile, match="--out"):
        refuse_unwritable(tmp_path / "nowhere" / "new.csv")
