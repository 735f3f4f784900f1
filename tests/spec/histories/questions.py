"""The questions that are asked of a hand-worked pregnancy, answered by the path from records to cohort."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from models.epds import epds_item_10
from records.clock import point
from tests.spec.histories.worked import Pregnancy, pregnancy, records_of
from training.cohort import CAUSE, OBSERVED, assemble

__all__ = ["answer_to"]

# A woman who belongs to every cohort, so that one who does not leaves it something to hold.
_SOMEONE_ELSE = pregnancy(
    """
    booked 60, born 280, followed 400, day 0 on 2023-01-01
    60: no pre_existing_diabetes
    180: diabetes_test_done, glucose_fasting 4.4, glucose_two_hours 6
    280: alive, measured_blood_loss 300, apgar_5_minutes 9
    310: epds_total 3
    """
)


def answer_to(question: str, pregnancies: Sequence[Pregnancy]) -> str:
    """Of the last of ``pregnancies``; those before it are earlier ones of the same woman.

    `outcome NAME at POINT [by DEFINITION]`, `known CONCEPT at POINT`, `afterwards CONCEPT`, `standing at POINT`,
    `EPDS item 10`.
    """
    kind, _, rest = question.partition(" ")
    name, _, when = rest.partition(" at ")
    match kind:
        case "outcome":
            at, _, definition = when.partition(" by ")
            return _outcome(name, at, definition or None, pregnancies)
        case "known":
            return _said(records_of(*pregnancies).known_by(point(when), [name]), name)
        case "afterwards":
            return _said(records_of(*pregnancies).facts(name), name)
        case "standing":
            histories = records_of(*pregnancies).histories
            assert histories is not None
            return str(histories.standing(point(rest.removeprefix("at ")))[-1])
        case "EPDS":
            asked = records_of(*pregnancies).facts("epds_item_10", "epds_total").collect().row(-1, named=True)
            return epds_item_10(asked["epds_item_10"], total=asked["epds_total"]).status
    raise ValueError(f"no such question: {question}")


def _said(frame: pl.LazyFrame, name: str) -> str:
    # A fact that care cannot know by the point has no column there.
    value = frame.collect().row(-1, named=True).get(name)
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:g}"


def _outcome(name: str, at: str, definition: str | None, pregnancies: Sequence[Pregnancy]) -> str:
    """'yes' (with its cause, where there are causes), 'no', 'not ascertained', or why she is not in the cohort."""
    *earlier, _ = pregnancies
    cohort = assemble(name, at, records_of(_SOMEONE_ELSE, *pregnancies), by_definition=definition)
    for row in cohort.frame.filter(pl.col("pregnancy_id") == f"p{len(pregnancies)}").iter_rows(named=True):
        if row[OBSERVED] is None:
            return "not ascertained"
        return f"yes, {row[CAUSE]}" if row.get(CAUSE) else "yes" if row[OBSERVED] else "no"
    found = cohort.denominator
    without = assemble(name, at, records_of(_SOMEONE_ELSE, *earlier), by_definition=definition).denominator
    for reason, women in found.not_asked.items():
        if women > without.not_asked.get(reason, 0):
            return f"not asked, {reason}"
    return "outside the population" if found.outside_population > without.outside_population else "population not known"
