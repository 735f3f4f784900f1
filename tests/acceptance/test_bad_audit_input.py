"""Tables, policies and folders that an audit cannot use: each is refused in one message, or told in a report."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.acceptance.command_line import Command, Done, refused

WOMEN = 400
POLICY = """schema = 1
group_by = ["ethnic_group"]
disclosure = "msds"
minimum_events = 50
[[threshold]]
kind = "rate"
value = 0.1
"""


@pytest.fixture
def births() -> pl.DataFrame:
    """The short form: of 400 women one in five had the outcome."""
    return pl.DataFrame(
        {
            "pregnancy_id": [f"p{n}" for n in range(WOMEN)],
            "outcome": "preterm_birth",
            "risk": [0.05 + 0.4 * (n % 10) / 10 for n in range(WOMEN)],
            "observed": [n % 5 == 0 for n in range(WOMEN)],
            "ethnic_group": [("White", "Black")[n % 2] for n in range(WOMEN)],
        }
    )


@pytest.fixture
def audited(in_this_process: Command, tmp_path: Path):
    def run(frame: pl.DataFrame, *options: object) -> Done:
        frame.write_parquet(tmp_path / "births.parquet")
        return in_this_process(
            "audit", "--predictions", tmp_path / "births.parquet", "--out", tmp_path / "out", *options
        )

    return run


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda b: b.clear(), ("no rows",)),
        (lambda b: b.with_columns(risk=pl.col("risk") * 100), ("risk outside 0 to 1", "not percent")),
        (lambda b: b.with_columns(risk=pl.lit(float("nan"))), ("risk outside 0 to 1",)),
        (lambda b: b.with_columns(risk=pl.lit(-0.1)), ("risk outside 0 to 1",)),
        (lambda b: pl.concat([b, b]), ("scored more than once", "keep one")),
        (lambda b: b.with_columns(deprivation_quintile=pl.lit(7)), ("deprivation_quintile outside 1",)),
        (lambda b: b.with_columns(deprivation_quintile=pl.lit(10**11)), ("column 'deprivation_quintile'",)),
        (lambda b: b.with_columns(due_at=pl.lit("2026-13-45")), ("'due_at'", "no date", "2026-01-31")),
        (lambda b: b.with_columns(predicted_at=pl.lit("yesterday")), ("predicted_at", "no date")),
        (lambda b: b.with_columns(ethnic_group=pl.lit("A" * 101)), ("'ethnic_group' holds values of more than 100",)),
        (lambda b: b.with_columns(age_band=pl.lit("old" * 40)), ("'age_band' holds values of more than 100",)),
        (lambda b: b.with_columns(model_version=pl.lit("943 476 5919")), ("'model_version'", "ten digits")),
        (lambda b: b.with_columns(outcome_definition=pl.lit("of 9434765919")), ("'outcome_definition'", "ten digits")),
        (lambda b: b.with_columns(outcome=pl.lit("preterm\nbirth")), ("'outcome'", "not shown")),
        (lambda b: b.with_columns(due_at=pl.lit("12/01/2026")), ("due_at", "no date", "2026-01-31")),
        (lambda b: b.with_columns(predicted_at=pl.lit("12/01/2026 09:00")), ("predicted_at", "no date")),
        (lambda b: b.with_columns(postcode=pl.lit("X")), ("unknown column 'postcode'", "The columns are")),
        (lambda b: b.drop("observed"), ("observed", "shortest form")),
        (lambda b: b.with_columns(weight=pl.lit(0.0)), ("weight",)),
        (lambda b: b.with_columns(weight=pl.lit(-1.0)), ("weight",)),
        (lambda b: b.with_columns(ascertained=pl.lit(value=False)), ("ascertained = false", "leave observed empty")),
        (
            lambda b: b.with_columns(
                group_scheme=pl.when(pl.col("ethnic_group") == "White").then(pl.lit("us_omb")).otherwise(pl.lit("x"))
            ),
            ("several schemes", "audit each apart"),
        ),
        (
            lambda b: b.with_columns(ethnic_group=pl.Series([f"group {n}" for n in range(WOMEN)])),
            ("400 labels", "at most 60"),
        ),
    ],
    ids=[
        "empty", "percent", "NaN", "negative", "duplicates",
        "quintile 7", "quintile of eleven digits", "no such day", "no time", "long label", "long band",
        "number as version", "number in a definition", "outcome of two lines", "slashes", "slashes and time",
        "unknown column", "missing column", "weight of zero",
        "negative weight", "contradictory", "schemes pooled", "hundreds of groups",
    ],
)  # fmt: skip
def test_a_table_that_says_nothing_is_refused_and_writes_nothing(audited, births, change, says, tmp_path: Path):
    refused(audited(change(births)), *says)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.with_columns(ethnic_group=pl.lit("White")),
        lambda b: b.with_columns(observed=pl.lit(value=False)),
        lambda b: b.with_columns(observed=pl.lit(value=True)),
        lambda b: b.with_columns(observed=pl.lit(None, dtype=pl.Boolean)),
        lambda b: b.with_columns(ethnic_group=pl.lit(None, dtype=pl.String)),
        lambda b: b.with_columns(due_at=pl.lit("2199-01-01").str.to_date(), observed=pl.lit(None, dtype=pl.Boolean)),
    ],
    ids=["one group", "nobody", "everybody", "no outcome", "no ethnicity", "not yet due"],
)
def test_a_strange_table_is_audited_and_the_report_says_so(audited, births, change, tmp_path: Path):
    assert audited(change(births)).code == 0
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "cannot tell" in page


def test_a_truncated_parquet(in_this_process: Command, births, tmp_path: Path):
    path = tmp_path / "births.parquet"
    births.write_parquet(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(
        in_this_process("audit", "--predictions", path, "--out", tmp_path / "out"), "births.parquet", "not a readable"
    )


def test_a_csv_in_another_encoding(in_this_process: Command, births, tmp_path: Path):
    path = tmp_path / "births.csv"
    text = births.with_columns(ethnic_group=pl.lit("Métis")).write_csv()
    path.write_bytes(text.encode("latin-1"))
    refused(in_this_process("audit", "--predictions", path, "--out", tmp_path / "out"), "save it as UTF-8")


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ("minimun_events = 5\n" + POLICY, ("minimun_events", "the keys are")),
        (POLICY.replace("msds", "mdss"), ("mdss", "msds, mhsds, none")),
        (
            POLICY.replace("schema = 1", 'schema = 1\nreference = "Asian"'),
            ("'Asian', which no row has", "Black, White"),
        ),
        ("not a policy", ("not valid TOML",)),
    ],
    ids=["unknown key", "unknown rule", "absent group", "no TOML"],
)
def test_a_policy_that_cannot_be_followed(audited, births, policy, says, tmp_path: Path):
    (tmp_path / "site.toml").write_text(policy, encoding="utf-8")
    refused(audited(births, "--policy", tmp_path / "site.toml"), *says)


def test_a_previous_audit_that_is_none(audited, births, tmp_path: Path):
    (tmp_path / "audit.json").write_text('{"audit_id"', encoding="utf-8")
    refused(audited(births, "--previous", tmp_path / "audit.json"), "audit.json", "not a readable")


def test_a_file_where_the_folder_should_be(audited, births, tmp_path: Path):
    (tmp_path / "out").write_text("taken", encoding="utf-8")
    refused(audited(births), "out: the report cannot be written there", "--out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "taken"


def test_a_disk_without_room_leaves_no_half_report(births, tmp_path: Path):
    """No file may grow beyond 20 kB, as on a full disk: the page is larger."""
    births.write_parquet(tmp_path / "births.parquet")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "equipartum",
            "audit",
            "--predictions",
            str(tmp_path / "births.parquet"),
            "--out",
            str(tmp_path / "out"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 1, done.stderr
    assert "the report cannot be written there (file too large)" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_labels_that_differ_in_what_is_not_shown_are_one_and_said_so(
    births: pl.DataFrame, in_this_process: Command, tmp_path: Path
) -> None:
    written = ["Polish  Roma", "Polish Roma", "Polish\u200b Roma", "missing"]
    births.with_columns(ethnic_group=pl.Series([written[n % 4] for n in range(births.height)])).write_csv(
        tmp_path / "births.csv"
    )
    done = in_this_process(
        *("audit", "run", "--predictions", tmp_path / "births.csv", "--out", tmp_path / "report", "--no-pdf")
    )
    assert done.code == 0, done.said
    assert "ethnic group labels read as another label, 3:" in done.err
    assert "'Polish\\u200b Roma' as 'Polish Roma'" in done.err
    assert json.loads((tmp_path / "report" / "audit.json").read_text())["data"]["groups"] == [
        "Not known",
        "Polish Roma",
    ]


def test_the_report_counts_and_names_labels_that_the_scheme_does_not_have(
    births: pl.DataFrame, in_this_process: Command, tmp_path: Path
) -> None:
    written = ["White", "Whiet", "Blck", "White"]
    births.with_columns(
        ethnic_group=pl.Series([written[n % 4] for n in range(births.height)]), group_scheme=pl.lit("england_2021")
    ).write_csv(tmp_path / "births.csv")
    done = in_this_process(
        *("audit", "run", "--predictions", tmp_path / "births.csv", "--out", tmp_path / "report", "--no-pdf")
    )
    assert done.code == 0, done.said
    page = (tmp_path / "report" / "report.html").read_text()
    assert "2 labels that the coding scheme does not have, counted as ethnicity not known" in page
    assert "“Blck” (100 rows), “Whiet” (100 rows)." in page
    assert "Among them: 2 labels that the coding scheme does not have, 200 women." in page


@pytest.mark.parametrize("version", ["62effcff01a8", "ab0615554a0d", "2026.11.27", "20261127", "v12"])
def test_what_versions_are_named_by_passes(audited, births, version):
    assert audited(births.with_columns(model_version=pl.lit(version)), "--no-pdf").code == 0


def test_nothing_that_is_read_is_overwritten(in_this_process: Command, births: pl.DataFrame, tmp_path: Path):
    table, policy = tmp_path / "counts.parquet", tmp_path / "policy.toml"
    births.write_parquet(table)
    policy.write_text(POLICY)
    before = table.read_bytes()
    run = ("audit", "run", "--predictions", table, "--policy", policy, "--no-pdf")
    elsewhere = ("--out", tmp_path / "out")
    for file in (table, policy):
        refused(in_this_process(*run, *elsewhere, "--restricted-counts", file), "is read by this command", code=2)
    refused(in_this_process(*run, "--out", tmp_path), "would overwrite counts.parquet", code=2)
    (tmp_path / "notes.txt").write_text("kept")
    kept = ("--restricted-counts", tmp_path / "notes.txt")
    refused(in_this_process(*run, *elsewhere, *kept), "holds no restricted counts", code=2)
    assert (table.read_bytes(), policy.read_text(), (tmp_path / "notes.txt").read_text()) == (before, POLICY, "kept")
    counts = ("--restricted-counts", tmp_path / "r.parquet")
    assert in_this_process(*run, *elsewhere, *counts).code == 0
    assert in_this_process(*run, *elsewhere, *counts).code == 0  # its own earlier counts may be replaced


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [("reason", "NHS 943 476 5919", "NHS"), ("name", "\\u202eA. Person", "name"), ("role", " ", "role")],
)
def test_what_an_acceptance_may_not_say(audited, births, tmp_path: Path, key: str, value: str, says: str):
    said = {"name": "A. Person", "role": "lead", "reason": "years are pooled"} | {key: value}
    written = (
        POLICY
        + """[[acceptance]]
