"""The command `equipartum`: one subcommand a task; exit 0 done, 1 refused or failed, 2 wrong use."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from equipartum.commands import GROUPS, SUMMARIES
from equipartum.stopping import Stopped, stopped_by_signals
from equipartum.terminal import Terminal
from records.errors import EquipartumError, WrongUse

__all__ = ["application", "in_full", "main", "spread"]

COMMANDS = "equipartum.commands"
# Options that take several values after one name, as a shell's wildcard gives them.
SPREADING = ("--data", "--predictions")
# Set to anything, it shows the traceback of a fault of the program itself.
TRACEBACK = "EQUIPARTUM_TRACEBACK"


def application(asked: Sequence[str] | None = None) -> typer.Typer:
    """The command line with only the command that ``asked`` begins with loaded; every command without ``asked``.

    What a fit needs takes seconds to import. The others are listed by their summaries and cannot be run.
    """
    app = typer.Typer(
        name="equipartum",
        help="Maternity risks trained with fairness constraints, audited for disparity, and served.",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    return _with_commands(app, COMMANDS, SUMMARIES, asked)


def _with_commands(
    app: typer.Typer, package: str, summaries: Mapping[str, str], asked: Sequence[str] | None
) -> typer.Typer:
    for name, summary in summaries.items():
        if asked is not None and name not in asked[:1]:
            app.command(name=name, help=summary)(_listed_only)
            continue
        module = importlib.import_module(f"{package}.{name}")
        if package == COMMANDS and name in GROUPS:
            group = typer.Typer(help=summary, epilog=module.EXAMPLES, no_args_is_help=True, rich_markup_mode="markdown")
            within = None if asked is None else asked[1:]
            app.add_typer(_with_commands(group, module.__name__, module.SUMMARIES, within), name=name)
        else:
            app.command(name=name, help=summary, epilog=module.EXAMPLES)(module.command)
    return app


def _listed_only() -> None:
    """Stands in the list of commands for one that is not loaded."""


def in_full(arguments: Sequence[str]) -> list[str]:
    """`audit --run ID` as `audit run --run ID`: options alone belong to the sub-command that a group is short for; so
    do names that are no sub-command, where it takes names."""
    name, *rest = arguments or [""]
    if name not in GROUPS or not rest or rest[0] == "--help":
        return list(arguments)
    group = importlib.import_module(f"{COMMANDS}.{name}")
    is_named = getattr(group, "TAKES_NAMES", False) and rest[0] not in group.SUMMARIES
    return [name, group.SHORT_FOR, *rest] if rest[0].startswith("-") or is_named else list(arguments)


def spread(arguments: Sequence[str]) -> list[str]:
    """`--data a.zip b.zip` as `--data a.zip --data b.zip`, which is what the parser understands."""
    spread_out: list[str] = []
    current: str | None = None
    given = 0
    for argument in arguments:
        if argument.startswith("-"):
            current = argument if argument in SPREADING else None
            given = 0
        elif current is not None:
            given += 1
            if given > 1:
                spread_out.append(current)
        spread_out.append(argument)
    return spread_out


def main() -> None:
    """Runs the command line; a refusal is one message and exit 1, or 2 for wrong use, never a traceback."""
    _let_threads_rest()
    arguments = in_full(spread(sys.argv[1:]))
    terminal = Terminal(as_json="--json" in arguments)
    # Libraries' deprecation notes are for those who build this, not for those who use it.
    warnings.simplefilter("ignore")
    try:
        with stopped_by_signals():
            application(arguments)(args=arguments, prog_name="equipartum")
    except (Exception, Stopped) as reason:
        if os.environ.get(TRACEBACK) and _is_a_fault(reason):
            raise
        terminal.refuse(_in_one_sentence(reason))
        raise SystemExit(2 if isinstance(reason, WrongUse) else 1) from None


def _let_threads_rest() -> None:
    """LightGBM's threads sleep while they wait for each other, unless the environment says otherwise.

    By default they spin, and where another program wants the processor they spin on what it waits for: on a shared
    machine a fit took 47 s with two threads, 5 s with one, and 4 s with two that sleep. Read by OpenMP once, when it is
    loaded, so this comes before any command is.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _is_a_fault(reason: BaseException) -> bool:
    return not (isinstance(reason, EquipartumError | Stopped | OSError) or _is_of_a_database(reason))


def _is_of_a_database(reason: BaseException) -> bool:
    """By its module's name: SQLAlchemy is not loaded for a command that needs none."""
    return type(reason).__module__.startswith("sqlalchemy.")


def _in_one_sentence(reason: BaseException) -> str:
    """Never the words of an error that is not ours: they may quote a recorded value."""
    if isinstance(reason, EquipartumError):
        return str(reason)
    if isinstance(reason, Stopped):
        return "stopped: a run under way is marked KILLED in the registry and left unregistered; what was done stays"
    if _is_of_a_database(reason):
        said = str(getattr(reason, "orig", None) or type(reason).__name__)
        return f"a database of this home cannot be used ({said}); is another program holding it, or the disk full?"
    if isinstance(reason, OSError):
        place = f": {reason.filename}" if reason.filename else ""
        return f"{reason.strerror or reason or type(reason).__name__}{place}"
    last = traceback.extract_tb(reason.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return f"a fault of this program: {type(reason).__name__} in {where}. Set {TRACEBACK}=1 to see all of it."
