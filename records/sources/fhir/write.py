"""write_fhir(): simulated histories as FHIR R4 NDJSON, a file a kind of resource, every one marked as test data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import polars as pl
from pydantic_core import to_json

from records.histories.histories import Histories
from records.sources.fhir.errors import UnwritableHistories
from records.sources.fhir.references import Json
from records.sources.fhir.systems import ACT_REASON, TEST_DATA
from records.sources.fhir.writing.care import (
    Row,
    dates_of,
    encounter_of,
    episode_of_care,
    patient_of,
    unbooked_facts,
)
from records.sources.fhir.writing.facts import fact
from records.sources.fhir.writing.forms import DERIVED, OF_BABY

__all__ = ["write_fhir"]

_TAG = {"tag": [{"system": ACT_REASON, "code": TEST_DATA}]}
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_TERM = 280
_DAYS = {
    "due_on": pl.lit(_TERM), "began_on": pl.lit(0), "booked_on": pl.col("booked_day"),
    "admitted_on": pl.col("admitted_day"), "ended_on": pl.col("ended_day"),
    "born_on": pl.when(pl.col("ended_by") == "birth").then("ended_day"),
    "followed_to": pl.col("ended_day") + pl.col("followed_days"),
}  # fmt: skip


def write_fhir(histories: Histories, folder: Path) -> None:
    """The folder is made. `FHIR` reads the same histories back.

    Raises `UnwritableHistories` where a pregnancy has no day 0 or a woman's identifier is no FHIR id.
    """
    pregnancies = histories.pregnancies.with_row_index("row").with_columns(
        _date(day.cast(pl.Int32)).alias(name) for name, day in _DAYS.items()
    )
    _check(pregnancies)
    folder.mkdir(parents=True)
    with ExitStack() as open_files:
        files: dict[str, IO[bytes]] = {}
        for resource in _resources(pregnancies, histories.observations):
            kind = resource["resourceType"]
            if kind not in files:
                files[kind] = open_files.enter_context((folder / f"{kind}.ndjson").open("wb"))
            files[kind].write(to_json({**resource, "meta": _TAG}))
            files[kind].write(b"\n")


def _date(day: pl.Expr) -> pl.Expr:
    return (pl.col("day_zero") + pl.duration(days=day)).dt.to_string("%Y-%m-%d")


def _check(pregnancies: pl.DataFrame) -> None:
    if pregnancies["day_zero"].has_nulls() or pregnancies["pregnancy_id"].has_nulls():
        raise UnwritableHistories("a pregnancy without an identifier or a day 0 has no place in FHIR")
    women = pregnancies["woman_id"].unique()
    if women.has_nulls() or not all(_ID.fullmatch(woman) for woman in women.to_list()):
        raise UnwritableHistories("a woman's identifier becomes a FHIR id: letters, digits, '-' and '.', 64 at most")


def _resources(pregnancies: pl.DataFrame, observations: pl.LazyFrame) -> Iterator[Json]:
    for woman, category in pregnancies.group_by("woman_id", maintain_order=True).agg(
        pl.col("ethnic_category").drop_nulls().first()
    ).iter_rows():  # fmt: skip
        yield patient_of(woman, category)
    days = pregnancies.select("row", "woman_id", "day_zero", "booked_day").rename({"row": "pregnancy"})
    observed = (
        observations.with_columns(pl.col("concept").cast(pl.String))
        .filter(~pl.col("concept").is_in(sorted(DERIVED)))
        .unique()
        .collect()
        .join(days, on="pregnancy")
        .with_columns(_date(pl.col("day").cast(pl.Int32)).alias("on"))
        .sort("pregnancy", "day", "concept", "value")
        .with_columns(_baby().alias("baby"))
    )
    by_row: dict[int, Row] = {}
    for row in pregnancies.iter_rows(named=True):
        by_row[row["row"]] = row
        yield episode_of_care(row)
        yield from dates_of(row)
        if row["booked_day"] is None:
            yield from unbooked_facts(row)
    yield from _contacts(by_row, pregnancies, observed)
    yield from _babies(observed)
    for number, row in enumerate(observed.iter_rows(named=True)):
        yield _observation(number, row)


def _baby() -> pl.Expr:
    """Of what is said of babies, each value of a concept is of another baby, from 1."""
    place = pl.int_range(1, pl.len() + 1).over("pregnancy", "concept")
    return pl.when(pl.col("concept").is_in(sorted(OF_BABY))).then(place)


def _contacts(by_row: dict[int, Row], pregnancies: pl.DataFrame, observed: pl.DataFrame) -> Iterator[Json]:
    """An encounter of each day on which something was observed, and of booking."""
    booked = pregnancies.select(
        pl.col("row").alias("pregnancy"), pl.col("booked_day").alias("day"), pl.col("booked_on").alias("on")
    )
    seen = pl.concat([observed.select("pregnancy", "day", "on"), booked.drop_nulls()]).unique().sort("pregnancy", "day")
    for pregnancy, day, on in seen.iter_rows():
        row = by_row[pregnancy]
        yield encounter_of(row, f"e{pregnancy}-{day}", on, booking=day == row["booked_day"])


def _babies(observed: pl.DataFrame) -> Iterator[Json]:
    """Each baby as a patient, and its own encounter as part of its mother's of the same day."""
    born = (
        observed.drop_nulls("baby").select("pregnancy", "day", "on", "baby").unique().sort("pregnancy", "baby", "day")
    )
    for pregnancy, baby in born.select("pregnancy", "baby").unique(maintain_order=True).iter_rows():
        yield patient_of(f"e{pregnancy}-baby{baby}")
    for pregnancy, day, on, baby in born.iter_rows():
        yield {
            "resourceType": "Encounter", "id": f"e{pregnancy}-{day}-baby{baby}", "status": "finished",
            "class": {"code": "IMP"}, "subject": {"reference": f"Patient/e{pregnancy}-baby{baby}"},
            "partOf": {"reference": f"Encounter/e{pregnancy}-{day}"}, "period": {"start": on, "end": on},
        }  # fmt: skip


def _observation(number: int, row: Row) -> Json:
    said = fact(row["concept"], row["value"], row["on"])
    visit = f"e{row['pregnancy']}-{row['day']}"
    if row["baby"] is None:
        subject = row["woman_id"]
    else:
        subject, visit = f"e{row['pregnancy']}-baby{row['baby']}", f"{visit}-baby{row['baby']}"
    return {
        **said,
        "id": f"o{number}",
        "subject": {"reference": f"Patient/{subject}"},
        "encounter": {"reference": f"Encounter/{visit}"},
    }
