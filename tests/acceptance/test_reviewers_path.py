"""What an equity reviewer does: finds the audits, compares, reads the notes of those who were missed, and signs."""

from __future__ import annotations

import csv
import json
import re
import shutil
import stat
from pathlib import Path

import pytest

from models.home import Home
from tests.acceptance.command_line import Command, refused

COLUMNS = ("pregnancy_id", "outcome", "risk", "observed", "ethnic_group", "alert")


def write_table(path: Path, black_found: int) -> Path:
    """2,000 White women, 200 events of whom 100 were flagged; 400 Black women, 40 events; ids as a ward would have."""
    rows = [(f"W{n}", 0.3 if n % 20 == 0 else 0.05, n % 10 == 0, "White", n % 20 == 0) for n in range(2_000)]
    rows += [(f"B{n}", 0.3 if n < black_found else 0.05, n < 40, "Black", n < black_found) for n in range(400)]
    with path.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(COLUMNS)
        for name, risk, observed, group, alert in rows:
            table.writerow((name, "preterm_birth", risk, str(observed).lower(), group, str(alert).lower()))
    return path


@pytest.fixture
def reviewed(champion_home: Home, tmp_path: Path) -> Home:
    """The audits of a home, to write beside."""
    home = Home(root=tmp_path / "home").prepare()
    shutil.copytree(champion_home.audits, home.audits, dirs_exist_ok=True)
    return home


@pytest.fixture
def newest(in_this_process: Command, reviewed: Home) -> str:
    listed = in_this_process("audit", "list", "--outcome", "preterm_birth", "--home", reviewed.root, "--json")
    audit_id: str = listed.last["audits"][0]["audit_id"]
    return audit_id


def test_the_audits_of_a_home_are_listed(in_this_process: Command, champion_home: Home) -> None:
    listed = in_this_process("audit", "list", "--home", champion_home.root)
    assert listed.code == 0
    assert "preterm_birth.booking version 1, run " in listed.out
    assert "gestational_diabetes.booking version 1, run " in listed.out
    assert "not signed" in listed.out
    assert "SIMULATED: NOT FOR CARE" in listed.out
    as_data = in_this_process("audit", "list", "--limit", 1, "--json", "--home", champion_home.root).last
    assert len(as_data["audits"]) == 1 < as_data["of"]
    only = in_this_process(
        "audit", "list", "--outcome", "preterm_birth", "--at", "booking", "--home", champion_home.root
    )
    assert "gestational_diabetes" not in only.out
    nothing = in_this_process("audit", "list", "--at", "birth", "--home", champion_home.root)
    assert (nothing.code, "No audit is kept here" in nothing.out) == (0, True)
    # Under a policy with nothing blocking.
    assert in_this_process("audit", "list", "--blocked", "--json", "--home", champion_home.root).last["of"] == 0


def test_an_audit_is_commented_on_signed_and_shown_as_such(
    in_this_process: Command, reviewed: Home, newest: str
) -> None:
    said = in_this_process(
        "audit", "comment", newest, "--name", "A. Person", "--role", "clinical lead", "--comment", "Ask at booking",
        "--home", reviewed.root,
    )  # fmt: skip
    assert said.code == 0, said.err
    signed = in_this_process(
        "audit", "sign", newest[:15], "--name", "B. Person", "--role", "equity lead", "--home", reviewed.root, "--json"
    )
    assert signed.last["audit_id"] == newest
    listed = in_this_process("audit", "list", "--outcome", "preterm_birth", "--home", reviewed.root).out
    assert "signed by B. Person, equity lead, " in listed
    assert "; 1 comment" in listed

    folder = Path(signed.last["folder"])
    (folder / "report.html").write_text("another report", encoding="utf-8")
    altered = in_this_process("audit", "list", "--home", reviewed.root).out
    assert "ALTERED SINCE: report.html" in altered
    again = in_this_process(
        "audit", "sign", newest, "--name", "C. Person", "--role", "director", "--home", reviewed.root
    )
    refused(again, "altered after", "report.html")
    verified = in_this_process("audit", "verify", newest, "--home", reviewed.root)
    refused(verified, "report.html altered after ", "is not what was signed")


def test_what_was_signed_is_verified_and_what_was_taken_out_is_told(
    in_this_process: Command, reviewed: Home, newest: str
) -> None:
    def signs(name: str) -> tuple[str, Path]:
        said = ("--name", name, "--role", "equity lead", "--home", reviewed.root, "--json")
        done = in_this_process("audit", "sign", newest, *said)
        return done.last["head"], Path(done.last["folder"])

    (first, folder), (second, _) = signs("A. Person"), signs("B. Person")
    for head in (first, second):
        held = in_this_process("audit", "verify", newest, "--head", head, "--home", reviewed.root, "--json")
        assert (held.code, held.last["signed"]["is_signed"]) == (0, True)
    listed = in_this_process("audit", "list", "--home", reviewed.root).out
    assert f"2 entries, the last {second}" in listed
    for head in ("0" * 16, second[:6]):
        refused(in_this_process("audit", "verify", newest, "--head", head, "--home", reviewed.root), "--head")

    file = folder / "signatures.json"
    plain = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**plain, "entries": plain["entries"][:1]}), encoding="utf-8")
    assert "the last ones were taken out" in in_this_process("audit", "list", "--home", reviewed.root).out
    refused(in_this_process("audit", "verify", newest, "--home", reviewed.root), "the last ones were taken out")


