"""What a rule of today is: any of its conditions flags a woman, and a partial rule is never applied.

Every input of a rule is essential. Where a source holds only some of them the rule as a whole is not evaluated and
says why; a part that can stand alone (body mass index of 30 or more) is a rule of its own. This is the one place in
`models` that may read ethnicity, because NICE NG3 does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from models.conditions import Condition
from records.clock import PredictionPoint
from records.concepts import CONCEPTS
from records.errors import EquipartumError
from records.groups import ETHNIC_SCHEMES, MISSING_ETHNICITY

__all__ = ["ETHNICITY_COLUMNS", "GUIDELINE", "EthnicityCondition", "GuidelineRule", "InvalidRule"]

ETHNICITY_COLUMNS = ("group_scheme", "ethnic_group", "ethnic_category")
# A year, a month or a day, as precisely as the authority is dated.
_DATED = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# How the name of a rule of today starts, wherever a scorer is named.
GUIDELINE = "guideline:"
_NAMED = re.compile(GUIDELINE + r"[a-z][a-z0-9_]*@\d{4}(-\d{2}(-\d{2})?)?")


class InvalidRule(EquipartumError):
    """A rule that does not say what a rule must say."""


@dataclass(frozen=True, kw_only=True)
class EthnicityCondition:
    """Of one of the groups or categories that an authority names, in one coding scheme.

    Without any it is a condition that the guideline leaves to each site. Ethnicity that was not stated, is not known
    or is coded in another scheme is unknown, never 'no'.
    """

    title: str
    scheme: str = ""
    groups: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.is_listed:
            return
        if self.scheme not in ETHNIC_SCHEMES:
            raise InvalidRule(
                f"no ethnic coding scheme is called {self.scheme!r}; there are: {', '.join(ETHNIC_SCHEMES)}"
            )
        scheme = ETHNIC_SCHEMES[self.scheme]
        stated = [group for group in scheme.groups if group not in MISSING_ETHNICITY]
        codes = [c.code for c in scheme.categories if c.group not in MISSING_ETHNICITY]
        for given, there_are in ((self.groups, stated), (self.categories, codes)):
            if unknown := [name for name in given if name not in there_are]:
                raise InvalidRule(
                    f"{self.scheme} has no {', '.join(map(repr, unknown))}; it has: {', '.join(there_are)}"
                )

    @property
    def is_listed(self) -> bool:
        return bool(self.groups or self.categories)

    def expression(self) -> pl.Expr:
        group, category = pl.col("ethnic_group"), pl.col("ethnic_category")
        is_known = (pl.col("group_scheme") == self.scheme) & ~group.is_in(list(MISSING_ETHNICITY))
        of_group = group.is_in(list(self.groups))
        of_category = category.is_in(list(self.categories)) if self.categories else pl.lit(value=False)
        return pl.when(is_known).then(of_group | of_category)

    def __str__(self) -> str:
        if not self.is_listed:
            return f"{self.title} (listed by each site)"
        return f"{self.title}: {', '.join((*self.groups, *self.categories))} ({self.scheme})"


@dataclass(frozen=True, kw_only=True)
class GuidelineRule:
    """``scored_by`` is its name in the predictions table, with the date of what it says.

    ``authority`` says where it is written, ``action`` what a flag leads to, ``reading`` what this project chose where
    the authority leaves it open. ``answers_all`` is given to every woman by a rule that asks for nothing.
    """

    scored_by: str
    title: str
    authority: str
    date: str
    action: str
    conditions: tuple[Condition | EthnicityCondition, ...] = ()
    reading: str = ""
    answers_all: bool | None = None

    def __post_init__(self) -> None:
        if not self.authority.strip() or not _DATED.fullmatch(self.date):
            raise InvalidRule(f"{self.scored_by}: a rule names its authority, and its date as a year, month or day")
        if (self.answers_all is None) != bool(self.conditions):
            raise InvalidRule(f"{self.scored_by}: a rule has conditions, or gives every woman one answer")
        if self.conditions and not _NAMED.fullmatch(self.scored_by):
            raise InvalidRule(f"{self.scored_by}: a rule is named guideline:NAME@DATE, NAME in small letters")
        if unknown := [c.concept for c in self.conditions if isinstance(c, Condition) and c.concept not in CONCEPTS]:
            raise InvalidRule(f"{self.scored_by}: no concept is called {', '.join(unknown)}")

    @property
    def needs(self) -> tuple[str, ...]:
        """Concepts that a source must hold by the point of prediction, each once."""
        return tuple(dict.fromkeys(c.concept for c in self.conditions if isinstance(c, Condition)))

    @property
    def reads(self) -> tuple[str, ...]:
        """Its needs, and the concepts that say whether one of them has a meaning (no previous birth, no history)."""
        given = [CONCEPTS[name].defined_if for name in self.needs]
        return tuple(dict.fromkeys([*self.needs, *(name for name in given if name is not None)]))

    @property
    def reads_ethnicity(self) -> bool:
        return any(isinstance(c, EthnicityCondition) for c in self.conditions)

    def why_not(self, known_from: Mapping[str, PredictionPoint], at: PredictionPoint, schemes: Sequence[str]) -> str:
        """Why the rule as a whole cannot be evaluated; '' where it can.

        ``known_from`` says which facts the records hold and since when; ``schemes`` in which coding their ethnicity is.
        """
        reasons = [reason for name in self.needs if (reason := _lacking(name, known_from, at))]
        for condition in self.conditions:
            if isinstance(condition, EthnicityCondition):
                reasons += _unlisted(condition, schemes)
        return "; ".join(reasons)

    def flags(self, known: pl.DataFrame) -> pl.Series:
        """One flag a row: true if a condition holds, null if none does and one is unknown, else false (Kleene).

        ``known`` holds the columns of `reads` and, for an ethnic condition, those of `ETHNICITY_COLUMNS`; a column
        that is not there is unknown of everyone.
        """
        if self.answers_all is not None:
            return pl.repeat(value=self.answers_all, n=known.height, dtype=pl.Boolean, eager=True)
        columns = (*self.reads, *(ETHNICITY_COLUMNS if self.reads_ethnicity else ()))
        absent = [pl.lit(None).alias(name) for name in columns if name not in known.columns]
        expressions = [_of_a_woman(condition) for condition in self.conditions]
        return known.with_columns(absent).select(pl.any_horizontal(expressions)).to_series()


def _of_a_woman(condition: Condition | EthnicityCondition) -> pl.Expr:
    """A history that has no meaning without a previous birth is not hers: false, not unknown, after none."""
    if isinstance(condition, EthnicityCondition):
        return condition.expression().cast(pl.Boolean)
    given = CONCEPTS[condition.concept].defined_if
    answer = condition.expression().cast(pl.Boolean)
    return answer if given is None else pl.when(pl.col(given) == 0).then(statement=False).otherwise(answer)


def _lacking(name: str, known_from: Mapping[str, PredictionPoint], at: PredictionPoint) -> str:
    title = CONCEPTS[name].title
    if name not in known_from:
        return f"{title} not recorded"
    return "" if known_from[name] <= at else f"{title} not known before {known_from[name].title.removeprefix('at ')}"


def _unlisted(condition: EthnicityCondition, schemes: Sequence[str]) -> list[str]:
    if not condition.is_listed:
        return [f"{condition.title} not listed: the guideline names none, and no rules file of the site does"]
    other = sorted({scheme for scheme in schemes if scheme != condition.scheme})
    return (
        [f"{condition.title} listed in {condition.scheme}, and these records are coded in {', '.join(other)}"]
        if other
        else []
    )
