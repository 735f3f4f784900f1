"""What a command says: progress and remarks on stderr, its result on stdout, one JSON object last if asked for."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["Terminal"]


class Terminal:
    """One command's voice. ``say`` has the shape of the progress callbacks that training and sources take."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self._remarks = Console(stderr=True, highlight=False, soft_wrap=True)
        # A table that is read by a program, or kept in a file, is not cut to the 80 columns of a terminal.
        self._results = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
        self._began = time.monotonic()

    def say(self, remark: str) -> None:
        """A remark with the seconds since the command began."""
        self._remarks.print(f"[dim]{time.monotonic() - self._began:6.1f} s[/dim]  ", end="")
        self._remarks.print(remark, markup=False)

    def rows_so_far(self) -> Callable[[str, int], None]:
        """A callback for long reads that speaks at most every two seconds."""
        spoken = time.monotonic()

        def progress(stage: str, rows: int) -> None:
            nonlocal spoken
            if time.monotonic() - spoken > 2:
                spoken = time.monotonic()
                self.say(f"{stage}: {rows:,} rows")

        return progress

    def show(self, text: str = "") -> None:
        """A line of the result, for a person; silent when the result is JSON."""
        if not self.as_json:
            self._results.print(text, markup=False)

    def show_table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        if self.as_json:
            return
        table = Table(title=title, title_justify="left", title_style="bold")
        for index, column in enumerate(columns):
            table.add_column(column, justify="left" if index == 0 else "right", overflow="fold")
        for row in rows:
            table.add_row(*(str(cell) for cell in row))
        self._results.print(table)

    def finish(self, result: Mapping[str, Any]) -> None:
        """The result as one JSON object on the last line of stdout, if the command was given --json."""
        if self.as_json:
            sys.stdout.write(json.dumps(result, default=str, sort_keys=True) + "\n")
            sys.stdout.flush()

    def refuse(self, message: str, result: Mapping[str, Any] | None = None) -> None:
        """Why the command stopped; with --json also in the object on stdout, beside the ``result`` so far."""
        self._remarks.print("[bold red]refused:[/bold red] ", end="")
        self._remarks.print(message, markup=False)
        self.finish({**(result or {}), "refused": message})
