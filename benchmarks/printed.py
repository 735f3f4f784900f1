"""What benchmarks print and are asked: Markdown tables, the more rows the longer it runs, and how much to run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

__all__ = ["asked_of_repeats", "print_heading", "print_row"]


def print_row(*cells: str) -> None:
    """One row of a Markdown table, at once: the next may take minutes."""
    print(f"| {' | '.join(cells)} |", flush=True)


def print_heading(*cells: str) -> None:
    """The names of a table's columns and the line beneath them."""
    print_row(*cells)
    print_row(*["---"] * len(cells))


def asked_of_repeats(description: str | None, parts: Sequence[str]) -> argparse.Namespace:
    """``repeats``, ``sizes`` (births in a sample) and ``parts`` from the command line."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5000, 20_000, 100_000], help="births in a sample")
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    return parser.parse_args()
