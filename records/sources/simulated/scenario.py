"""What a scenario is: plain frozen data from which births are drawn. The numbers live in scenarios/.

A fact is drawn in the order of the file, so it may depend on any fact above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from records.errors import EquipartumError
from records.groups import EthnicScheme, ethnic_scheme

__all__ = [
    "Choice",
    "Effect",
    "Fact",
    "Flag",
    "ImplausibleScenario",
    "Quantity",
    "Revelation",
    "Scenario",
    "SimulatedOutcome",
    "Treatment",
]


class ImplausibleScenario(EquipartumError):
    """A scenario whose definition contradicts itself."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What one fact adds to a log-odds (or, for a quantity, to the value itself).

    The fact enters as 1 where it ``equals`` a value; else as the excess ``above`` or the shortfall ``below`` a knot;
    else as its distance from ``centre``; each divided by ``per``. An undefined fact adds nothing. ``in_groups``
    restricts the effect to women of these ethnic groups.
    """

    of: str
    coefficient: float
    centre: float = 0.0
    per: float = 1.0
    above: float | None = None
    below: float | None = None
    equals: int | None = None
    in_groups: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """True with log-odds ``intercept`` + the group's + the effects."""

    name: str
    intercept: float
    by_group: Mapping[str, float] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """Straight lines through (probability, value) pairs, shifted by the group and the effects, kept in ``limits``.

    ``tables`` holds one set of quantiles for each value of the fact ``by``; key None is for every other value.
    """

    name: str
    tables: Mapping[int | None, tuple[tuple[float, float], ...]]
    by: str | None = None
    by_group: Mapping[str, float] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    limits: tuple[float, float]
    decimals: int = 0


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of ``values``, with weights for each value of the fact ``by``; key None is for every other value."""

    name: str
    values: tuple[int, ...]
    tables: Mapping[int | None, tuple[float, ...]]
    by: str | None = None


Fact = Flag | Quantity | Choice


@dataclass(frozen=True, kw_only=True)
class SimulatedOutcome:
    """One event after booking: its true risk, and how much of it is written down.

    ``rate`` is the true rate wanted for each group (of women it can happen to); ``intercept`` is the log-odds that
    gives it, solved by `margins` and kept beside it. ``signal`` multiplies every unrestricted effect in a group.
    ``later`` are log odds ratios of facts that become known after booking. ``ascertained`` is the share of a group's
    events that is recorded. The event cannot happen to women with ``excluded_if``, and nothing is recorded of it
    without ``observed_if``.
    """

    name: str
    rate: Mapping[str, float]
    intercept: Mapping[str, float]
    signal: Mapping[str, float] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    later: Mapping[str, float] = field(default_factory=dict)
    ascertained: Mapping[str, float] = field(default_factory=dict)
    excluded_if: str | None = None
    observed_if: str | None = None


@dataclass(frozen=True, kw_only=True)
class Revelation:
    """A recorded flag that says ``group`` or not with probability ``strength``, whatever is true of it."""

    predictor: str
    group: str
    strength: float


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """A treatment in pregnancy, offered by today's rule, that changes the risk of those who take it.

    ``name`` is the fact that she takes it; it becomes known after booking, on day ``from_day`` or at a later booking up
    to day ``booked_by``. It is offered where the fact ``advised_if`` of booking holds. ``taken`` is the share of these
    women who take it, by group; of the others ``offered_only`` were offered it, and ``accepted_only`` of those had
    accepted. Of the share ``not_noted`` the record says nothing. ``offered`` and ``accepted`` name the facts of those
    steps. ``log_odds_ratios`` say by how much it changes a fact that becomes known later, or an outcome.
    """

    name: str
    offered: str
    accepted: str
    advised_if: str
    from_day: int
    booked_by: int
    taken: Mapping[str, float]
    offered_only: Mapping[str, float]
    accepted_only: Mapping[str, float]
    not_noted: Mapping[str, float]
    log_odds_ratios: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A population of births. ``unrecorded`` gives, by concept and group, the share that is not written down."""

    name: str
    title: str
    scheme_name: str
    first_year: int
    sites: tuple[str, ...]
    categories: Mapping[str, float]
    returning_share: float
    booking: tuple[Fact, ...]
    later: tuple[Flag, ...]
    after: tuple[Fact, ...]
    outcomes: tuple[SimulatedOutcome, ...]
    unrecorded: Mapping[str, Mapping[str, float]]
    ethnicity_not_stated: Mapping[str, float]
    ethnicity_not_known: Mapping[str, float]
    revelations: tuple[Revelation, ...] = ()
    #: By group, the share of due tests for diabetes that are not made.
    untested: Mapping[str, float] = field(default_factory=dict)
    #: Those that are given; none unless `with_treatments` added them.
    treatments: tuple[Treatment, ...] = ()
    #: By group, the share of women who come to birth without having booked: nobody offers them anything before.
    unbooked: Mapping[str, float] = field(default_factory=dict)

    @property
    def scheme(self) -> EthnicScheme:
        return ethnic_scheme(self.scheme_name)

    @property
    def groups(self) -> tuple[str, ...]:
        """Ethnic groups with births in this scenario, in the order of its categories."""
        return tuple(dict.fromkeys(self.scheme.group_of(code) for code in self.categories))

    def outcome(self, name: str) -> SimulatedOutcome:
        """The outcome of that name; `ImplausibleScenario` lists those there are."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        raise ImplausibleScenario(
            f"scenario {self.name} has no outcome {name!r}; it has: {', '.join(o.name for o in self.outcomes)}"
        )
