"""Of each outcome the file can hold, by each definition: whom it was looked for in, and how many had it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fairness_audits.data_audit.printing import PrintedCounts
from fairness_audits.data_audit.questions import Questions, Reading
from fairness_audits.families import Cell
from fairness_audits.figures import Figure

__all__ = ["OutcomeRow", "RecordedOutcome", "outcomes_recorded"]

SUMS = ("population", "population_unknown", "tested", "measured", "known", "events")


@dataclass(frozen=True, kw_only=True)
class OutcomeRow:
    """One group. ``difference`` is the share whose outcome is known, less everyone else's."""

    level: str
    group: str
    counts: Mapping[str, int | None]
    figures: Mapping[str, Figure]

    def __getitem__(self, estimand: str) -> Figure:
        return self.figures[estimand]

    def to_dict(self) -> dict[str, Any]:
        figures = {name: one.to_dict() for name, one in self.figures.items()}
        return {**vars(self), "counts": dict(self.counts), "figures": figures}


@dataclass(frozen=True, kw_only=True)
class RecordedOutcome:
    """One outcome by one definition; ``rows`` are everyone, then each level's groups."""

    reading: Reading
    rows: tuple[OutcomeRow, ...]

    @property
    def everyone(self) -> OutcomeRow:
        return self.rows[0]

    def of_level(self, level: str) -> tuple[OutcomeRow, ...]:
        return tuple(row for row in self.rows if row.level == level)

    def to_dict(self) -> dict[str, Any]:
        definition = self.reading.definition
        return {
            "outcome": self.reading.outcome.name,
            "title": self.reading.outcome.title,
            "definition": str(definition),
            "authority": definition.authority,
            "is_proxy": definition.is_proxy,
            "cautions": list(definition.cautions),
            "is_first": self.reading.is_first,
            "tested_by": definition.tested_by if self.reading.has_test else None,
            "rows": [row.to_dict() for row in self.rows],
        }


def outcomes_recorded(questions: Questions, printed: PrintedCounts) -> Iterator[RecordedOutcome]:
    for reading in questions.readings:
        yield RecordedOutcome(reading=reading, rows=tuple(_row(reading, cell, printed) for cell in printed.counts))


def _row(reading: Reading, cell: Cell, printed: PrintedCounts) -> OutcomeRow:
    names = {name: f"{reading.key}:{name}" for name in SUMS if reading.has_test or name != "tested"}
    counts = {name: printed.counts[cell][key] for name, key in names.items()}
    population = names["population"]
    figures = {
        "measured": printed.share("measured", cell, names["measured"], population),
        "outcome_known": printed.share("outcome_known", cell, names["known"], population),
        "event_rate": printed.share("event_rate", cell, names["events"], names["known"]),
    }
    if reading.has_test:
        figures["tested"] = printed.share("tested", cell, names["tested"], population)
    figures["difference"] = printed.difference(cell, names["known"], population)
    return OutcomeRow(level=cell[0], group=cell[1], counts=counts, figures=figures)
