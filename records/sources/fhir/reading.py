"""read_resources(): FHIR resources, from files or in memory, as the histories of the pregnancies they tell of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.histories.tables import UNCLEAR_COLUMNS
from records.records import SetAside
from records.sources.fhir.clock import ended
from records.sources.fhir.collecting import Collected, collected
from records.sources.fhir.due_dates import dated
from records.sources.fhir.errors import MixedSimulation, NoPregnancies
from records.sources.fhir.facts import facts_of, in_history, undated
from records.sources.fhir.identity import identified, of_herself
from records.sources.fhir.observations import observations_of
from records.sources.fhir.ongoing import HistoriesInDoubt, not_told
from records.sources.fhir.placing import by_window, encounters_of, linked
from records.sources.fhir.pregnancies import pregnancies_of
from records.sources.fhir.references import Json
from records.sources.fhir.resources import Located, resources_among
from records.sources.nhs_facts import NHS_CLOSED

__all__ = ["FhirHistories", "read_located", "read_resources"]

# Of a statement that no reference places: from day 0 to the end, of a birth to a year after it, and of a pregnancy
# that goes on to 47 weeks.
_LONGEST = 330
_YEAR = 365


@dataclass(frozen=True, kw_only=True)
class FhirHistories:
    """``doubts`` counts pregnancies by a sentence on what was doubted of them."""

    histories: Histories
    doubts: Mapping[str, int]
    set_aside: tuple[SetAside, ...]
    is_simulated: bool


def read_resources(resources: Iterable[Json]) -> FhirHistories:
    """R4 resources, or Bundles of them, in any order. The same resources give the same histories.

    Raises one of `records.sources.fhir.errors`.
    """
    return read_located(resources_among(resources))


def read_located(resources: Iterable[Located]) -> FhirHistories:
    """As `read_resources`, of resources with the file and line they stand in."""
    found = collected(resources)
    if found.tagged and found.untagged:
        raise MixedSimulation(
            f"{found.tagged:,} patients are marked as test data (HTEST) and {found.untagged:,} are not; read them apart"
        )
    histories, doubts = _histories(found)
    for reason, number in found.unread.items():
        found.asides.add_many(reason, number)
    return FhirHistories(
        histories=histories, doubts=doubts, set_aside=found.asides.told(), is_simulated=found.tagged > 0
    )


def _histories(found: Collected) -> tuple[Histories, dict[str, int]]:
    doubts: dict[str, int] = {}
    pregnancies = pregnancies_of(found)
    encounters = encounters_of(found, pregnancies)
    statements = linked(found, pregnancies, encounters)
    table, statements = dated(found, pregnancies, statements, doubts)
    _refuse_none(table)
    statements = _of_dated(found, table, statements)
    ends = statements.filter(pl.col("outcome").is_not_null() | pl.col("dating").is_not_null())
    on_end = pl.when(pl.col("dating").is_not_null()).then(pl.col("number").cast(pl.Int32)).otherwise("known")
    alone, _ = by_window(_unplaced(ends).with_columns(on_end.alias("_on")), _windows(table))
    placed_ends = pl.concat([ends.drop_nulls("pregnancy"), alone.select(ends.columns)])
    table = ended(found, table, placed_ends, encounters, doubts)
    _refuse_none(table)
    placed = _placed(found, table, statements)
    clocked = _with_clock(table, placed)
    has_no_day = pl.col("known").is_null() & pl.col("dating").is_null()
    without_day, clocked = clocked.filter(has_no_day), clocked.filter(~has_no_day)
    stated = facts_of(clocked, doubts)
    herself = of_herself(table, stated)
    observations = observations_of(table, stated, herself)
    in_doubt = not_told(clocked, stated, doubts)
    identity = identified(table, herself, doubts)
    return _numbered(table, identity, observations, in_doubt, undated(without_day)), doubts


def _refuse_none(table: pl.DataFrame) -> None:
    if table.is_empty():
        raise NoPregnancies(
            "no pregnancy was found: it takes an EpisodeOfCare of a patient, and a due date (Observation, LOINC "
            "11778-8) that the end of the pregnancy does not contradict"
        )


def _unplaced(statements: pl.DataFrame) -> pl.DataFrame:
    return statements.filter(pl.col("pregnancy").is_null())


def _of_dated(found: Collected, table: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """Without those of pregnancies that were set aside."""
    gone = pl.col("pregnancy").is_not_null() & ~pl.col("pregnancy").is_in(table["pregnancy"].implode())
    found.asides.add_rows(statements.filter(gone), found.files, "of a pregnancy that was set aside")
    return statements.filter(~gone)


def _windows(table: pl.DataFrame) -> pl.DataFrame:
    """Of each pregnancy the days in which something said of her is of it."""
    to = (
        pl.when(pl.col("ended_by") == "birth")
        .then(pl.col("ended") + _YEAR)
        .when(pl.col("ended_by").is_not_null())
        .then(pl.col("ended"))
        .otherwise(pl.col("day_zero") + _LONGEST)
        if "ended" in table.columns
        else pl.col("day_zero") + _LONGEST
    )
    return table.select("patient", "pregnancy", pl.col("day_zero").alias("_from"), to.alias("_to"))


def _placed(found: Collected, table: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """Every statement that can be placed; what came before a pregnancy and is a history of it, with each after it."""
    statements = _of_dated(found, table, statements)
    rest = _unplaced(statements).with_columns(pl.col("known").alias("_on"))
    alone, outside = by_window(rest, _windows(table))
    day = pl.coalesce("began", "known")
    before = rest.filter(in_history() & pl.col("known").is_not_null()).drop("pregnancy")
    before = before.join(table.select("patient", "pregnancy", "day_zero"), on="patient").filter(
        day < pl.col("day_zero")
    )
    used = before.select("file", "row").unique()
    outside = outside.join(used, on=["file", "row"], how="anti")
    found.asides.add_rows(
        outside, found.files, "no reference leads to a pregnancy, and the day fits none or several of hers"
    )
    columns = statements.columns
    return pl.concat([statements.drop_nulls("pregnancy"), alone.select(columns), before.select(columns)])


def _with_clock(table: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    clock = table.select("pregnancy", "day_zero", "booked_day", "ended_day", "ended_by")
    return placed.join(clock, on="pregnancy").with_columns(
        (pl.col("known") - pl.col("day_zero")).alias("known_day"),
        (pl.col("began") - pl.col("day_zero")).alias("began_day"),
    )


def _numbered(
    table: pl.DataFrame,
    pregnancies: pl.DataFrame,
    observations: pl.DataFrame,
    in_doubt: pl.DataFrame,
    undated: pl.DataFrame,
) -> Histories:
    """With the observations' pregnancies as rows of the pregnancies that are kept."""
    row = table.select("pregnancy", pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"))
    kept, doubted, unclear = (
        rows.join(row, on="pregnancy").with_columns(pl.col("_row").alias("pregnancy")).drop("_row")
        for rows in (observations, in_doubt, undated)
    )
    histories = HistoriesInDoubt(
        pregnancies=pregnancies,
        observations=kept.lazy(),
        closed=NHS_CLOSED,
        unclear=pl.concat(rows.select(*UNCLEAR_COLUMNS) for rows in (doubted, unclear)),
        in_doubt=doubted,
    )
    return with_earlier_pregnancies(histories)
