"""Reading a cohort's rows from records: who can be asked at the point, who belongs, and what was observed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from models.conditions import Condition, all_of, any_of
from models.outcomes import Cause, OutcomeDefinition
from records.clock import PredictionPoint
from records.histories.histories import HERE
from records.records import AFTERWARDS, ALREADY, ENDED_BY, FOLLOWED, IDENTITY_COLUMNS, STANDING, Records
from training.denominator import Denominator

__all__ = ["CAUSE", "CAUSE_NOT_KNOWN", "OBSERVED", "Collected", "collect"]

OBSERVED = "observed"
CAUSE = "cause_of_event"
CAUSE_NOT_KNOWN = "not known"
_REASON, _BELONGS, _LEFT = "reason", "_belongs", "_left"


@dataclass(frozen=True, kw_only=True)
class Collected:
    """``frame`` holds those who belong, with what was known of them.

    ``not_asked`` has one row a reason and group: ``pregnancies``, and of these in ``gave_birth`` those of women who may
    belong and gave birth under this care.
    """

    frame: pl.DataFrame
    not_asked: pl.DataFrame
    denominator: Denominator


def collect(
    definition: OutcomeDefinition,
    known: Sequence[str],
    records: Records,
    at: PredictionPoint,
    causes: Sequence[Cause],
) -> Collected:
    """``known`` are the concepts that are kept, as they were known at the point.

    Of records that lack a fact that the outcome is read from, nothing is observed; those of its population they hold.
    """
    causal = [condition.concept for cause in causes for condition in cause.any_of]
    already = [condition for condition in definition.already if records.has(condition.concept)]
    afterwards = list(dict.fromkeys([*definition.needs, *(condition.concept for condition in already), *causal]))
    known = list(dict.fromkeys(known))
    lacking = [name for name in afterwards if not records.has(name)]
    births = (
        records.at(at, known=known, afterwards=[name for name in afterwards if name not in lacking])
        .with_columns(pl.lit(None).alias(prefix + name) for name in lacking for prefix in (AFTERWARDS, ALREADY))
        .with_columns(
            _observed(definition, is_recorded=not lacking).alias(OBSERVED), _left_too_early(definition).alias(_LEFT)
        )
        .with_columns(
            _not_asked([*definition.any_of, *already]).alias(_REASON),
            _belongs(definition).alias(_BELONGS),
            *_cause_of_event(causes),
        )
        .select(
            [*IDENTITY_COLUMNS, *(name for name in known if name not in IDENTITY_COLUMNS), ENDED_BY, _LEFT, OBSERVED]
            + [_REASON, _BELONGS]
            + ([CAUSE] if causes else [])
        )
    )
    counted = (
        births.group_by(_REASON, _BELONGS, "ethnic_group")
        .agg(pl.len().alias("pregnancies"), (pl.col(ENDED_BY) == "birth").sum().alias("gave_birth"))
        .collect(engine="streaming")
    )
    asked = counted.filter(pl.col(_REASON).is_null())
    belonging = dict(asked.group_by(_BELONGS).agg(pl.col("pregnancies").sum()).iter_rows())
    not_asked = (
        counted.drop_nulls(_REASON)
        .group_by(_REASON, "ethnic_group")
        .agg(
            pl.col("pregnancies").sum(),
            pl.col("gave_birth").filter(pl.col(_BELONGS).ne_missing(other=False)).sum(),
        )
    )
    # Streamed, so that of a national year nothing is held but those who belong.
    cohort = births.filter(pl.col(_REASON).is_null() & pl.col(_BELONGS)).drop(_REASON, _BELONGS)
    frame = cohort.collect(engine="streaming")
    return Collected(
        frame=frame.drop(ENDED_BY, _LEFT),
        not_asked=not_asked.sort(_REASON, "ethnic_group"),
        denominator=_denominator(belonging, not_asked, frame),
    )


def _observed(definition: OutcomeDefinition, *, is_recorded: bool) -> pl.Expr:
    """Null where not ascertained. A woman whose care moved elsewhere, or who was not followed to the end of the days in
    which the outcome may come, is censored: had only her events been seen before she left, and not that there was
    none, counting them would raise the rate. The values of a test tell both."""
    if not is_recorded:
        return pl.lit(None, dtype=pl.Boolean)
    observed = definition.observed(AFTERWARDS)
    if definition.tested_by is not None and not definition.event_shows_test:
        return observed
    return pl.when(pl.col(ENDED_BY).ne_missing("transfer") & ~_left_too_early(definition)).then(observed)


def _left_too_early(definition: OutcomeDefinition) -> pl.Expr:
    """Who gave birth, and was followed for fewer days than the definition asks of those in whom nothing was seen."""
    last_day = definition.followed_to
    if last_day is None:
        return pl.lit(value=False)
    return (pl.col(ENDED_BY) == "birth").fill_null(value=False) & (pl.col(FOLLOWED) < last_day).fill_null(value=True)


def _not_asked(already: Sequence[Condition]) -> pl.Expr:
    """Why no risk is asked of her at the point; null where it is."""
    had_it = any_of(already, ALREADY).fill_null(value=False)
    lost = (pl.col(ENDED_BY) == "loss") & pl.col(OBSERVED).is_null()
    return (
        pl.when(pl.col(STANDING) != HERE)
        .then(pl.col(STANDING))
        .when(had_it)
        .then(pl.lit("already diagnosed by then"))
        .when(lost)
        .then(pl.lit("whose pregnancy was lost before it could be known"))
    )


def _belongs(definition: OutcomeDefinition) -> pl.Expr:
    """Who may belong, and whose pregnancy has not ended under this care, is there and not ascertained."""
    belongs = all_of(definition.population, AFTERWARDS)
    not_ended_here = pl.col(ENDED_BY).is_null() | (pl.col(ENDED_BY) == "transfer")
    return pl.when(belongs.is_null() & not_ended_here).then(pl.lit(value=True)).otherwise(belongs)


def _cause_of_event(causes: Sequence[Cause]) -> list[pl.Expr]:
    """Of women who had the outcome: the first cause that holds. Nothing is said of the others."""
    if not causes:
        return []
    known = [pl.when(any_of(cause.any_of, AFTERWARDS)).then(pl.lit(cause.name)) for cause in causes]
    named = pl.coalesce(*known, pl.lit(CAUSE_NOT_KNOWN))
    return [pl.when(pl.col(OBSERVED)).then(named).alias(CAUSE)]


def _denominator(belonging: Mapping[bool | None, int], not_asked: pl.DataFrame, cohort: pl.DataFrame) -> Denominator:
    reasons = dict(not_asked.group_by(_REASON).agg(pl.col("pregnancies").sum()).sort(_REASON).iter_rows())
    censored = cohort.filter(pl.col(OBSERVED).is_null() & (pl.col(ENDED_BY) == "transfer"))
    return Denominator(
        in_records=sum(belonging.values()) + sum(reasons.values()),
        outside_population=belonging.get(False, 0),
        population_unknown=belonging.get(None, 0),
        not_ascertained=cohort[OBSERVED].null_count(),
        in_cohort=cohort.height,
        not_asked=reasons,
        censored=censored.height,
        followed_too_short=int(cohort[_LEFT].sum()),
    )
