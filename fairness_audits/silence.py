"""Rows of other tables without any number, where a count of theirs is kept back in the table they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from fairness_audits.comparators import Comparison
from fairness_audits.figures import Figure, hidden
from fairness_audits.gates import without

__all__ = ["silenced", "silent_row"]

Row = TypeVar("Row")


def silenced(comparison: Comparison, groups: frozenset[str], not_fit: Mapping[str, str]) -> Comparison:
    """The comparison without any number of these ``groups``, nor what a data-quality gate keeps back."""
    kept = without(comparison, not_fit)
    return replace(kept, rows=tuple(silent_row(row) if row.group in groups else row for row in kept.rows))


def silent_row(row: Row) -> Row:
    """A dataclass with every figure hidden and every number None; an undefined figure stays undefined."""
    held = {one.name: getattr(row, one.name) for one in fields(row)}  # type: ignore[arg-type]
    silent: dict[str, Any] = {}
    for name, value in held.items():
        if isinstance(value, Figure):
            silent[name] = value if value.is_undefined else hidden(value.estimand)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            silent[name] = None
    return replace(row, **silent)  # type: ignore[type-var]
