"""The figures of an earlier audit, read back from its `audit.json` by what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairness_audits.figures import Section

__all__ = ["PreviousRow", "previous_rows"]


@dataclass(frozen=True, kw_only=True)
class PreviousRow:
    """One row as printed then: counts, and of each figure (value, low, high). What was hidden is None."""

    counts: Mapping[str, int | None]
    figures: Mapping[str, tuple[float | None, float | None, float | None]]


def previous_rows(before: Mapping[str, Any] | None, section: Section) -> dict[tuple[str, str, str], PreviousRow]:
    """By (operating point, level, group), of the same question and scorer; another version of a model is the same one.

    Empty where there was no earlier audit, or it was written in another form.
    """
    if before is None:
        return {}
    asked = (section.outcome, section.outcome_definition, section.prediction_point, section.scored_by)
    try:
        return {
            (row["operating_point"], row["level"], row["group"]): PreviousRow(
                counts=dict(row["counts"]),
                figures={name: (f["value"], f["low"], f["high"]) for name, f in row["figures"].items()},
            )
            for row in before["figures"]
            if (row["outcome"], row["outcome_definition"], row["prediction_point"], row["scored_by"]) == asked
        }
    except (KeyError, TypeError, AttributeError):
        return {}
