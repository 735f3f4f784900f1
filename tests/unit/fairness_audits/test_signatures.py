"""Sign-off and comments beside an audit: asked for, never invented, and loud about what was altered since."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from fairness_audits.signatures import (
    COMMENT,
    SIGNATURE,
    AlteredAudit,
    Entry,
    IncompleteSignature,
    add_entry,
    entries_of,
)
from fairness_audits.signed import signed

ON = datetime.date(2026, 1, 31)
WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}


@pytest.fixture
def folder(audited: Callable[..., AuditReport], tmp_path: Path) -> Path:
    return write_report(audited({"White": WOMEN}), tmp_path / "20260131T101500-abcdef01")


def add(folder: Path, kind: str = SIGNATURE, **changes: str) -> Entry:
    said = {"name": "A. Person", "role": "equity lead", "comment": "", **changes}
    return add_entry(folder, kind=kind, on=ON, **said)


def test_what_is_signed_is_kept_in_order_and_changes_no_other_file(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert signed(folder).in_words == "not signed"
    add(folder)
    add(folder, COMMENT, name="B.  Person", role="clinical lead", comment=" Offer scans at booking. ")
    first, second = entries_of(folder)
    assert (first.name, first.role, first.on, first.kind) == ("A. Person", "equity lead", "2026-01-31", SIGNATURE)
    assert (second.name, second.comment) == ("B. Person", "Offer scans at booking.")
    assert second.previous == first.digest
    assert set(first.files) == {"report.html", "audit.json", "counts.parquet"}
    shown = signed(folder)
    assert shown.is_signed
    assert shown.in_words == "signed by A. Person, equity lead, 2026-01-31; 1 comment"
    assert {name: (folder / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": " \n "},
        {"name": "--"},
        {"name": "a" * 201},
        {"name": "A\x1b[31m Person"},
        {"role": ""},
        {"role": "42"},
        {"comment": "x" * 4_001},
    ],
)
def test_a_signature_without_a_person_or_a_role_is_refused(folder: Path, changes: dict[str, str]) -> None:
    with pytest.raises(IncompleteSignature):
        add(folder, **changes)
    assert entries_of(folder) == ()


def test_a_comment_says_something(folder: Path) -> None:
    with pytest.raises(IncompleteSignature, match="comment"):
        add(folder, COMMENT)


def test_only_an_audit_is_signed(tmp_path: Path) -> None:
    with pytest.raises(IncompleteSignature, match="no audit"):
        add(tmp_path)


@pytest.mark.parametrize("name", ["audit.json", "report.html", "counts.parquet"])
@pytest.mark.parametrize("how", ["one byte more", "the same size", "gone"])
def test_an_altered_audit_shows_and_is_signed_no_more(folder: Path, name: str, how: str) -> None:
    add(folder)
    assert signed(folder).altered == ()
    file = folder / name
    content = file.read_bytes()
    if how == "gone":
        file.rename(folder / "elsewhere")
        (folder / "audit.json").touch()
    else:
        file.write_bytes(content + b" " if how == "one byte more" else content[:-1] + bytes([content[-1] ^ 1]))
    shown = signed(folder)
    assert name in shown.altered
    assert not shown.is_signed
    assert "ALTERED SINCE" in shown.in_words
    with pytest.raises(AlteredAudit, match=r"A\. Person"):
        add(folder, name="C. Person")


def test_what_was_signed_before_can_be_put_back(folder: Path) -> None:
    content = (folder / "audit.json").read_bytes()
    add(folder)
    (folder / "audit.json").write_bytes(b"{}")
    assert not signed(folder).is_signed
    (folder / "audit.json").write_bytes(content)
    assert signed(folder).is_signed


@pytest.mark.parametrize("how", ["a name", "a comment", "an entry taken out", "no JSON"])
def test_an_altered_entry_shows(folder: Path, how: str) -> None:
    for number in range(3):
        add(folder, comment=f"said {number}")
    file = folder / "signatures.json"
    plain = json.loads(file.read_text(encoding="utf-8"))
    if how == "a name":
        plain["entries"][0]["name"] = "D. Person"
    elif how == "a comment":
        plain["entries"][1]["comment"] = "never said"
    elif how == "an entry taken out":
        del plain["entries"][0]
    file.write_text("" if how == "no JSON" else json.dumps(plain), encoding="utf-8")
    assert "NOT TO BE RELIED ON" in signed(folder).in_words
    assert not signed(folder).is_signed
    with pytest.raises(AlteredAudit):
        add(folder)


def test_two_who_sign_at_once_are_both_kept(folder: Path) -> None:
    names = [f"Person {letter}" for letter in "ABCDEFGH"]
    people = [threading.Thread(target=add, args=(folder,), kwargs={"name": name}) for name in names]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(entry.name for entry in entries_of(folder)) == names
