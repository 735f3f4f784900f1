"""From records to a cohort: who is in it, what was known of each woman by the point, and what was observed.

Everyone who is left out is counted under a reason; women whose outcome was not ascertained stay, so that the audit
can say who they are, and are never taken for negatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from models.design import available_definition, available_predictors
from models.outcomes import Outcome, OutcomeDefinition, outcome
from models.site_rules import NO_SITE_RULES, SiteRules, rules_of
from records.clock import PredictionPoint, point
from records.errors import EquipartumError
from records.groups import MISSING_ETHNICITY
from records.records import IDENTITY_COLUMNS, Records
from records.sources.registry import SOURCES
from training.collected import CAUSE, CAUSE_NOT_KNOWN, OBSERVED, collect
from training.comparators import AppliedRule, apply_rules, readable_facts
from training.denominator import Denominator

__all__ = [
    "CAUSE",
    "CAUSE_NOT_KNOWN",
    "OBSERVED",
    "Cohort",
    "Denominator",
    "EmptyCohort",
    "UnavailableOutcome",
    "ascertained",
    "assemble",
    "definition_in",
]


class UnavailableOutcome(EquipartumError):
    """The source's files lack what every definition of the outcome needs."""


class EmptyCohort(EquipartumError):
    """No pregnancy of the records belongs to the outcome's population."""


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """``frame``: identity columns, one column a predictor, one a rule of today, `observed` (null: not ascertained).

    Where the records hold what the outcome's causes are read from, `cause_of_event` names that of each event.
    ``not_asked`` has one row a reason and ethnic group: reason, ethnic_group, pregnancies, gave_birth.
    """

    outcome: Outcome
    definition: OutcomeDefinition
    prediction_point: PredictionPoint
    predictors: tuple[str, ...]
    lacking_predictors: tuple[str, ...]
    frame: pl.DataFrame
    denominator: Denominator
    records: Records
    rules: tuple[AppliedRule, ...]
    not_asked: pl.DataFrame

    @property
    def ascertained(self) -> pl.DataFrame:
        return ascertained(self.frame)

    @property
    def can_be_observed(self) -> bool:
        """Whether the records hold what the definition is read from."""
        return all(self.records.has(name) for name in self.definition.needs)

    @property
    def has_ethnicity(self) -> bool:
        return not self.frame["ethnic_group"].is_in(list(MISSING_ETHNICITY)).all()

    def events_by_group(self) -> pl.DataFrame:
        """One row an ethnic group: births, events, and women not ascertained."""
        return (
            self.frame.group_by("ethnic_group")
            .agg(
                births=pl.len(),
                events=pl.col(OBSERVED).sum(),
                not_ascertained=pl.col(OBSERVED).is_null().sum(),
            )
            .sort("births", descending=True)
        )


def ascertained(births: pl.DataFrame) -> pl.DataFrame:
    """Those of whom the outcome is known: the frame itself, not a copy, where it is known of all."""
    return births.filter(pl.col(OBSERVED).is_not_null()) if births[OBSERVED].null_count() else births


def assemble(
    outcome_name: str,
    point_name: str,
    records: Records,
    *,
    only: Sequence[str] | None = None,
    by_definition: str | None = None,
    must_be_observed: bool = True,
    site_rules: SiteRules = NO_SITE_RULES,
) -> Cohort:
    """The cohort of an outcome at a prediction point; ``only`` narrows the predictors, ``site_rules`` add to today's.

    The outcome is read by the definition of the name ``by_definition``, or by the first that the records can answer.
    Where it need not be observed (risks alone are asked for), that definition holds though the records lack what it is
    read from: then nothing was observed of anyone.
    Raises `UnavailableOutcome` naming what is lacking and which sources have it, or `EmptyCohort`.
    """
    declared = outcome(outcome_name)
    at = point(point_name)
    definition = definition_in(declared, records, by_definition, must_be_observed=must_be_observed)
    held = [name for name in records.known_from if records.has(name)]
    possible = available_predictors(definition, at, records.known_from)
    predictors = tuple(p for p in possible if p in held and (only is None or p in only))
    rules = rules_of(declared, site_rules)
    causes = declared.causes if all(records.has(name) for name in declared.causal_concepts) else ()
    asked = readable_facts(rules, records, at)
    found = collect(definition, [*predictors, *asked], records, at, causes)
    if found.frame.is_empty():
        raise EmptyCohort(f"no pregnancy belongs to the population of {outcome_name}: {found.denominator}")
    applied, flags = apply_rules(rules, found.frame, records, at)
    unread = [name for name in asked if name not in predictors and name not in IDENTITY_COLUMNS]
    return Cohort(
        outcome=declared,
        definition=definition,
        prediction_point=at,
        predictors=predictors,
        lacking_predictors=tuple(p for p in possible if p not in held),
        frame=found.frame.drop(unread).with_columns(flags),
        denominator=found.denominator,
        records=records,
        rules=applied,
        not_asked=found.not_asked,
    )


def definition_in(
    declared: Outcome, records: Records, named: str | None = None, *, must_be_observed: bool = True
) -> OutcomeDefinition:
    """The definition of that name, or the first, that the records can answer, or `UnavailableOutcome`.

    Where it need not be observed, of which they can say who belongs to its population.
    """
    held = [name for name in records.known_from if records.has(name)]
    asked = replace(declared, definitions=tuple(d for d in declared.definitions if named in (None, d.name)))
    found = available_definition(asked, held, records.known_from)
    if found is None and not must_be_observed:
        found = next((d for d in asked.definitions if {one.concept for one in d.population} <= set(held)), None)
    if found is None:
        raise UnavailableOutcome(_why_unavailable(asked, records))
    return found


def _why_unavailable(declared: Outcome, records: Records) -> str:
    lines = [f"{declared.name} cannot be read from these {records.source} files."]
    for definition in declared.definitions:
        missing = "; ".join(records.why_lacking(name) for name in definition.needs if not records.has(name))
        why = f"lacks {missing}" if missing else f"is for sources that never say {definition.only_without}"
        lines.append(f"  '{definition}' {why}")
    able = [s.name for s in SOURCES.values() if available_definition(declared, s.known_from) is not None]
    lines.append(f"  Sources that can hold it: {', '.join(able) or 'none'}.")
    if records.source in able:
        lines.append(f"  Add to these {records.source} files what they lack, or name those of a year that has it.")
    return "\n".join(lines)
