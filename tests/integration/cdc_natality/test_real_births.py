"""Real samples of the natality file, where they are at hand: the figures that their own description gives."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from records.clock import BOOKING
from records.records import Records
from records.sources.cdc_natality import CDC_NATALITY

REPOSITORY = Path(__file__).resolve().parents[3]


def real_births(*names: str) -> Records:
    shared = Path(os.environ.get("EQUIPARTUM_SHARED", REPOSITORY.parent / "shared"))
    paths = [shared / "data" / "natality" / name for name in names]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        pytest.skip(
            f"real births are not here: {', '.join(missing)} (EQUIPARTUM_SHARED names the folder that has them)"
        )
    return CDC_NATALITY.scan(paths)


def test_2020() -> None:
    births = real_births("Nat2020us_10000.zip")
    frame = births.pregnancies.collect()
    assert frame.height == 10_000
    assert births.set_aside == ()
    preterm = pl.col("gestation_at_birth_combined") < 259
    assert frame.select(preterm.mean()).item() == pytest.approx(0.119, abs=0.0005)
    assert frame.filter(pl.col("fetuses") == 1).select(preterm.mean()).item() == pytest.approx(0.104, abs=0.0005)
    diabetes = pl.col("gestational_diabetes")
    assert frame.select(diabetes.mean()).item() == pytest.approx(0.0796, abs=0.00005)
    by_group = dict(frame.group_by("ethnic_group").agg(diabetes.mean()).iter_rows())
    published = {"Asian": 0.176, "Hispanic": 0.092, "White": 0.066, "Black": 0.063}
    assert {group: round(by_group[group], 3) for group in published} == published


def test_2020_lacks_maternal_morbidity_and_height() -> None:
    births = real_births("Nat2020us_10000.zip")
    morbidity = {"maternal_transfusion", "ruptured_uterus", "unplanned_hysterectomy", "intensive_care"}
    assert morbidity | {"height"} <= set(births.lacking)
    assert "gestational_diabetes" not in births.lacking
    assert "MM_MTR" in births.lacking["maternal_transfusion"]


def test_2014() -> None:
    births = real_births("Nat2014us_100000.zip")
    frame = births.pregnancies.collect()
    assert frame.height == 100_000
    assert births.set_aside == ()
    assert frame["maternal_transfusion"].sum() == 276
    assert frame["maternal_transfusion"].mean() == pytest.approx(0.0029, abs=0.00005)
    assert {"ethnic_group", "gestational_diabetes", "previous_preterm_birth"} <= set(births.lacking)
    assert frame["ethnic_group"].unique().to_list() == ["Not known"]


def test_2021_lacks_nothing() -> None:
    births = real_births("Nat2021us_1000.zip")
    assert births.lacking == {}
    assert births.set_aside == ()
    assert births.pregnancies.collect().height == 1_000


def test_three_years_together() -> None:
    births = real_births("Nat2014us_100000.zip", "Nat2020us_10000.zip", "Nat2021us_1000.zip")
    frame = births.known_by(BOOKING).collect()
    assert frame.height == 111_000
    assert frame["pregnancy_id"].n_unique() == 111_000
    assert births.lacking == {}
    assert frame.group_by("delivered_year").len().sort("delivered_year")["len"].to_list() == [100_000, 10_000, 1_000]
    unpublished = frame.filter(pl.col("delivered_year") == 2014)["previous_preterm_birth"]
    assert unpublished.null_count() == len(unpublished)
