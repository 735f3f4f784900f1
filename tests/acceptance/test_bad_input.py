"""What goes wrong on a person's side, through the command line: one message says what, where and what would be right.

Exit 1 is a refusal, exit 2 a wrong use; a traceback is neither. `in_this_process` raises whatever is a fault of ours.
"""

from __future__ import annotations

import fcntl
import json
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from models.home import Home
from records.sources.simulated import simulate, write_cdc_natality
from tests.acceptance.command_line import Command, Done
from tests.acceptance.conftest import environment
from tests.fixtures.natality.births import DEFLATE64, record, write_records, write_zip
from training.registry import Registry

RECORD_BYTES = 1347
ETHNICITY_BYTE = 116


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One home for all refusals: none of them may leave anything in it."""
    return Home(root=tmp_path_factory.mktemp("refusals") / "home").prepare()


@pytest.fixture(scope="module")
def us_births(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """4,000 simulated births in the record of the United States file."""
    path = tmp_path_factory.mktemp("us") / "births.txt"
    write_cdc_natality(simulate(4_000, seed=2, scenario="benchmark"), path)
    return path.read_bytes()


def refused(done: Done, *words: str, code: int = 1) -> None:
    assert done.code == code, done.said
    assert "Traceback" not in done.said
    for word in words:
        assert word in done.said


def retrain(command: Command, home: Home, path: Path, outcome: str = "preterm_birth", *more: object) -> Done:
    return command("retrain", outcome, "--source", "cdc_natality", "--data", path, "--home", home.root, *more)


# Files


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


# Births from which nothing can be learnt


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
    refused(retrain(in_this_process, home, path), "at least 50 are needed", "Pool years or sites")


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


# Births that are unusual, and no reason to refuse


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


# A table of predictions


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


# What is asked for


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
    refused(in_this_process("retrain", outcome, *options, "--home", home.root), *words)


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


# Places that cannot be written to


def test_a_file_in_the_place_of_the_home(in_this_process: Command, english_births: Path, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    for arguments in (
        ("models",),
        ("retrain", "preterm_birth", "--source", "simulated", "--data", english_births),
    ):
        refused(in_this_process(*arguments, "--home", tmp_path / "home"), "home folder 'home'", "--home")


def test_a_home_below_a_file(in_this_process: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(in_this_process("quickstart", "--no-serve", "--home", tmp_path / "file" / "home"), "cannot be written to")


def test_an_out_that_cannot_be_written(in_this_process: Command, champion_home: Home, english_births: Path) -> None:
    nowhere = champion_home.settings_file / "out.parquet"
    refused(in_this_process("simulate", "--births", 50, "--out", nowhere), "equipartum.toml/out.parquet")
    done = in_this_process(
        "score", "--source", "simulated", "--data", english_births, "--out", nowhere, "--home", champion_home.root
    )
    refused(done, "equipartum.toml/out.parquet")
    short = "pregnancy_id,outcome,risk,observed,ethnic_group\na1,preterm_birth,0.1,true,White\n"
    table = champion_home.cache / "short.csv"
    table.write_text(short)
    refused(in_this_process("audit", "--predictions", table, "--out", nowhere), "equipartum.toml/out.parquet")


def test_a_full_disk(in_a_process: Command, english_births: Path, tmp_path: Path) -> None:
    """No file may grow beyond 200 kB, which the registry's does at once."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    done = in_a_process(
        "retrain", "preterm_birth", "--source", "simulated", "--data", english_births, "--home", tmp_path / "home",
        before=limit,
    )  # fmt: skip
    refused(done, "refused: ", "disk")


# Others at work in the same home


def test_a_second_writer_is_told_who_holds_the_lock(in_this_process: Command, home: Home, english_births: Path) -> None:
    code = (
        "import sys, models.home as m\n"
        "with m.Home.at(sys.argv[1]).writing('retrain haemorrhage'): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        done = in_this_process(
            "retrain", "preterm_birth", "--source", "simulated", "--data", english_births, "--home", home.root
        )
        holder.stdin.close()
    refused(done, f"process {holder.pid} (retrain haemorrhage, since", "wait for it to end")


@pytest.fixture
def copied_home(champion_home: Home, tmp_path: Path) -> Home:
    """The champion's registry in a home of its own."""
    copy = Home(root=tmp_path / "copy").prepare()
    (copy.root / "registry.db").write_bytes((champion_home.root / "registry.db").read_bytes())
    return copy


@pytest.fixture
def locked(copied_home: Home) -> Iterator[Home]:
    with closing(sqlite3.connect(copied_home.root / "registry.db", isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield copied_home


def test_a_locked_registry(in_this_process: Command, locked: Home) -> None:
    refused(in_this_process("models", "--home", locked.root), "registry does not answer", "holds its lock")


@pytest.mark.parametrize("kept", [0, 4096])
def test_a_corrupt_registry(in_this_process: Command, copied_home: Home, kept: int) -> None:
    database = copied_home.root / "registry.db"
    database.write_bytes(database.read_bytes()[:kept] + b"these are not pages " * 2000)
    refused(in_this_process("models", "--home", copied_home.root), "registry does not answer", "damaged")


def test_a_taken_port(in_this_process: Command, home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for command in ("serve", "quickstart"):
            done = in_this_process(command, "--port", port, "--home", home.root)
            refused(done, f"127.0.0.1:{port} cannot be listened on", "--port")


# Stopped on the way


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_retrain_that_is_stopped(english_births: Path, tmp_path: Path, number: signal.Signals) -> None:
    home = Home(root=tmp_path / "home").prepare()
    command = [
        sys.executable, "-m", "equipartum", "retrain", "preterm_birth", "--source", "simulated",
        "--data", str(english_births), "--home", str(home.root),
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    before = ""
    # The last remark before the run is opened in the registry; its fit and audit take seconds.
    while "births to fit on" not in before:
        before += process.stderr.readline()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not _statuses(home):
        time.sleep(0.05)
    process.send_signal(number)
    _, after = process.communicate(timeout=60)
    if number is signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 1
        assert "refused: stopped: a run under way is marked KILLED" in after
        assert "Traceback" not in after
        assert _statuses(home) == ["KILLED"]
    assert Registry(home, home.settings()).versions() == []
    with (home.root / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not list(home.audits.glob("*/*/*/report.html"))
    assert (home.root / "registry.db").stat().st_size > 0


def _statuses(home: Home) -> list[str]:
    database = home.root / "registry.db"
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return [status for (status,) in connection.execute("SELECT status FROM runs")]
        except sqlite3.OperationalError:
            return []
