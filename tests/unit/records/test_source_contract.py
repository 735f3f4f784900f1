"""What every source promises, of files that `tests/fixtures/sources/<name>.py` makes."""

from __future__ import annotations

import importlib
from pathlib import Path

import polars as pl
import pytest

from records.clock import PREDICTION_POINTS
from records.concepts import CONCEPTS, concept
from records.errors import EquipartumError
from records.groups import ethnic_scheme
from records.records import IDENTITY_COLUMNS, LackingConcept, Records
from records.sources.registry import SOURCES, Source, UnknownSource, source

KINDS = {
    "flag": lambda dtype: dtype == pl.Boolean,
    "count": lambda dtype: dtype.is_integer(),
    "quantity": lambda dtype: dtype.is_numeric(),
    "category": lambda dtype: dtype == pl.String,
}


@pytest.fixture(scope="module", params=SOURCES)
def read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Source, list[Path], Records]:
    made = importlib.import_module(f"tests.fixtures.sources.{request.param}")
    paths = made.example_files(tmp_path_factory.mktemp(request.param))
    return source(request.param), paths, source(request.param).scan(paths)


Read = tuple[Source, list[Path], Records]


def test_its_facts_are_declared_and_known_from_declared_points(read: Read) -> None:
    asked, _, records = read
    assert records.source == asked.name
    assert set(asked.known_from) <= set(CONCEPTS)
    assert set(asked.known_from.values()) <= set(PREDICTION_POINTS.values())
    assert set(records.lacking) <= set(records.known_from)
    assert any(records.has(name) for name in records.known_from)


def test_a_row_has_who_it_is_of_and_each_fact_in_the_type_of_its_kind(read: Read) -> None:
    records = read[2]
    held = [name for name in records.known_from if records.has(name)]
    schema = records.facts(*held).collect_schema()
    assert {name: schema[name] for name in IDENTITY_COLUMNS} == dict(IDENTITY_COLUMNS)
    assert [name for name in held if not KINDS[concept(name).kind](schema[name])] == []


def test_what_is_recorded_is_believable(read: Read) -> None:
    records = read[2]
    held = [name for name in records.known_from if records.has(name)]
    births = records.facts(*held).collect()
    assert births.height > 0
    for name in held:
        recorded, declared = births[name].drop_nulls(), concept(name)
        if declared.kind == "category":
            assert set(recorded) <= set(declared.categories), name
        elif declared.plausible is not None:
            assert recorded.is_between(*declared.plausible).all(), name


def test_history_is_undefined_and_not_no_where_there_was_none(read: Read) -> None:
    records = read[2]
    for name in (name for name in records.known_from if records.has(name)):
        needed = concept(name).defined_if
        if needed is not None and records.has(needed):
            first = records.facts(name, needed).filter(pl.col(needed) == 0)
            assert first.select(pl.col(name).is_null().all()).collect().item(), name


def test_whose_pregnancy_a_row_is_and_in_which_group_she_is_counted(read: Read) -> None:
    births = read[2].facts().collect()
    assert births["pregnancy_id"].null_count() == 0
    assert births["pregnancy_id"].is_unique().all()
    assert births["group_scheme"].n_unique() == 1
    assert set(births["ethnic_group"]) <= set(ethnic_scheme(births["group_scheme"][0]).groups)


@pytest.mark.parametrize("point", PREDICTION_POINTS.values(), ids=lambda point: point.name)
def test_nothing_is_known_before_its_point(read: Read, point: object) -> None:
    records = read[2]
    known = set(records.known_by(point).collect_schema()) - set(IDENTITY_COLUMNS)  # type: ignore[arg-type]
    assert [name for name in known if records.known_from[name] > point] == []


def test_the_same_files_are_the_same_data(read: Read) -> None:
    asked, paths, records = read
    again = asked.scan(paths)
    assert again.data_digest == records.data_digest
    assert again.facts().collect().equals(records.facts().collect())


def test_what_it_does_not_hold_is_refused_with_a_reason(read: Read) -> None:
    records = read[2]
    absent = next(name for name in CONCEPTS if not records.has(name))
    with pytest.raises(LackingConcept, match=absent):
        records.facts(absent)


@pytest.mark.parametrize("name", SOURCES)
def test_no_file_and_one_that_is_not_there_are_refused(name: str, tmp_path: Path) -> None:
    for paths in ([], [tmp_path / "nowhere.csv"]):
        with pytest.raises(EquipartumError):
            source(name).scan(paths)


def test_an_unknown_source_lists_those_there_are() -> None:
    with pytest.raises(UnknownSource, match="cdc_natality"):
        source("hearsay")
