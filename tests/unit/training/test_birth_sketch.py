"""Births that a version was made from are recognised, others are not, and the file lists none of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.home import Home
from records.records import IDENTITY_COLUMNS, Records
from records.sources.simulated import simulate
from training.birth_sketch import MOST_KEYS, BirthSketch, Telling


@pytest.fixture(scope="module")
def records() -> Records:
    return simulate(10, seed=1, scenario="england").records


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(root=tmp_path / "home").prepare()


def births(count: int, stem: str = "a") -> pl.DataFrame:
    return pl.DataFrame(
        {"pregnancy_id": [f"{stem}{n}" for n in range(count)], "delivered_year": 2024, "delivered_month": 3},
        schema_overrides={"delivered_year": pl.Int16, "delivered_month": pl.Int8},
    )


def test_every_birth_put_in_is_recognised_and_others_about_one_time_in_100_000(home, records):
    """Of 200,000 others 2 are expected; 12 or more by chance in 1 of 50,000 samples (Poisson)."""
    put_in = births(20_000)
    sketch = BirthSketch.of(home, records, (), put_in.head(12_000), put_in.tail(8_000))
    assert sketch.recognised(home, put_in, records)[0].all()
    assert sketch.recognised(home, births(200_000, "b"), records)[0].sum() < 12


def test_of_very_many_births_a_sample_is_kept_and_the_same_ones_are_asked_for(home, records, tmp_path):
    many = births(3 * MOST_KEYS - 100)
    sketch = BirthSketch.of(home, records, (), many)
    assert sketch.one_in == 3
    recognised, asked = sketch.recognised(home, many, records)
    assert recognised.sum() == asked == pytest.approx(MOST_KEYS, rel=0.02)
    sketch.write(tmp_path / "one.sketch")
    assert (tmp_path / "one.sketch").stat().st_size <= 200_000
    assert (tmp_path / "one.sketch").stat().st_mode & 0o777 == 0o600


def test_the_file_gives_back_the_sketch_and_tells_nothing_without_the_homes_secret(home, records, tmp_path):
    sketch = BirthSketch.of(home, records, (), births(500))
    sketch.write(tmp_path / "one.sketch")
    assert b"a499" not in (tmp_path / "one.sketch").read_bytes()
    read = BirthSketch.read(tmp_path / "one.sketch")
    assert read.recognised(home, births(500), records)[0].all()
    secret = home.cache / "births_key"
    assert secret.stat().st_mode & 0o777 == 0o600
    elsewhere = Home(root=tmp_path / "elsewhere").prepare()
    BirthSketch.of(elsewhere, records, (), births(1))
    assert not read.recognised(elsewhere, births(500), records)[0].any()
    secret.unlink()
    with pytest.raises(FileNotFoundError):
        read.recognised(home, births(500), records)


def test_where_no_identifier_is_recorded_a_birth_is_told_by_all_facts_whatever_its_place_in_a_file(home, records):
    """The same births under other row names and number types, and one fact of one of them another."""
    facts = {"maternal_age": [30.0, 31.0, None], "height": [160.0, 170.0, 165.0]}

    def told(names, facts):
        frame = births(3).with_columns(
            pl.Series("pregnancy_id", names), *(pl.Series(name, values) for name, values in facts.items())
        )
        unknown = [pl.lit(None, dtype=kind).alias(name) for name, kind in IDENTITY_COLUMNS.items()]
        lazy = frame.lazy().with_columns(one for one in unknown if one.meta.output_name() not in frame.columns)
        known_from = {name: records.known_from[name] for name in facts}
        plain = Records(
            source="s", description="", data_digest="", pregnancies=lazy, known_from=known_from, names_pregnancies=False
        )
        return frame.drop("height", strict=False), plain

    frame, first = told(["file:0", "file:1", "file:2"], facts)
    sketch = BirthSketch.of(home, first, ("maternal_age",), frame)
    assert sketch.telling == Telling.of(first, ("maternal_age",))
    assert sketch.telling.tells(first)
    fewer = {"maternal_age": facts["maternal_age"]}
    assert not sketch.telling.tells(told(["file:0", "file:1", "file:2"], fewer)[1])
    again, second = told(["other:7", "other:8", "other:9"], {**facts, "height": [160, 170, 166]})
    assert np.array_equal(sketch.recognised(home, again, second)[0], [True, True, False])