check = "FA003"
outcome = "preterm_birth"
model_version = "v1"
date = 2026-01-01
expires = 2027-01-01
"""
        + "".join(f'{name} = "{text}"\n' for name, text in said.items())
    )
    (tmp_path / "policy.toml").write_text(written)
    refused(audited(births, "--policy", tmp_path / "policy.toml"), "[[acceptance]] 1", says)


def test_of_a_table_without_flags_under_a_policy_of_flags_nobody_is_said_to_be_missed(audited, births, tmp_path: Path):
    policy = POLICY.replace('kind = "rate"\nvalue = 0.1', 'kind = "offer_policy"')
    (tmp_path / "policy.toml").write_text(policy)
    done = audited(births, "--policy", tmp_path / "policy.toml", "--no-pdf")
    assert "does not say who was flagged" in done.out


def test_where_every_figure_is_kept_back_nothing_soothes(audited, births):
    done = audited(births.with_columns(observed=pl.lit(value=False)), "--no-pdf")
    assert "Not to be released until a named person has answered for: FA016" in done.out
    assert "shown to be wrong" not in done.out


def test_where_no_label_is_the_schemes_ethnicity_is_not_recorded(audited, births):
    strange = births.with_columns(group_scheme=pl.lit("england_2021"), ethnic_group=pl.lit("Klingon"))
    done = audited(strange, "--no-pdf", "--json")
    assert "FA009" in done.last["blocking_findings"]
    assert "Figures of ethnic groups are withheld" in str(done.last["findings"])
