"""What goes wrong on a person's side, through the command line: one message says what, where and what would be right.

Exit 1 is a refusal, exit 2 a wrong use; a traceback is neither. `in_this_process` raises whatever is a fault of ours.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from models.home import Home
from records.sources.simulated import simulate, write_cdc_natality
from tests.acceptance.command_line import Command, Done, refused
from tests.fixtures.natality.births import DEFLATE64, record, write_records, write_zip

RECORD_BYTES = 1347
ETHNICITY_BYTE = 116


@pytest.fixture(scope="module")
def us_births(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """4,000 simulated births in the record of the United States file."""
    path = tmp_path_factory.mktemp("us") / "births.txt"
    write_cdc_natality(simulate(4_000, seed=2, scenario="benchmark"), path)
    return path.read_bytes()


def retrain(command: Command, home: Home, path: Path, outcome: str = "preterm_birth", *more: object) -> Done:
    return command("retrain", outcome, "--source", "cdc_natality", "--data", path, "--home", home.root, *more)


def test_a_file_that_is_not_there(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    refused(retrain(in_this_process, home, tmp_path / "births.zip"), "there is no file births.zip")


def test_a_file_that_is_not_births(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("These are the minutes of a meeting.\n" * 90)
    refused(retrain(in_this_process, home, tmp_path / "notes.txt"), "notes.txt")


@pytest.mark.parametrize("kept", [0.4, 0.98])
def test_a_truncated_zip(in_this_process: Command, home: Home, tmp_path: Path, kept: float) -> None:
    path = write_zip(tmp_path / "births.zip", (record() + b"\r\n") * 60, method=DEFLATE64)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    refused(retrain(in_this_process, home, path), "births.zip", "cut off", "fetch it again")


def test_a_zip_with_another_checksum(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "births.zip", (record() + b"\r\n") * 60, method=DEFLATE64, checksum=0xDEADBEEF)
    refused(retrain(in_this_process, home, path), "births.zip", "announces deadbeef", "fetch it again")


def test_a_predictions_file_for_births(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    path = tmp_path / "births.parquet"
    pl.DataFrame({"risk": [0.1]}).write_parquet(path)
    done = in_this_process(
        "retrain", "preterm_birth", "--source", "simulated", "--data", path, "--home", home.root
    )  # fmt: skip
    refused(done, "births.parquet")


def test_an_empty_cohort(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    """Twins alone: nobody belongs to the population of a singleton outcome."""
    path = write_records(tmp_path / "twins.txt", *[record({454: "2"})] * 40)
    done = retrain(in_this_process, home, path, "preterm_birth", "--json")
    refused(done, "no pregnancy belongs to the population of preterm_birth", "40 outside the outcome's population")
    assert done.last["refused"][0]["outcome"] == "preterm_birth"


def test_an_outcome_of_one_class(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    path = write_records(tmp_path / "term.txt", *[record()] * 400)
    refused(retrain(in_this_process, home, path), "nobody of", "nothing to learn from")


def test_too_few_events(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    early = record({490: "34", 499: "34"})
    path = write_records(tmp_path / "few.txt", *[record()] * 360, *[early] * 40)
    refused(retrain(in_this_process, home, path), "fewer than 50 events", "Pool years or sites")


def test_an_implausible_rate(in_this_process: Command, home: Home, tmp_path: Path) -> None:
    early = record({490: "34", 499: "34"})
    path = write_records(tmp_path / "early.txt", *[record()] * 200, *[early] * 300)
    refused(retrain(in_this_process, home, path), "a maternity population has", "Check the definition's fields")


def test_one_outcome_that_cannot_be_read_does_not_lose_the_other(
    in_this_process: Command, home: Home, tmp_path: Path
) -> None:
    path = write_records(tmp_path / "term.txt", *[record()] * 400)
    done = in_this_process(
        "retrain", "postpartum_depression", "preterm_birth", "--source", "cdc_natality", "--data", path,
        "--home", home.root, "--json",
    )  # fmt: skip
    assert done.code == 1
    assert [one["outcome"] for one in done.last["refused"]] == ["postpartum_depression", "preterm_birth"]


def _with_ethnicity(births: bytes, code: bytes, rows: list[int]) -> bytes:
    changed = bytearray(births)
    for row in rows:
        changed[row * RECORD_BYTES + ETHNICITY_BYTE : row * RECORD_BYTES + ETHNICITY_BYTE + 1] = code
    return bytes(changed)


@pytest.fixture(scope="module")
def unusual(us_births: bytes, in_this_process: Command, tmp_path_factory: pytest.TempPathFactory) -> tuple[Done, Home]:
    """Births with a code no list has, on three rows, and one group that only the first birth of the year belongs to."""
    folder = tmp_path_factory.mktemp("unusual")
    rows = range(len(us_births) // RECORD_BYTES)
    rare = [row for row in rows if us_births[row * RECORD_BYTES + ETHNICITY_BYTE] == ord("4")]
    births = _with_ethnicity(us_births, b"1", rare)
    path = folder / "births.txt"
    path.write_bytes(_with_ethnicity(_with_ethnicity(births, b"9", [40, 400, 1400]), b"4", [0]))
    own = Home(root=folder / "home")
    done = retrain(in_this_process, own, path, "preterm_birth", "--json", "--alert-rate", "0.2")
    return done, own


def test_an_unknown_ethnic_code_is_kept_counted_and_named(unusual: tuple[Done, Home]) -> None:
    done, home = unusual
    assert done.code == 0, done.err
    assert "unknown code '9'" in done.err
    assert "3 births" in done.err
    run_id = done.last["retrained"][0]["run_id"]
    kept = pl.read_parquet(home.cache / "holdouts" / run_id / "predictions.parquet")
    assert kept.filter(pl.col("ethnic_category") == "9")["ethnic_group"].unique().to_list() in ([], ["Not known"])


def test_a_group_absent_from_one_part_is_said_and_stops_nothing(unusual: tuple[Done, Home]) -> None:
    done, home = unusual
    (report,) = home.audits.glob("*/*/*/audit.json")
    groups = {r["group"] for r in json.loads(report.read_text())["figures"] if r["level"] == "ethnic_group"}
    assert "White" in groups
    assert "Asian" not in groups
    assert "not in the held-out births: Asian; no figure can be given of them" in done.err


def test_duplicate_predictions(in_this_process: Command, tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    rows = "pregnancy_id,outcome,risk,observed,ethnic_group\n" + "a1,preterm_birth,0.1,true,White\n" * 2
    path.write_text(rows)
    done = in_this_process("audit", "--predictions", path, "--out", tmp_path / "audit")
    refused(done, "1 pregnancies are scored more than once", "keep one row each")
    assert "a1" not in done.said


def test_a_percentage_where_a_probability_belongs(in_this_process: Command, tmp_path: Path) -> None:
    path = tmp_path / "percent.csv"
    path.write_text("pregnancy_id,outcome,risk,observed,ethnic_group\na1,preterm_birth,12,true,White\n")
    refused(in_this_process("audit", "--predictions", path), "risk outside 0 to 1", "not percent")


def test_an_audit_of_nothing_and_of_two_things(in_this_process: Command, tmp_path: Path) -> None:
    refused(in_this_process("audit"), "--predictions", code=2)
    refused(in_this_process("audit", "--log", "--run", "abc"), "--predictions", code=2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--outcome", "pretermbirth"), ("no outcome is called 'pretermbirth'", "preterm_birth, ")),
        (("--source", "births"), ("no source is called 'births'", "cdc_natality, simulated")),
        (("--at", "breakfast"), ("no prediction point is called 'breakfast'", "booking, ")),
        (("--at", "birth"), ("preterm_birth has no prediction point birth", "booking, ")),
        (("--constraint", "fair"), ("no constraint is called 'fair'", "tpr_floor")),
        (("--tolerance", "1.5"), ("tolerance is a share of women from 0 to 1; got 1.5",)),
        (("--tolerance", "-0.1"), ("tolerance is a share of women from 0 to 1; got -0.1",)),
        (("--alert-rate", "0"), ("alert_rate is a share of women above 0 and below 1; got 0",)),
        (("--alert-rate", "10"), ("alert_rate is a share of women above 0 and below 1; got 10",)),
    ],
)
def test_what_does_not_exist_or_is_out_of_range(
    in_this_process: Command, home: Home, english_births: Path, arguments: tuple[str, str], words: tuple[str, ...]
) -> None:
    asked = {"--outcome": "preterm_birth", "--source": "simulated", "--data": str(english_births)} | dict([arguments])
    outcome = asked.pop("--outcome")
    options = [part for pair in asked.items() for part in pair]
    code = 2 if arguments[0] in ("--outcome", "--source", "--at") else 1
    refused(in_this_process("retrain", outcome, *options, "--home", home.root), *words, code=code)


def test_a_number_that_is_none(in_this_process: Command, home: Home, english_births: Path) -> None:
    done = in_this_process(
        "retrain", "preterm_birth", "--source", "simulated", "--data", english_births, "--alert-rate", "ten",
        "--home", home.root,
    )  # fmt: skip
    refused(done, "--alert-rate", code=2)


def test_a_version_and_a_run_that_are_not_there(in_this_process: Command, home: Home) -> None:
    refused(in_this_process("promote", "preterm_birth", 4, "--home", home.root), "has no version 4", "retrain")
    refused(in_this_process("audit", "--run", "f" * 8, "--home", home.root), "0 registered versions")
    done = in_this_process("score", "--source", "simulated", "--data", "x", "--out", "o.csv", "--home", home.root)
    refused(done, "x")


def test_an_unknown_setting(in_this_process: Command, tmp_path: Path) -> None:
    (tmp_path / "equipartum.toml").write_text("prot = 3000\n")
    refused(in_this_process("models", "--home", tmp_path), "unknown setting 'prot'", "port")
