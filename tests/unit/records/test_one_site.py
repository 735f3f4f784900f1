"""The births of one site of records: the same facts of the same women, and nothing of anyone else."""

from __future__ import annotations

import polars as pl
import pytest

from records.clock import BOOKING, WEEKS_28
from records.histories.histories import Histories
from records.histories.tables import OBSERVATION_COLUMNS, PREGNANCY_COLUMNS
from records.one_site import UnknownSite, births_of_site
from records.records import Records

SITES = ("RAA", "RBB", "RAA", None, "RBB")
OBSERVED = [(0, "haemoglobin", 70, 118.0), (1, "haemoglobin", 80, 101.0), (2, "haemoglobin", 75, 125.0),
            (4, "haemoglobin", 90, 99.0), (4, "haemoglobin", 200, 92.0)]  # fmt: skip


@pytest.fixture
def dated() -> Records:
    identity = {
        "pregnancy_id": [f"p{row}" for row in range(5)],
        "site": list(SITES),
        "booked_day": [70, 80, 75, 60, 85],
    }
    given = pl.DataFrame(identity, schema={name: PREGNANCY_COLUMNS[name] for name in identity})
    absent = [pl.lit(None, dtype=kind).alias(name) for name, kind in PREGNANCY_COLUMNS.items() if name not in given]
    return Records.dated(
        source="msds",
        description="five pregnancies",
        data_digest="a" * 64,
        histories=Histories(
            pregnancies=given.with_columns(absent).select(*PREGNANCY_COLUMNS),
            observations=pl.DataFrame(OBSERVED, schema=OBSERVATION_COLUMNS, orient="row").lazy(),
        ),
        known_from={"haemoglobin": BOOKING, "haemoglobin_latest": WEEKS_28},
        doubts={"an implausible value was taken as not recorded": 3},
    )


@pytest.fixture
def snapshot(dated: Records) -> Records:
    facts = dated.facts("haemoglobin").collect()
    return Records(
        source="simulated",
        description="five births",
        data_digest="b" * 64,
        pregnancies=facts.lazy(),
        known_from={"haemoglobin": BOOKING},
    )


def test_what_is_known_of_its_women_at_every_point_is_what_it_was(dated: Records) -> None:
    here = births_of_site(dated, "RBB")
    for at in (BOOKING, WEEKS_28):
        among_all = dated.known_by(at).filter(pl.col("site") == "RBB").collect()
        assert here.known_by(at).collect().equals(among_all)
    assert here.facts("haemoglobin").collect()["pregnancy_id"].to_list() == ["p1", "p4"]


def test_a_snapshot_is_narrowed_alike(snapshot: Records) -> None:
    assert births_of_site(snapshot, "RAA").known_by(BOOKING).collect()["pregnancy_id"].to_list() == ["p0", "p2"]


def test_the_births_of_a_site_are_other_births_than_all_and_than_those_of_another(dated: Records) -> None:
    digests = {dated.data_digest, *(births_of_site(dated, site).data_digest for site in ("RAA", "RBB"))}
    assert len(digests) == 3
    assert births_of_site(dated, "RAA").description == "births of site RAA of: five pregnancies"


def test_doubts_counted_of_everyone_are_not_told_of_one_site(dated: Records) -> None:
    assert births_of_site(dated, "RAA").doubts == {}


def test_a_site_that_is_not_there_is_refused_with_those_that_are(dated: Records, snapshot: Records) -> None:
    for records in (dated, snapshot):
        with pytest.raises(UnknownSite, match=r"of site 'RCC'; there are: RAA, RBB"):
            births_of_site(records, "RCC")
