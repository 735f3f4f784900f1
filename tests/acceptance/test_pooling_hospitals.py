"""Two hospitals audit their births together without showing them to one another, through the command line."""

from __future__ import annotations

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
    assert (done.last["files"], done.last["rows"], done.last["sites_in_several_files"]) == (2, 3000, [])
    tables = (counted / "north.csv", counted / "south.csv")
    assert in_this_process("audit", "--predictions", *tables, *DAY, "--out", counted / "pooled").code == 0
    for name in ("audit.json", "report.html"):
        assert (counted / "both" / name).read_bytes() == (counted / "pooled" / name).read_bytes()
    published = [pl.read_parquet(counted / folder / "counts.parquet") for folder in ("both", "pooled")]
    assert published[0].equals(published[1])


@pytest.mark.parametrize(("site", "said"), [("north", "north"), (None, "no site named")])
def test_where_a_birth_could_be_in_two_files_merging_says_so(
    counted: Path, in_this_process: Command, tmp_path: Path, site: str | None, said: str
) -> None:
    """The second file is another release of the same site: nothing in it can show that some of its births are old."""
    births = pl.read_csv(counted / "north.csv", schema_overrides={"pregnancy_id": pl.String})
    files = []
    for number, rows in enumerate((births.head(900), births.tail(900))):
        rows.with_columns(site=pl.lit(site, dtype=pl.String)).write_csv(tmp_path / f"{number}.csv")
        files.append(tmp_path / f"{number}.parquet")
        run = ("audit", "run", "--predictions", tmp_path / f"{number}.csv", *DAY, "--out", tmp_path / "one", "--no-pdf")
        assert in_this_process(*run, "--restricted-counts", files[-1]).code == 0
    done = in_this_process("audit", "merge", *files, "--out", tmp_path / "both", "--no-pdf", "--json")
    assert done.last["sites_in_several_files"] == [said]
    assert f"in more than one of these files: {said}. A birth that is in two files is counted twice" in done.err


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
