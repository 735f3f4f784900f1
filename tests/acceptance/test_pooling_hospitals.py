"""Two hospitals audit their births together without showing them to one another, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.acceptance.command_line import Command, refused

DAY = ("--as-of", "2026-01-31")


@pytest.fixture(scope="module")
def hospitals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the predictions of two hospitals: 1,500 made-up births each, some of them twins."""
    folder = tmp_path_factory.mktemp("hospitals")
    for seed, site in enumerate(("north", "south")):
        random = np.random.default_rng(seed)
        risk = 1 / (1 + np.exp(-random.normal(-1.8, 1.0, 1500)))
        pl.DataFrame(
            {
                "pregnancy_id": [f"{site}-{n}" for n in range(1500)],
                "woman_id": [f"{site}-w{n - (n % 20 == 1)}" for n in range(1500)],
                "outcome": "preterm_birth",
                "prediction_point": "booking",
                "risk": risk,
                "alert": risk > 0.3,
                "observed": random.random(1500) < risk,
                "ethnic_group": random.choice(["White", "Black", "Not stated"], 1500),
                "group_scheme": "england_2001",
                "site": site,
            }
        ).write_csv(folder / f"{site}.csv")
    return folder


@pytest.fixture(scope="module")
def counted(hospitals: Path, in_this_process: Command) -> Path:
    for site in ("north", "south"):
        done = in_this_process(
            *("audit", "run", "--predictions", hospitals / f"{site}.csv", *DAY, "--out", hospitals / f"{site}-report"),
            *("--restricted-counts", hospitals / f"{site}.parquet"),
        )
        assert done.code == 0, done.said
        assert "only under a data-sharing agreement" in done.err
    return hospitals


def test_merged_counts_give_the_audit_of_the_pooled_births(counted: Path, in_this_process: Command) -> None:
    files = [counted / "north.parquet", counted / "south.parquet"]
    done = in_this_process("audit", "merge", *files, "--out", counted / "both", "--json")
    assert done.code == 0, done.said
    assert (done.last["files"], done.last["rows"]) == (2, 3000)
    tables = (counted / "north.csv", counted / "south.csv")
    assert in_this_process("audit", "--predictions", *tables, *DAY, "--out", counted / "pooled").code == 0
    for name in ("audit.json", "report.html"):
        assert (counted / "both" / name).read_bytes() == (counted / "pooled" / name).read_bytes()
    published = [pl.read_parquet(counted / folder / "counts.parquet") for folder in ("both", "pooled")]
    assert published[0].equals(published[1])


def test_counts_are_the_owners_alone_and_not_in_the_report(counted: Path, in_this_process: Command) -> None:
    assert (counted / "north.parquet").stat().st_mode & 0o777 == 0o600
    assert sorted(f.suffix for f in (counted / "north-report").iterdir() if "restricted" in f.name) == []
    run = ("audit", "run", "--predictions", counted / "north.csv", "--out", counted / "r")
    refused(in_this_process(*run, "--restricted-counts", counted / "r" / "x.parquet"), "passed on", code=2)
    home = ("--home", counted / "home")
    for place in ("audits", "artifacts"):
        counts = counted / "home" / place / "x.parquet"
        refused(in_this_process(*run, *home, "--restricted-counts", counts), "passed on", code=2)
    assert not (counted / "r").exists()


def test_a_place_where_counts_cannot_be_written_is_said_before_the_audit(
    counted: Path, in_this_process: Command, tmp_path: Path
) -> None:
    north, south = counted / "north.parquet", counted / "south.parquet"
    for place in (tmp_path, tmp_path / "nowhere" / "x.parquet"):
        run = ("audit", "run", "--predictions", counted / "north.csv", "--out", tmp_path / "r")
        refused(in_this_process(*run, "--restricted-counts", place), "cannot be written", "--restricted-counts")
        merge = ("audit", "merge", north, south, "--out", tmp_path / "r")
        refused(in_this_process(*merge, "--restricted-counts", place), "cannot be written", "--restricted-counts")
    assert not (tmp_path / "r").exists()


