"""Restricted counts: exact on disk, readable by their owner alone, never an artefact, and refused by name."""

from __future__ import annotations

import datetime
import json
import os
import stat
from dataclasses import replace

import polars as pl
import pytest

from fairness_audits import restricted_counts
from fairness_audits.audit import audit_counts
from fairness_audits.bands import COUNTS_METADATA
from fairness_audits.counts import CountsDoNotAdd, CountsOfAnotherPolicy, SameCountsTwice, count_predictions
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.report_files import write_report
from fairness_audits.restricted_counts import (
    DamagedCounts,
    NotRestrictedCounts,
    OtherCountsSchema,
    PublishedCountsDoNotMerge,
    is_restricted,
    pooled_counts,
    read_restricted_counts,
    write_restricted_counts,
)

ON = datetime.date(2026, 1, 31)


def _count(frame, *, as_of=ON, columns=DEFAULT_POLICY.cell_columns, **options):
    return count_predictions(frame, cell_columns=columns, as_of=as_of, **options)


@pytest.fixture
def hospital(table):
    """The counts of one site: 40 events, weights that no binary fraction holds, and pairs of twins."""

    def build(site: str, **options):
        frame = table({"White": {"found": 12, "missed": 14, "cleared": 200, "weight": 0.1}, "Black": {"missed": 14}})
        named = frame.with_columns(
            site=pl.lit(site),
            pregnancy_id=site + pl.col("pregnancy_id"),
            woman_id=pl.when(pl.int_range(pl.len()) < 60).then(pl.int_range(pl.len()) // 2).cast(pl.String),
        )
        return _count(named, **options)

    return build


def test_what_is_read_back_is_what_was_counted(hospital, tmp_path):
    counts = hospital("North", thresholds=(0.05, 0.1))
    read = read_restricted_counts(write_restricted_counts(counts, tmp_path / "north.parquet"))
    assert read.frame.equals(counts.frame)
    assert read.frame.schema == counts.frame.schema
    assert counts.repeated["women"].sum() > 0
    assert read.repeated.equals(counts.repeated)
    assert replace(read, frame=counts.frame, repeated=counts.repeated, releases=frozenset()) == counts


def test_nobody_else_can_read_it_at_any_moment(hospital, tmp_path, monkeypatch):
    """Looked at while the bytes are being written, under the most open umask, over a file that others could read."""
    target = tmp_path / "north.parquet"
    target.write_bytes(b"of before")
    target.chmod(0o644)
    modes = []
    written = pl.DataFrame.write_parquet

    def looking(frame, file, **options):
        modes.extend(stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir() if p != target)
        written(frame, file, **options)

    monkeypatch.setattr(pl.DataFrame, "write_parquet", looking)
    before = os.umask(0)
    try:
        write_restricted_counts(hospital("North"), target)
    finally:
        os.umask(before)
    assert modes == [0o600]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["north.parquet"]


def test_it_says_what_it_is_and_names_no_woman(hospital, tmp_path):
    file = write_restricted_counts(hospital("North"), tmp_path / "anything.parquet")
    said = json.loads(pl.read_parquet_metadata(file)[COUNTS_METADATA])
    assert (said["kind"], said["rows"]) == ("restricted", 240)
    assert said["notice"].startswith("RESTRICTED")
    assert is_restricted(file)
    assert "woman_id" not in pl.read_parquet(file).columns
    assert "pregnancy_id" not in pl.read_parquet(file).columns


def test_merged_files_are_the_pooled_hospitals(hospital, tmp_path):
    north, south = hospital("North"), hospital("South")
    files = [write_restricted_counts(c, tmp_path / f"{n}.parquet") for n, c in (("n", north), ("s", south))]
    merged = pooled_counts(files)
    assert merged.frame.equals(north.merge(south).frame)
    assert merged.repeated.equals(south.merge(north).repeated)


def test_the_same_rows_are_not_added_twice(hospital, tmp_path):
    north = write_restricted_counts(hospital("North"), tmp_path / "north.parquet")
    south = write_restricted_counts(hospital("South"), tmp_path / "south.parquet")
    both = write_restricted_counts(pooled_counts([north, south]), tmp_path / "both.parquet")
    for given in ([north, north], [both, south], [south, both]):
        with pytest.raises(SameCountsTwice, match=rf"^{given[-1].name}: .*more than one"):
            pooled_counts(given)
    # One site of a table of two, counted again by itself.
    pooled = hospital("North").merge(hospital("South"))
    with pytest.raises(SameCountsTwice):
        pooled_counts([write_restricted_counts(pooled, tmp_path / "table.parquet"), south])


def test_published_counts_say_that_they_cannot_be_merged(hospital, tmp_path):
    report = audit_counts(hospital("North"), as_of=ON)
    published = write_report(report, tmp_path / "report") / "counts.parquet"
    said = json.loads(pl.read_parquet_metadata(published)[COUNTS_METADATA])
    assert said["kind"] == "published"
    assert said["is_simulated"] is False
    assert "cannot be merged" in said["notice"]
    assert not is_restricted(published)
    with pytest.raises(
        PublishedCountsDoNotMerge, match=r"counts.parquet: .* rounded .* '--?msds|msds.*restricted-counts"
    ):
        read_restricted_counts(published)


def test_what_is_not_restricted_counts_is_refused_by_name(tmp_path):
    (tmp_path / "text.parquet").write_text("no")
    pl.DataFrame({"n": [1]}).write_parquet(tmp_path / "other.parquet")
    for name in ("text.parquet", "other.parquet", "absent.parquet"):
        assert not is_restricted(tmp_path / name)
        with pytest.raises(NotRestrictedCounts, match=rf"^{name}"):
            read_restricted_counts(tmp_path / name)


def test_another_schema_and_a_changed_file_are_refused(hospital, tmp_path, monkeypatch):
    file = write_restricted_counts(hospital("North"), tmp_path / "north.parquet")
    said = pl.read_parquet_metadata(file)[COUNTS_METADATA]
    frame = pl.read_parquet(file)
    changed = {
        "more.parquet": frame.with_columns(n=pl.col("n") + 1),
        "cut.parquet": frame.drop("risk"),
        "regrouped.parquet": frame.with_columns(ethnic_group=pl.lit("White")),
    }
    for name, other in changed.items():
        other.write_parquet(tmp_path / name, metadata={COUNTS_METADATA: said})
        with pytest.raises(DamagedCounts, match=rf"^{name}"):
            read_restricted_counts(tmp_path / name)
    monkeypatch.setattr(restricted_counts, "COUNTS_SCHEMA", 2)
    with pytest.raises(OtherCountsSchema, match=r"north.parquet: .*schema 1; this version reads 2"):
        read_restricted_counts(file)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"columns": ("ethnic_group",)}, "cell_columns"),
        ({"thresholds": (0.2,)}, "thresholds"),
    ],
)
def test_counts_under_another_policy_do_not_add(hospital, tmp_path, options, says):
    files = [
        write_restricted_counts(hospital("North"), tmp_path / "north.parquet"),
        write_restricted_counts(hospital("South", **options), tmp_path / "south.parquet"),
    ]
    with pytest.raises(CountsDoNotAdd, match=rf"^south.parquet: counts differ in {says}"):
        pooled_counts(files)


