"""How often each fact is not recorded, group by group, and against everyone else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fairness_audits.data_audit.printing import PrintedCounts
from fairness_audits.data_audit.questions import Questions
from fairness_audits.figures import Figure
from records.clock import PredictionPoint
from records.concepts import CONCEPTS
from records.records import Records

__all__ = ["FactRow", "facts_recorded"]


@dataclass(frozen=True, kw_only=True)
class FactRow:
    """One fact of one group. ``asked`` leaves out those for whom it has no meaning, as history in a first pregnancy.

    ``difference`` is the group's share less everyone else's.
    """

    level: str
    group: str
    concept: str
    title: str
    known_from: PredictionPoint
    asked: int | None
    missing: int | None
    not_recorded: Figure
    difference: Figure

    def to_dict(self) -> dict[str, Any]:
        figures = {name: getattr(self, name).to_dict() for name in ("not_recorded", "difference")}
        return {**vars(self), "known_from": self.known_from.name, **figures}


def facts_recorded(records: Records, questions: Questions, printed: PrintedCounts) -> Iterator[FactRow]:
    """Each fact in turn, in the order in which care comes to know them: everyone, then each level's groups."""
    for name in sorted(questions.concepts, key=lambda concept: records.known_from[concept]):
        part, whole = f"{name}:missing", f"{name}:asked"
        for (level, group), counts in printed.counts.items():
            yield FactRow(
                level=level,
                group=group,
                concept=name,
                title=CONCEPTS[name].title,
                known_from=records.known_from[name],
                asked=counts[whole],
                missing=counts[part],
                not_recorded=printed.share("not_recorded", (level, group), part, whole),
                difference=printed.difference((level, group), part, whole),
            )