def test_what_cannot_be_merged_is_refused_by_name(counted: Path, in_this_process: Command, tmp_path: Path) -> None:
    north, published = counted / "north.parquet", counted / "north-report" / "counts.parquet"
    out = ("--out", tmp_path / "x")
    refused(in_this_process("audit", "merge", north, published, *out), "counts.parquet", "rounded", "data-sharing")
    refused(in_this_process("audit", "merge", north, north, *out), "north.parquet", "more than one")
    refused(in_this_process("audit", "merge", north, counted / "north.csv", *out), "north.csv: not a readable Parquet")
    refused(in_this_process("audit", "merge", north, *out), "two sites or more", code=2)
    (tmp_path / "policy.toml").write_text(
        Path("fairness_audits/default_policy.toml").read_text().replace('"ethnic_category"', '"age_band"', 1)
    )
    other = ("--policy", tmp_path / "policy.toml")
    south = counted / "south.parquet"
    refused(in_this_process("audit", "merge", north, south, *out, *other), "asks for age_band", "counted under")
    assert not (tmp_path / "x").exists()


@pytest.fixture(scope="module")
def extracts(hospitals: Path, in_this_process: Command) -> Path:
    """Restricted counts of extracts that name no site and share births; one is of another month, one tells no day."""
    births = pl.read_csv(hospitals / "north.csv").drop("site")
    parts = {
        "first": births.head(1000).with_columns(predicted_at=pl.lit("2025-01-10T09:00:00Z")),
        "second": births.tail(1000).with_columns(predicted_at=pl.lit("2025-01-20T09:00:00Z")),
        "february": births.tail(500).with_columns(predicted_at=pl.lit("2025-02-20T09:00:00Z")),
        "undated": births.tail(500),
    }
    for name, part in parts.items():
        part.write_csv(hospitals / f"{name}.csv")
        done = in_this_process(
            *("audit", "run", "--predictions", hospitals / f"{name}.csv", *DAY, "--out", hospitals / f"{name}-report"),
            *("--no-pdf", "--restricted-counts", hospitals / f"{name}.parquet"),
        )
        assert done.code == 0, done.said
    return hospitals


def test_women_who_may_be_in_both_files_are_not_counted_twice_unsaid(
    extracts: Path, in_this_process: Command, tmp_path: Path
) -> None:
    first, out = extracts / "first.parquet", ("--no-pdf", "--out", tmp_path / "x")
    for other in ("second", "undated"):
        merge = ("audit", "merge", first, extracts / f"{other}.parquet", *out)
        refused(in_this_process(*merge), f"first.parquet and {other}.parquet", "counted twice", "--no-overlap")
        refused(in_this_process(*merge, "--no-overlap", "yes"), "NAME: SENTENCE")
        refused(in_this_process(*merge, "--no-overlap", "A. Clerk: no 943 476 5919 in both"), "NHS")
    same = ("audit", "merge", first, first, "--no-overlap", "A. Clerk: they hold different wards", *out)
    refused(in_this_process(*same), "more than one")
    assert not (tmp_path / "x").exists()


def test_months_that_differ_tell_two_files_apart(extracts: Path, in_this_process: Command, tmp_path: Path) -> None:
    files = (extracts / "first.parquet", extracts / "february.parquet")
    done = in_this_process("audit", "merge", *files, "--no-pdf", "--out", tmp_path / "both")
    assert done.code == 0, done.said
    data = json.loads((tmp_path / "both" / "audit.json").read_text())["data"]
    assert (data["period"], data["no_overlap"]) == (["2025-01", "2025-02"], [])


def test_who_stated_that_no_woman_is_in_both_stays_with_the_counts(
    extracts: Path, in_this_process: Command, tmp_path: Path
) -> None:
    stated = "A. Clerk, data manager: first holds ward A and second ward B"
    kept = tmp_path / "kept.parquet"
    done = in_this_process(
        *("audit", "merge", extracts / "first.parquet", extracts / "second.parquet", "--no-overlap", stated),
        *("--no-pdf", "--out", tmp_path / "both", "--restricted-counts", kept),
    )
    assert done.code == 0, done.said
    assert f"Stated that none is, by {stated}" in (tmp_path / "both" / "report.html").read_text()
    again = in_this_process(
        "audit", "merge", kept, extracts / "february.parquet", "--no-pdf", "--out", tmp_path / "three"
    )
    assert again.code == 0, again.said
    assert json.loads((tmp_path / "three" / "audit.json").read_text())["data"]["no_overlap"] == [stated]
