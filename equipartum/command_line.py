"""The command `equipartum`: one subcommand a task; exit 0 done, 1 refused or failed, 2 wrong use."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence

import typer

from equipartum.commands import audit, models, promote, quickstart, retrain, score, serve, simulate
from equipartum.terminal import Terminal
from records.errors import EquipartumError

__all__ = ["app", "main", "spread"]

app = typer.Typer(
    name="equipartum",
    help="Maternity risks trained with fairness constraints, audited for disparity, and served.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (quickstart, retrain, audit, models, promote, serve, score, simulate):
    app.command(name=module.NAME, epilog=module.EXAMPLES)(module.command)

# Options that take several values after one name, as a shell's wildcard gives them.
SPREADING = ("--data", "--predictions")


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
    """Runs the command line; a refusal is one message and exit 1, never a traceback."""
    arguments = spread(sys.argv[1:])
    terminal = Terminal(as_json="--json" in arguments)
    # Libraries' deprecation notes are for those who build this, not for those who use it.
    warnings.simplefilter("ignore")
    try:
        app(args=arguments)
    except EquipartumError as refusal:
        terminal.refuse(str(refusal))
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        terminal.refuse("stopped; what was under way is marked as stopped in the registry, and nothing was promoted")
        raise SystemExit(1) from None
    except OSError as failure:
        place = f" ({failure.filename})" if failure.filename else ""
        terminal.refuse(f"{failure.strerror or type(failure).__name__}{place}")
        raise SystemExit(1) from None
