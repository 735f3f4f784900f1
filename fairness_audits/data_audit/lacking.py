"""What a file cannot hold, and why: outcomes, and facts that a model could have used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.outcomes import Outcome
from models.predictors import PREDICTORS
from records.concepts import CONCEPTS
from records.records import Records

__all__ = ["Lacking", "lacking_in"]


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """``reasons`` are one for each definition of an outcome, or the one of a predictor."""

    kind: str
    name: str
    title: str
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {**vars(self), "reasons": list(self.reasons)}


def lacking_in(records: Records, outcomes: Sequence[Outcome]) -> tuple[Lacking, ...]:
    """Outcomes without a definition that the file can be read by, then predictors it does not record."""
    return (*_outcomes(records, outcomes), *_predictors(records))


def _outcomes(records: Records, outcomes: Sequence[Outcome]) -> Iterator[Lacking]:
    for outcome in outcomes:
        absent = [(d, [name for name in d.needs if not records.has(name)]) for d in outcome.definitions]
        if all(names for _, names in absent):
            reasons = tuple(f"by ‘{d}’: {'; '.join(map(records.why_lacking, names))}" for d, names in absent)
            yield Lacking(kind="outcome", name=outcome.name, title=outcome.title, reasons=reasons)


def _predictors(records: Records) -> Iterator[Lacking]:
    for name in PREDICTORS:
        if not records.has(name):
            title = CONCEPTS[name].title
            reason = records.why_lacking(name).removeprefix(f"{name} ({title}): ")
            yield Lacking(kind="predictor", name=name, title=title, reasons=(reason,))