@pytest.mark.parametrize("said", ["seen with 943 476 5919", "born on 3/4/1994", "turned \u202e around"])
def test_a_comment_that_must_not_be_kept_is_refused(
    in_this_process: Command, reviewed: Home, newest: str, said: str
) -> None:
    refusal = in_this_process(
        "audit", "comment", newest, "--name", "A. Person", "--role", "lead", "--comment", said, "--home", reviewed.root
    )
    refused(refusal, "the comment holds")
    assert said not in refusal.err
    assert not list(reviewed.audits.rglob("sign*"))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("sign", "{id}", "--role", "equity lead"), 2, ("--name",)),
        (("sign", "{id}", "--name", "A. Person"), 2, ("--role",)),
        (("comment", "{id}", "--name", "A. Person", "--role", "lead"), 2, ("--comment",)),
        (("sign", "{id}", "--name", " ", "--role", "equity lead"), 1, ("a name is needed",)),
        (("sign", "20991231", "--name", "A. Person", "--role", "lead"), 1, ("0 audits", "equipartum audit list")),
        (("list", "--outcome", "weather"), 2, ("no outcome is called 'weather'",)),
        (("list", "--at", "tomorrow"), 2, ("no prediction point is called",)),
        (("list", "--limit", "0"), 2, ("--limit",)),
    ],
)
def test_what_is_not_said_is_asked_for(
    in_this_process: Command, reviewed: Home, newest: str, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    given = [argument.replace("{id}", newest) for argument in arguments]
    refused(in_this_process("audit", *given, "--home", reviewed.root), *words, code=code)
    assert not list(reviewed.audits.rglob("signatures.json"))


def test_the_missed_women_of_a_small_group_are_listed_where_asked(in_this_process: Command, tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.csv", black_found=10)
    plain = in_this_process("audit", "--predictions", table, "--out", tmp_path / "plain", "--json")
    assert plain.last["review_list"] is None
    assert {file.name for file in (tmp_path / "plain").iterdir()} >= {"report.html", "audit.json", "counts.parquet"}
    assert not (tmp_path / "plain" / "review-list.csv").exists()

    asked = in_this_process("audit", "--predictions", table, "--out", tmp_path / "out", "--review-list", "--json")
    file = Path(asked.last["review_list"])
    assert file == tmp_path / "out" / "review-list.csv"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in asked.err
    assert "must not be sent" in asked.err
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert {row["pregnancy_id"] for row in rows} == {f"B{n}" for n in range(10, 40)}
    assert all(row["what_would_have_found_her"] == "" for row in rows)
    for name in ("report.html", "audit.json"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "B10" not in text
        assert "review-list.csv" not in text


def test_what_changed_is_told_against_a_named_audit(in_this_process: Command, tmp_path: Path) -> None:
    out = [
        in_this_process(
            "audit", "--predictions", write_table(tmp_path / f"{found}.csv", found), "--out", tmp_path / str(found),
            *(("--previous", tmp_path / "30" / "audit.json") if found == 2 else ()), "--json",
        )
        for found in (30, 2)
    ]  # fmt: skip
    assert [done.code for done in out] == [0, 0]
    first, second = (tmp_path / name / "report.html" for name in ("30", "2"))
    assert "No previous audit was given" in first.read_text(encoding="utf-8")
    assert f"Previous audit: {out[0].last['audit_id']}" in second.read_text(encoding="utf-8")

    (tmp_path / "no.json").write_text("[]", encoding="utf-8")
    table = tmp_path / "2.csv"
    unreadable = in_this_process("audit", "--predictions", table, "--previous", tmp_path / "no.json", "--out", tmp_path)
    refused(unreadable, "no.json: not an audit")
    both = ("--previous", tmp_path / "30" / "audit.json", "--no-previous")
    refused(in_this_process("audit", "--predictions", table, *both), "not both", code=2)
    refused(in_this_process("audit", "--log", "--review-list"), "pseudonyms alone", code=2)


def test_grave_findings_are_told_in_full_also_as_data(
    in_this_process: Command, tmp_path: Path, advisory_policy: Path
) -> None:
    table = write_table(tmp_path / "table.csv", black_found=0)
    shown = in_this_process("audit", "run", "--predictions", table, "--out", tmp_path / "a")
    told = in_this_process("audit", "--json", "--predictions", table, "--out", tmp_path / "b").last
    grave = [finding for finding in told["findings"] if finding["severity"] in ("blocking", "major")]
    assert grave
    for finding in grave:
        assert f"{finding['code']}, {finding['severity']}: {finding['sentence']}" in shown.out
        assert finding["next_step"] in shown.out
    assert told["blocked_champion"] is None
    advisory = [f for f in told["findings"] if (f["state"], f["severity"]) == ("finding", "advisory")]
    assert not [finding for finding in advisory if finding["sentence"] in shown.out]
    lesser = in_this_process("audit", "--predictions", table, "--policy", advisory_policy, "--out", tmp_path / "c")
    assert re.search(r"advisory findings?, told in the report: FA003", lesser.out)