def test_counts_of_another_day_add_only_where_nothing_has_fallen_due(table):
    frame = table({"White": {"found": 3, "missing": 4}}).with_columns(site=pl.lit("a"))
    due = frame.with_columns(
        due_at=datetime.date(2026, 2, 5), site=pl.lit("b"), pregnancy_id="b" + pl.col("pregnancy_id")
    )
    later = datetime.date(2026, 2, 10)
    pooled = _count(frame).merge(_count(due, as_of=later))
    assert pooled.as_of == later
    assert pooled.frame.equals(_count(pl.concat([frame, due], how="diagonal"), as_of=later).frame)
    with pytest.raises(CountsDoNotAdd, match="as of 2026-01-31 hold outcomes that were not yet due"):
        _count(due).merge(_count(frame, as_of=later))


def test_a_policy_that_the_counts_cannot_answer_is_refused(hospital):
    counts = hospital("North", columns=("ethnic_group",))
    with pytest.raises(CountsOfAnotherPolicy, match="asks for ethnic_category"):
        audit_counts(counts, as_of=ON)
    # The site is always counted apart, and columns that no policy asks for are added up.
    by_site = replace(DEFAULT_POLICY, group_by=("ethnic_group", "site"))
    assert audit_counts(counts, by_site, as_of=ON).data.rows == audit_counts(hospital("North"), as_of=ON).data.rows


def test_both_files_of_counts_say_that_births_are_made_up(table, tmp_path):
    counts = _count(table({"White": {"found": 30, "cleared": 100}}).with_columns(is_simulated=pl.lit(value=True)))
    published = write_report(audit_counts(counts, as_of=ON), tmp_path / "report") / "counts.parquet"
    for file in (published, write_restricted_counts(counts, tmp_path / "restricted.parquet")):
        assert json.loads(pl.read_parquet_metadata(file)[COUNTS_METADATA])["is_simulated"] is True
