"""What the country counts, and what is predicted here, from the same tables."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from records.sources.msds import MSDS, write_msds
from records.sources.msds.national_indicators import cqim_haemorrhage, cqim_preterm
from records.sources.msds.reading import table_files
from records.sources.msds.standing import standing_tables
from records.sources.simulated import simulate_histories
from training.cohort import assemble

EVER = (datetime.date(2000, 1, 1), datetime.date(2100, 1, 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("msds") / "extract"
    write_msds(simulate_histories(4_000, seed=5).histories, folder, form="parquet")
    return folder


@pytest.fixture(scope="module")
def tables(folder: Path) -> Mapping[str, pl.LazyFrame]:
    return standing_tables(table_files([folder])).tables


def test_preterm_birth_is_the_indicators_over_everyone_who_booked(
    tables: Mapping[str, pl.LazyFrame], folder: Path
) -> None:
    """The indicator counts unbooked women too: they are nobody a risk at booking could have been told."""
    counted = cqim_preterm(tables, *EVER)
    cohort = assemble("preterm_birth", "booking", MSDS.scan([folder]))
    unbooked = tables["MSD401"].join(tables["MSD101"], on="UniqPregID", how="anti").collect()
    gestation = unbooked.filter(PregOutcome="01")["GestationLengthBirth"].cast(pl.Int64)
    several = tables["MSD301"].filter(pl.col("BirthsPerLabandDel") != "1").collect()["UniqPregID"]
    alone = ~unbooked.filter(PregOutcome="01")["UniqPregID"].is_in(several.implode())
    events = int(cohort.frame["observed"].sum())
    assert counted.numerator == events + int(((gestation < 259) & alone).sum())
    assert counted.denominator == cohort.frame["observed"].count() + int(alone.sum())


def test_haemorrhage_is_the_indicators_numerator(tables: Mapping[str, pl.LazyFrame], folder: Path) -> None:
    counted = cqim_haemorrhage(tables, *EVER)
    records = MSDS.scan([folder])
    lost = records.facts("measured_blood_loss").collect()
    women = lost.filter(pl.col("measured_blood_loss") >= 1500)["woman_id"].n_unique()
    assert counted.numerator == women
    assert cqim_haemorrhage(tables, *EVER, at_least=500).numerator > 5 * counted.numerator


def test_the_period_bounds_births_and_measurements(tables: Mapping[str, pl.LazyFrame]) -> None:
    year = [datetime.date(2022, 1, 1), datetime.date(2022, 12, 31)]
    halves = [(year[0], datetime.date(2022, 6, 30)), (datetime.date(2022, 7, 1), year[1])]
    whole = cqim_preterm(tables, *year)
    parts = [cqim_preterm(tables, *half) for half in halves]
    assert whole.denominator == sum(part.denominator for part in parts)
    assert whole.numerator == sum(part.numerator for part in parts)
    assert 0 < whole.denominator < cqim_preterm(tables, *EVER).denominator
