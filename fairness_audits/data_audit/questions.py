"""What is counted of a file: each fact recorded or not, each outcome by each definition, each published rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from models.conditions import Condition, all_of, any_of
from models.outcomes import Outcome, OutcomeDefinition
from models.published_rates import PUBLISHED_RATES, PublishedRate
from records.concepts import CONCEPTS
from records.records import Records

__all__ = ["LATE_BOOKING", "LateBooking", "Questions", "Reading", "published_key", "questions_of"]

# EPDS item 10 is a question of safety, asked with the other nine: never a statistic of small numbers.
NEVER_COUNTED = ("epds_item_10",)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One outcome by one definition that the file can hold. ``is_first``: the one that a model here would use."""

    outcome: Outcome
    definition: OutcomeDefinition
    is_first: bool

    @property
    def key(self) -> str:
        return f"{self.outcome.name}: {self.definition}"

    @property
    def has_test(self) -> bool:
        return self.definition.tested_by is not None

    @property
    def rests_on_one_fact(self) -> bool:
        return len(self.definition.any_of) == 1


@dataclass(frozen=True, kw_only=True)
class LateBooking:
    """Care that began late, as one source records it. ``late`` holds where it did."""

    concept: str
    title: str
    authority: str
    late: tuple[Condition, ...]


LATE_BOOKING = (
    LateBooking(
        concept="gestation_at_booking",
        title="booked after 10+0 weeks",
        authority="NICE NG201 (2021), recommendation 1.1.4: a first appointment by 10+0 weeks",
        late=(Condition(concept="gestation_at_booking", comparison="at_least", value=71),),
    ),
    LateBooking(
        concept="care_began_month",
        title="came into care after the third month, or never",
        authority="National Center for Health Statistics, natality user guide: care from the first trimester",
        late=(
            Condition(concept="care_began_month", comparison="at_least", value=4),
            Condition(concept="care_began_month", comparison="is", value=0),
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Questions:
    """Everything asked of one file. ``published`` are the rates whose definition the file can be read by."""

    concepts: tuple[str, ...]
    readings: tuple[Reading, ...]
    published: tuple[PublishedRate, ...]
    late_booking: tuple[LateBooking, ...]

    def sums(self) -> Mapping[str, pl.Expr]:
        """By name, what is 1 for each pregnancy that is counted there, 0 or null otherwise."""
        return {
            "n": pl.lit(1),
            "interpreter_known": pl.col("interpreter_needed").is_not_null(),
            "needs_interpreter": pl.col("interpreter_needed"),
            **{name: sums for concept in self.concepts for name, sums in _of_concept(concept, self.concepts)},
            **{name: sums for reading in self.readings for name, sums in _of_reading(reading)},
            **{name: sums for rate in self.published for name, sums in _of_published(rate)},
            **{name: sums for booking in self.late_booking for name, sums in _of_booking(booking)},
        }


def questions_of(records: Records, outcomes: Sequence[Outcome]) -> Questions:
    """What can be asked of these records about ``outcomes``."""
    held = tuple(name for name in records.known_from if records.has(name))
    readings: list[Reading] = []
    for outcome in outcomes:
        possible = [d for d in outcome.definitions if d.is_answered_by(held, records.known_from)]
        readings += [Reading(outcome=outcome, definition=d, is_first=d is possible[0]) for d in possible]
    named = {outcome.name for outcome in outcomes}
    return Questions(
        concepts=tuple(name for name in held if name not in NEVER_COUNTED),
        readings=tuple(readings),
        published=tuple(
            rate for rate in PUBLISHED_RATES if rate.outcome in named and rate.any_of and set(rate.needs) <= set(held)
        ),
        late_booking=tuple(booking for booking in LATE_BOOKING if booking.concept in held),
    )


def _of_concept(name: str, held: Sequence[str]) -> Iterator[tuple[str, pl.Expr]]:
    """A fact without meaning for her (the history of a first pregnancy) is neither recorded nor missing, nor is one
    that tells more of a diagnosis (for how many days) where it is not known whether she has it."""
    condition = CONCEPTS[name].defined_if
    has_meaning = pl.lit(value=True)
    if condition is not None and condition in held:
        is_flag = CONCEPTS[condition].kind == "flag"
        has_meaning = pl.col(condition).fill_null(value=False) if is_flag else pl.col(condition).ne_missing(0)
    yield f"{name}:asked", has_meaning
    yield f"{name}:missing", has_meaning & pl.col(name).is_null()


def _of_reading(reading: Reading) -> Iterator[tuple[str, pl.Expr]]:
    definition, key = reading.definition, reading.key
    belongs, observed = all_of(definition.population), definition.observed()
    if definition.tested_by is not None:
        yield f"{key}:tested", belongs & pl.col(definition.tested_by)
    yield f"{key}:population", belongs
    yield f"{key}:population_unknown", belongs.is_null()
    measured = pl.any_horizontal([pl.col(c.concept).is_not_null() for c in definition.any_of])
    yield f"{key}:measured", belongs & measured
    yield f"{key}:known", belongs & observed.is_not_null()
    yield f"{key}:events", belongs & observed


def _of_published(rate: PublishedRate) -> Iterator[tuple[str, pl.Expr]]:
    belongs, observed = all_of(rate.conditions), any_of(rate.any_of)
    key = published_key(rate)
    yield f"{key}:known", belongs & observed.is_not_null()
    yield f"{key}:events", belongs & observed


def published_key(rate: PublishedRate) -> str:
    return f"published: {rate.population}: {rate.definition}"


def _of_booking(booking: LateBooking) -> Iterator[tuple[str, pl.Expr]]:
    late = any_of(booking.late)
    yield f"{booking.title}:known", late.is_not_null()
    yield f"{booking.title}:late", late
