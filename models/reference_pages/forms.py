"""The forms records come in: those of the sources that hold the same facts from the same points are one form here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.design import available_predictors
from models.outcomes import OutcomeDefinition
from models.reference_pages.markdown import code, listed
from records.clock import PredictionPoint, point
from records.sources.nhs_facts import NHS_KNOWN_FROM
from records.sources.registry import SOURCES
from records.sources.simulated import SIMULATED
from records.sources.simulated.recorded import SIMULATED_KNOWN_FROM

__all__ = ["Form", "forms"]

#: One source reads two forms of simulated births: without dates, and day by day as an English record.
_TWO_FORMS: Mapping[str, Mapping[str, Mapping[str, PredictionPoint]]] = {
    SIMULATED.name: {"simulated births": SIMULATED_KNOWN_FROM, "simulated histories": NHS_KNOWN_FROM}
}


@dataclass(frozen=True, kw_only=True)
class Form:
    """``names`` are the sources of this form; ``known_from`` what they can hold, and when care knows it."""

    names: tuple[str, ...]
    known_from: Mapping[str, PredictionPoint]

    @property
    def title(self) -> str:
        return " and ".join(self.names)

    def point_of(self, concept: str) -> str:
        """'booking'; '' where no file of the form holds the concept."""
        return self.known_from[concept].name if concept in self.known_from else ""

    def why_not(self, definition: OutcomeDefinition) -> str:
        """Why this form is not read by a definition: what it lacks, or what it holds; '' where it can be."""
        if lacking := listed(name for name in definition.needs if name not in self.known_from):
            return f"lacks {lacking}"
        return f"has {code(only)}" if (only := definition.only_without) in self.known_from and only else ""

    def predictors(self, definition: OutcomeDefinition, at: str) -> int:
        """How many declared predictors a model of this form can use at the point."""
        since = {name: known_from for name, known_from in self.known_from.items() if known_from <= point(at)}
        return len(available_predictors(definition, point(at), since))


def forms() -> tuple[Form, ...]:
    """In the order in which `SOURCES` first names them."""
    named = [
        (title, dict(since))
        for name, source in SOURCES.items()
        for title, since in _TWO_FORMS.get(name, {name: source.known_from}).items()
    ]
    found: list[tuple[list[str], dict[str, PredictionPoint]]] = []
    for name, since in named:
        names = next((names for names, other in found if other == since), None)
        if names is None:
            found.append(([name], since))
        else:
            names.append(name)
    return tuple(Form(names=tuple(names), known_from=since) for names, since in found)
