"""Statements of a dated pregnancy as observations: the part of the record they are in, their concept, value and day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from records.concepts import concept
from records.histories.tables import CONCEPT_NAMES, OBSERVATION_COLUMNS, UNCLEAR_COLUMNS
from records.sources.fhir.clock import STILLBIRTH_FROM
from records.sources.fhir.meanings import AT_BOOKING, DATINGS, MEANINGS, Fact
from records.sources.fhir.ongoing import day_of_booking, is_of_booking
from records.sources.fhir.units import DOUBTFUL_UNIT, NO_DOUBT, TOLD_TOO_EARLY, UNCERTAIN_VALUE
from records.sources.nhs_facts import NHS_CLOSED

__all__ = ["FACTS", "datings_of", "facts_of", "in_history", "outcomes_of", "undated"]

# Of the parts of the record the first that lists the code, where its day does not decide.
_USUAL = ("pregnancy", "labour", "baby", "after", "family", "history")
#: Every fact that a code can say.
FACTS: tuple[Fact, ...] = tuple(dict.fromkeys(fact for meaning in MEANINGS for fact in meaning.facts.values()))
_PLACE = {fact: number for number, fact in enumerate(FACTS)}
_UNFOUND = "a reference leads to an episode or encounter that is not there; the woman and the day were used instead"
_OF_ANOTHER = "something happened before the pregnancy it is recorded with, and was left out"
_FAR = "something is recorded more than 80 years from the pregnancy, and was left out"
_NOT_NEW = "a depression that is first recorded after the birth began before it, and is not counted as new"
_MOST_DAYS = 80 * 365
# What is observed of the flags whose absence means 'no': depression is of those within a year of birth.
_NO_ENTRY_IS_NO = frozenset(concept(name).read_by.of for name in NHS_CLOSED)
_NAMES = pl.Series(CONCEPT_NAMES, dtype=OBSERVATION_COLUMNS["concept"])
# Conception two weeks after the last period, as a due date has it.
_CONCEPTION_DAY = 14
_DAYS_A_MONTH = 365.25 / 12
_DOUBTED = {
    DOUBTFUL_UNIT: "a value has a unit that is not converted, and was taken as not recorded",
    UNCERTAIN_VALUE: "a value is a bound, or is no value, and was taken as not recorded",
    TOLD_TOO_EARLY: "something was issued or recorded before the day it is of, and counts as known from that day",
}


def _by_part(*parts: str) -> pl.Expr:
    """The fact that each meaning has in the first of the parts; null where in none."""
    facts = [next((m.facts[part] for part in parts if part in m.facts), None) for m in MEANINGS]
    numbers = [None if fact is None else _PLACE[fact] for fact in facts]
    return pl.lit(pl.Series(numbers, dtype=pl.UInt16)).gather("meaning")


def in_history() -> pl.Expr:
    """Whether the meaning can be of the time before a pregnancy."""
    return _by_part("history").is_not_null()


def datings_of() -> pl.Expr:
    """The place in `DATINGS` of what dates a pregnancy; null of what dates nothing."""
    places = [None if m.dating is None else DATINGS.index(m.dating) for m in MEANINGS]
    return pl.lit(pl.Series(places, dtype=pl.UInt8)).gather("meaning")


def outcomes_of() -> pl.Expr:
    """'live' or 'still' of what says how a birth ended."""
    told = {("live_birth", 1.0): "live", ("stillbirth", 1.0): "still"}
    found = [next((told[fact] for fact in m.facts.values() if fact in told), None) for m in MEANINGS]
    return pl.lit(pl.Series(found, dtype=pl.String)).gather("meaning")


def facts_of(stated: pl.DataFrame, doubts: dict[str, int]) -> pl.DataFrame:
    """``pregnancy, concept, day, value`` of statements with the clock of their pregnancy beside them.

    What is out of its concept's plausible range, or of no known unit, is left out and counted in ``doubts``.
    """
    for doubt, sentence in _DOUBTED.items():
        _count(doubts, sentence, stated.filter(pl.col("doubt") == doubt))
    _count(doubts, _UNFOUND, stated.filter("unfound"))
    valued = (
        stated.lazy()
        .filter(pl.col("doubt").is_in([NO_DOUBT, TOLD_TOO_EARLY]))
        .with_columns(_fact().alias("fact"))
        .filter(pl.col("fact").is_not_null())
        .with_columns(_of_fact([CONCEPT_NAMES.index(name) for name, _ in FACTS], pl.UInt16()).alias("concept"))
        .with_columns(
            _value().alias("value"),
            _day().alias("day"),
            _of_another().alias("of_another"),
            _not_new().alias("not_new"),
        )
        .filter(pl.col("value").is_not_null() & pl.col("day").is_not_null())
        .select("pregnancy", "concept", "day", "value", "of_another", "not_new")
        .collect()
    )
    _count(doubts, _OF_ANOTHER, valued.filter("of_another"))
    _count(doubts, _NOT_NEW, valued.filter("not_new"))
    own = ~pl.col("of_another") & ~pl.col("not_new")
    valued = pl.concat([valued.filter(own).drop("of_another", "not_new"), _intervals(stated)])
    near = pl.col("day").is_between(-_MOST_DAYS, _MOST_DAYS)
    _count(doubts, _FAR, valued.filter(~near))
    return _plausible(valued.filter(near), doubts).with_columns(
        pl.lit(_NAMES).gather("concept").alias("concept"), pl.col("day").cast(pl.Int16)
    )


def undated(stated: pl.DataFrame) -> pl.DataFrame:
    """``pregnancy`` and ``concept`` of flags that a statement says hold, and on no day: that they were seen and not
    when. No entry of them is then no 'no'."""
    flags = [value == 1.0 and name in _NO_ENTRY_IS_NO for name, value in FACTS]
    return (
        stated.filter(pl.col("holds") & pl.col("known_day").is_null())
        .with_columns(_fact().alias("fact"))
        .filter(_of_fact(flags, pl.Boolean()).fill_null(value=False))
        .select(
            pl.col("pregnancy").cast(UNCLEAR_COLUMNS["pregnancy"]),
            _of_fact([name for name, _ in FACTS], pl.String()).cast(UNCLEAR_COLUMNS["concept"]).alias("concept"),
        )
        .unique()
    )


def _fact() -> pl.Expr:
    before = pl.coalesce("began_day", "known_day") < 0
    after = (pl.col("ended_by") == "birth") & (pl.coalesce("began_day", "known_day") > pl.col("ended_day"))
    history, later = _by_part("history"), _by_part("after")
    return (
        pl.when(before & history.is_not_null())
        .then(history)
        .when(after.fill_null(value=False) & later.is_not_null())
        .then(later)
        .otherwise(_by_part(*_USUAL))
    )


def _of_fact(values: Sequence[object], kind: pl.DataType) -> pl.Expr:
    return pl.lit(pl.Series(values, dtype=kind)).gather("fact")


def _value() -> pl.Expr:
    coded = _of_fact([value for _, value in FACTS], pl.Float64())
    # That a flag does not hold is told only where no entry would not mean the same.
    deniable = [value == 1.0 and concept(name).kind == "flag" and name not in _NO_ENTRY_IS_NO for name, value in FACTS]
    denied = pl.when(_of_fact(deniable, pl.Boolean())).then(0.0)
    return pl.when(coded.is_null()).then("number").when(pl.col("holds")).then(coded).when(~pl.col("holds")).then(denied)


def _day() -> pl.Expr:
    asked = _of_fact([name in AT_BOOKING for name, _ in FACTS], pl.Boolean())
    told = pl.max_horizontal("known_day", "booked_day")
    return pl.when(is_of_booking()).then(day_of_booking()).when(asked).then(told).otherwise("known_day")


def _of_another() -> pl.Expr:
    """Whether it is of no part of this pregnancy's record: what happened before it and is no history, or a stillbirth
    where this pregnancy did not end in a birth from 24 weeks."""
    own_day = [value is not None and name not in AT_BOOKING for name, value in FACTS]
    before = _of_fact(own_day, pl.Boolean()) & (pl.coalesce("began_day", "known_day") < 0)
    still = _of_fact([name == "stillbirth" for name, _ in FACTS], pl.Boolean())
    no_birth = pl.col("ended_by").ne_missing("birth") | (pl.col("ended_day") < STILLBIRTH_FROM)
    return before | (still & no_birth)


def _not_new() -> pl.Expr:
    """Whether it is a depression that is first recorded after the birth and by its onset was there before."""
    depression = _of_fact([name == "depression" for name, _ in FACTS], pl.Boolean())
    later = (pl.col("ended_by") == "birth") & (pl.col("known_day") > pl.col("ended_day"))
    return depression & (later & (pl.col("began_day") < pl.col("ended_day"))).fill_null(value=False)


def _plausible(valued: pl.DataFrame, doubts: dict[str, int]) -> pl.DataFrame:
    low, high = (
        pl.lit(pl.Series([_limits(name)[end] for name in CONCEPT_NAMES], dtype=pl.Float64)).gather("concept")
        for end in (0, 1)
    )
    whole = pl.lit(pl.Series([concept(name).kind == "count" for name in CONCEPT_NAMES])).gather("concept")
    fits = pl.col("value").is_between(low, high) & (~whole | (pl.col("value") == pl.col("value").floor()))
    odd = valued.filter(~fits).group_by("concept").agg(pl.col("pregnancy").n_unique()).sort("concept")
    for number, pregnancies in odd.iter_rows():
        title = concept(CONCEPT_NAMES[number]).title
        doubts[f"{title}: a value no pregnancy has was taken as not recorded"] = pregnancies
    return valued.filter(fits)


def _intervals(stated: pl.DataFrame) -> pl.DataFrame:
    """Months from the last live birth, where its day is stated, to this conception."""
    last_birth = pl.col("number").cast(pl.Int32) - pl.col("day_zero")
    return stated.filter(
        (pl.col("dating") == DATINGS.index("last_live_birth")) & pl.col("number").is_not_null() & pl.col("holds")
    ).select(
        "pregnancy",
        pl.lit(CONCEPT_NAMES.index("interpregnancy_interval"), dtype=pl.UInt16).alias("concept"),
        pl.max_horizontal("known_day", "booked_day").alias("day"),
        ((_CONCEPTION_DAY - last_birth) / _DAYS_A_MONTH).alias("value"),
    )


def _limits(name: str) -> tuple[float, float]:
    return concept(name).plausible or (-np.inf, np.inf)


def _count(doubts: dict[str, int], sentence: str, stated: pl.DataFrame) -> None:
    pregnancies = stated["pregnancy"].n_unique()
    if pregnancies:
        doubts[sentence] = pregnancies
