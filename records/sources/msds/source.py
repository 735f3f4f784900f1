"""MSDS: a folder of tables as Records."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import polars as pl

from records.clock import PredictionPoint
from records.groups import ENGLAND_2001, MISSING_ETHNICITY, age_band
from records.histories.earlier_pregnancies import with_earlier_pregnancies
from records.histories.histories import Histories
from records.histories.tables import PREGNANCY_COLUMNS
from records.records import Records, SetAside
from records.sources.msds.clock import pregnancy_clock
from records.sources.msds.codes import Codes
from records.sources.msds.dates import with_dates
from records.sources.msds.errors import UnreadableTable
from records.sources.msds.facts import observations_of
from records.sources.msds.observations import observed_facts, quintile_of_decile
from records.sources.msds.reading import digest_of_files, read_tables, table_files
from records.sources.msds.submissions import latest_submission
from records.sources.msds.tables import TABLES
from records.sources.nhs_facts import NHS_CLOSED, NHS_KNOWN_FROM

__all__ = ["MSDS", "SIMULATED_MARK", "MsdsSource", "standing_tables"]

#: Stands in a folder of simulated tables.
SIMULATED_MARK = "SIMULATED-NOT-FOR-CARE.txt"
_MERGED = "organisations.csv"
_DATES: Mapping[str, tuple[str, ...]] = {
    "MSD101": ("AntenatalAppDate", "EDDAgreed", "LastMenstrualPeriodDate", "DischargeDateMatService"),
    "MSD103": ("ProcedureDateDatingUltrasound",),
    "MSD104": ("CompDate",),
    "MSD106": ("DiagDate",),
    "MSD109": ("ObsDate", "FindingDate"),
    "MSD201": ("CContactDate",),
    "MSD301": ("StartDateMotherDeliveryHospProvSpell",),
    "MSD302": ("ClinInterDateMother",),
    "MSD401": ("PersonBirthDateBaby", "PersonDeathDateBaby"),
}
_NO_OFFERS = "the data set has no field for an offer of the test for diabetes, and no code for one was verified"
_LACKING = {
    "diabetes_test_offered": _NO_OFFERS,
    "diabetes_test_accepted": _NO_OFFERS,
    "depression_within_a_year": "maternity care follows a woman for some weeks after birth, and the data set no longer",
}


@dataclass(frozen=True, kw_only=True)
class MsdsSource:
    """The source. A row of its Records is a pregnancy; the site is the provider, the woman Person_ID_Mother."""

    name: str = "msds"
    title: str = "NHS England Maternity Services Data Set, version 2"

    @property
    def known_from(self) -> Mapping[str, PredictionPoint]:
        return MappingProxyType({name: since for name, since in NHS_KNOWN_FROM.items() if name not in _LACKING})

    def scan(
        self,
        paths: Sequence[Path],
        *,
        column_mapping: Path | None = None,
        progress: Callable[[str, int], None] | None = None,
    ) -> Records:
        """The pregnancies of a folder of tables, or of tables named one by one.

        Raises one of `records.sources.msds.errors`.
        """
        if column_mapping is not None:
            raise UnreadableTable("MSDS tables have the data set's own fields; leave the column mapping out")
        files = table_files(paths)
        tables, aside = standing_tables(files, progress)
        clock = pregnancy_clock(tables)
        observed = observations_of(observed_facts(tables, Codes.of(paths)), clock)
        histories = Histories(
            pregnancies=_identified(clock, tables, observed.observations, _merged(paths)),
            observations=observed.observations.lazy(),
            closed=NHS_CLOSED,
        )
        doubts = {**observed.doubts, **_doubted(clock)}
        is_simulated = any((path / SIMULATED_MARK).is_file() for path in paths)
        return Records.dated(
            source=self.name,
            description=f"{self.title}: {', '.join(path.name for path in paths)}, {clock.height:,} pregnancies",
            data_digest=digest_of_files(files),
            histories=with_earlier_pregnancies(histories),
            known_from=NHS_KNOWN_FROM,
            lacking=_LACKING,
            notes=("Simulated births: not for care.",) if is_simulated else (),
            doubts=doubts,
            set_aside=aside,
            is_simulated=is_simulated,
        )


MSDS = MsdsSource()


def standing_tables(
    files: Mapping[str, Path], progress: Callable[[str, int], None] | None = None
) -> tuple[Mapping[str, pl.LazyFrame], tuple[SetAside, ...]]:
    """Each table with its dates read and the rows that stand, and what was set aside for want of a date."""
    aside: list[SetAside] = []
    tables = {}
    for short, rows in read_tables(files).items():
        # In memory where dates are asked of it again and again; the largest, of activities, has none: streamed.
        read = rows.collect().lazy() if short in _DATES else rows
        dated, wrong = with_dates(TABLES[short], read, *_DATES.get(short, ()))
        aside += wrong
        tables[short] = latest_submission(TABLES[short], dated)
        if progress is not None:
            progress(f"reading {files[short].name}", 0)
    return tables, tuple(aside)


def _doubted(clock: pl.DataFrame) -> dict[str, int]:
    apart = "the agreed due date and the gestation recorded at birth differ by more than two weeks; both kept"
    undated = "no due date, scan, booking or birth dates the pregnancy; nothing is known of it at any point"
    found = {apart: int(clock["doubted"].sum()), undated: clock["day_zero"].null_count()}
    return {sentence: count for sentence, count in found.items() if count}


def _merged(paths: Sequence[Path]) -> dict[str, str]:
    """Codes of organisations that merged, to that of their successor. Raises `UnreadableTable`."""
    found: dict[str, str] = {}
    for path in paths:
        file = path / _MERGED
        if path.is_dir() and file.is_file():
            with file.open(encoding="utf-8", newline="") as lines:
                reader = csv.DictReader(lines)
                if reader.fieldnames != ["code", "successor"]:
                    raise UnreadableTable(f"{file.name} has two columns, code and successor")
                found |= {row["code"]: row["successor"] for row in reader}
    return found


def _identified(
    clock: pl.DataFrame, tables: Mapping[str, pl.LazyFrame], observations: pl.DataFrame, merged: Mapping[str, str]
) -> pl.DataFrame:
    """The pregnancies table. Of an ethnic category that was recorded again and again the latest that was stated stands:
    a later 'not stated' or 'not known' takes nothing back."""
    groups = {category.code: category.group for category in ENGLAND_2001.categories}
    bands = {age: age_band(age) for age in range(10, 61)}
    ages = _of_booking(observations, "maternal_age")
    born = pl.col("born_on")
    known = clock.with_row_index("pregnancy").join(
        _of_each_woman(tables), on="Person_ID_Mother", how="left", maintain_order="left"
    )
    known = known.join(ages, on="pregnancy", how="left", maintain_order="left")
    needed = _of_booking(observations, "interpreter_needed")
    known = known.join(needed, on="pregnancy", how="left", maintain_order="left")
    given = {
        "pregnancy_id": pl.col("UniqPregID"),
        "woman_id": pl.col("Person_ID_Mother"),
        "site": pl.col("OrgCodeProvider").replace(dict(merged)),
        "group_scheme": pl.lit(ENGLAND_2001.name),
        "ethnic_group": pl.col("ethnic_category").replace_strict(groups, default=ENGLAND_2001.group_of(None)),
        "age_band": pl.col("maternal_age").cast(pl.Int64).replace_strict(bands, default=None, return_dtype=pl.String),
        "interpreter_needed": pl.col("interpreter_needed") == 1,
        "delivered_year": born.dt.year(),
        "delivered_month": born.dt.month(),
    }
    return known.select(
        given.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in PREGNANCY_COLUMNS.items()
    )


def _of_booking(observations: pl.DataFrame, name: str) -> pl.DataFrame:
    rows = observations.filter(pl.col("concept").cast(pl.String) == name)
    return rows.group_by("pregnancy").agg(pl.col("value").max().alias(name))


def _of_each_woman(tables: Mapping[str, pl.LazyFrame]) -> pl.DataFrame:
    """Her ethnic category and the deprivation quintile of where she lives (1 most deprived), whenever recorded."""
    if "MSD001" not in tables:
        schema = {"Person_ID_Mother": pl.String, "ethnic_category": pl.String, "deprivation_quintile": pl.Float64}
        return pl.DataFrame(schema=schema)
    missing = [category.code for category in ENGLAND_2001.categories if category.group in MISSING_ETHNICITY]
    category = pl.col("EthnicCategoryMother")
    stated = category.is_in(missing).not_().fill_null(value=False)
    return (
        tables["MSD001"]
        .group_by("Person_ID_Mother")
        .agg(
            pl.coalesce(category.filter(stated).last(), category.drop_nulls().last()).alias("ethnic_category"),
            quintile_of_decile("Rank_IMD_Decile_2015").drop_nulls().last().alias("deprivation_quintile"),
        )
        .collect()
    )
