"""An outcome: how it is read from recorded facts, at which points it is predicted, and what for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from models.actions import Action
from models.conditions import Condition, any_of
from records.concepts import CONCEPTS

__all__ = ["NOBODY_AND_EVERYONE", "Cause", "Outcome", "OutcomeDefinition"]

# Beside every model: what it would be to offer to nobody, and to every woman.
NOBODY_AND_EVERYONE = ("flag_nobody", "flag_everyone")


@dataclass(frozen=True, kw_only=True)
class OutcomeDefinition:
    """How an outcome is read from recorded facts.

    The outcome happened if any condition of ``any_of`` holds. Where ``tested_by`` is set, a woman for whom that flag
    is not true, or of whom not every fact of the test is recorded, is not ascertained: missing, not negative, and,
    whichever way half a test points, not positive. ``event_shows_test``: a woman who had the outcome was tested, also
    where the test is not recorded. ``only_without`` names a fact of which a source that is read by this definition has
    no record at all. ``already`` are conditions by which, beside ``any_of``, she had it by the point. ``population``
    conditions must all hold. ``plain`` completes 'women who went on to ...' where the outcome's own words would say
    more than the definition knows.
    """

    name: str
    authority: str
    any_of: tuple[Condition, ...]
    population: tuple[Condition, ...] = ()
    tested_by: str | None = None
    event_shows_test: bool = False
    only_without: str | None = None
    already: tuple[Condition, ...] = ()
    is_proxy: bool = False
    plain: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """Concepts without which the definition cannot be evaluated."""
        tested = (self.tested_by,) if self.tested_by is not None else ()
        return tuple(dict.fromkeys([*(c.concept for c in (*self.any_of, *self.population)), *tested]))

    def is_answered_by(self, concepts: Collection[str], recorded: Collection[str] | None = None) -> bool:
        """Whether records that hold these concepts can be read by this definition.

        ``recorded`` are those that their source records, None: these. Where a source records a test, files of it
        without the table of tests do not say that nobody was tested.
        """
        return set(self.needs) <= set(concepts) and self.only_without not in (recorded or concepts)

    def observed(self, prefix: str = "") -> pl.Expr:
        """What the facts tell, null where the outcome is not ascertained. ``prefix`` as in `any_of`."""
        happened = any_of(self.any_of, prefix)
        if self.tested_by is None:
            return happened
        whole = pl.all_horizontal([pl.col(prefix + c.concept).is_not_null() for c in self.any_of])
        ascertained = pl.col(prefix + self.tested_by) & whole
        return pl.when(ascertained | happened if self.event_shows_test else ascertained).then(happened)

    @property
    def followed_to(self) -> int | None:
        """The last day after birth on which a flag of ``any_of`` may come; None where birth decides it. Of a flag no
        entry by then means 'no', so who was not followed so far is not ascertained, whatever was seen of her before."""
        flags = [known for one in self.any_of if (known := CONCEPTS[one.concept]).kind == "flag"]
        return max(
            (known.read_by.days_after_birth[1] for known in flags if known.read_by.days_after_birth), default=None
        )

    @property
    def cautions(self) -> tuple[str, ...]:
        """What must be said wherever a figure of this definition stands."""
        return tuple(caution for name in self.needs if (caution := CONCEPTS[name].caution) is not None)

    def __str__(self) -> str:
        return f"proxy: {self.name}" if self.is_proxy else self.name


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One way in which the outcome comes about, if any condition of ``any_of`` holds of a woman who had it.

    It is known only afterwards: events are counted by it, and its concepts may never predict.
    """

    name: str
    any_of: tuple[Condition, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What is predicted. ``plain`` completes 'women who went on to ...'.

    ``plausible_rate`` bounds the rate a cohort may show before it is refused as implausible. ``honest_auroc`` is the
    highest discrimination published or measured for honest predictors at a point; a result above it is named as a
    possible leak. ``actions`` maps a prediction point to what a risk is for there, None for `gap_only`. ``causes`` tell
    events apart that come about in different ways; a woman of whom none is known to hold is of the cause 'not known'.
    ``within`` names the outcome that whoever has this one has too.
    """

    name: str
    title: str
    plain: str
    definitions: tuple[OutcomeDefinition, ...]
    actions: Mapping[str, Action | None]
    plausible_rate: tuple[float, float]
    honest_auroc: float
    comparators: tuple[str, ...] = NOBODY_AND_EVERYONE
    trained_by_default: bool = False
    causes: tuple[Cause, ...] = ()
    within: str | None = None

    @property
    def causal_concepts(self) -> tuple[str, ...]:
        """Facts, known only after the outcome, that its causes are read from."""
        return tuple(dict.fromkeys(c.concept for cause in self.causes for c in cause.any_of))

    @property
    def prediction_points(self) -> tuple[str, ...]:
        return tuple(self.actions)

    @property
    def earliest_point(self) -> str:
        return self.prediction_points[0]

    def is_gap_only(self, point: str) -> bool:
        return self.actions.get(point) is None
