"""Sign-off and comments beside an audit: asked for, never invented, and loud about what was altered since."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fairness_audits.kept_audits import keep_summary
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from fairness_audits.signature_ledger import LEDGER_FILE
from fairness_audits.signatures import (
    COMMENT,
    SIGNATURE,
    AlteredAudit,
    Entry,
    IncompleteSignature,
    UnwrittenSignature,
    add_entry,
    entries_of,
)
from fairness_audits.signed import signed

ON = datetime.date(2026, 1, 31)
WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}


@pytest.fixture
def folder(audited: Callable[..., AuditReport], tmp_path: Path) -> Path:
    return write_report(audited({"White": WOMEN}), tmp_path / "20260131T101500-abcdef01")


@pytest.fixture
def kept(audited: Callable[..., AuditReport], tmp_path: Path) -> Path:
    """As a home keeps it, with a summary and room for a ledger above."""
    report = audited({"White": WOMEN})
    folder = write_report(report, tmp_path / "preterm_birth" / "booking" / "20260131T101500-abcdef01")
    keep_summary(report, folder)
    return folder


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
        {"role": "midwife of 943 476 5919"},
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


def entries_in(file: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(file.read_text(encoding="utf-8"))["entries"]
    return found


def rewrite(folder: Path, entries: list[dict[str, object]]) -> None:
    plain = {"schema": 2, "audit_id": folder.name, "entries": entries}
    (folder / "signatures.json").write_text(json.dumps(plain), encoding="utf-8")


@pytest.mark.parametrize("how", ["the last taken out", "all taken out", "the file deleted", "written anew"])
def test_entries_taken_out_at_the_end_show_by_the_ledger(kept: Path, how: str) -> None:
    for name in ("A. Person", "B. Person"):
        add(kept, name=name)
    assert signed(kept).is_signed
    file = kept / "signatures.json"
    if how == "the file deleted":
        file.unlink()
    elif how == "written anew":
        first, second = entries_in(file)
        first["name"] = "D. Person"
        second["previous"] = Entry(**first).digest  # type: ignore[arg-type]
        rewrite(kept, [first, second])
    else:
        rewrite(kept, entries_in(file)[:1] if how == "the last taken out" else [])
    shown = signed(kept)
    assert "written anew" in shown.trouble if how == "written anew" else "the last ones were taken out" in shown.trouble
    assert not shown.is_signed
    with pytest.raises(AlteredAudit):
        add(kept, name="C. Person")


def test_the_printed_head_tells_where_there_is_no_ledger(folder: Path) -> None:
    add(folder)
    add(folder, name="B. Person")
    assert signed(folder).in_ledger is None
    printed = signed(folder).head
    rewrite(folder, entries_in(folder / "signatures.json")[:1])
    assert signed(folder).trouble == ""
    assert signed(folder).head != printed


def test_a_ledger_that_was_taken_out_shows(kept: Path) -> None:
    add(kept)
    assert "LEDGER" not in signed(kept).chain_in_words
    (kept.parents[2] / LEDGER_FILE).unlink()
    assert "NOT IN THE LEDGER" in signed(kept).chain_in_words


def test_half_a_line_of_the_ledger_loses_neither_what_was_before_nor_what_comes_after(kept: Path) -> None:
    add(kept)
    ledger = kept.parents[2] / LEDGER_FILE
    with ledger.open("a", encoding="utf-8") as opened:
        opened.write('{"audit": "preterm_birth/boo')
    assert signed(kept).in_ledger
    add(kept, name="B. Person")
    rewrite(kept, entries_in(kept / "signatures.json")[:1])
    assert "the home's ledger 2" in signed(kept).trouble


def test_a_summary_that_is_swapped_shows_with_the_day_it_was_last_read(kept: Path) -> None:
    add(kept)
    summary = kept / "summary.json"
    summary.write_text(summary.read_text(encoding="utf-8").replace("kept_at", "kept at"), encoding="utf-8")
    assert "ALTERED SINCE: summary.json altered after 2026-01-31" in signed(kept).in_words
    summary.unlink()
    assert "summary.json gone after 2026-01-31" in signed(kept).in_words


def test_a_pdf_added_later_is_read_by_nobody_until_someone_signs_it(kept: Path) -> None:
    """Its identifier is the digest of the audit.json it was made with; one of another audit is never signed."""
    add(kept)
    pdf = kept / "report.pdf"
    pdf.write_bytes(b"%PDF-1.7 /ID [(" + b"0" * 64 + b") (1)]")
    assert "report.pdf added after 2026-01-31" in signed(kept).in_words
    assert not signed(kept).is_signed
    with pytest.raises(AlteredAudit, match=r"report\.pdf .* was not made with its audit\.json"):
        add(kept, name="B. Person")
    own = hashlib.sha256((kept / "audit.json").read_bytes()).hexdigest().encode()
    pdf.write_bytes(b"%PDF-1.7 /ID [(" + own + b") (1)]")
    add(kept, name="B. Person")
    assert signed(kept).is_signed
    pdf.write_bytes(pdf.read_bytes() + b" ")
    assert signed(kept).altered == ("report.pdf",)


def test_the_list_of_missed_women_is_not_signed_since_it_is_deleted(kept: Path) -> None:
    (kept / "review-list.csv").write_text("pregnancy_id\n", encoding="utf-8")
    assert set(add(kept).files) == {"report.html", "audit.json", "counts.parquet", "summary.json"}
    (kept / "review-list.csv").unlink()
    assert signed(kept).is_signed


@pytest.mark.parametrize(
    "text",
    [
        "see 943 476 5919",
        "see 943-476-5919",
        "see 9434765919",
        "hospital number H0471142",
        "date of birth 3/4/2021",
        "she was born 12 March 2019",
        "DOB: 1994-03-12",
        "the woman of 12.03.94",
        "the woman of March 12th, 1994",
        "turned\u202etxet",
        "isolated\u2066text",
        "cleared\x1b[2Jscreen",
        "half a character \ud800",
        "nothing\x00here",
        "x" * 1_000_000,
    ],
)
def test_a_comment_takes_no_identifier_and_nothing_that_hides(folder: Path, text: str) -> None:
    with pytest.raises(IncompleteSignature) as refusal:
        add(folder, COMMENT, comment=text)
    assert text not in str(refusal.value)
    assert "5919" not in str(refusal.value)
    assert entries_of(folder) == ()


@pytest.mark.parametrize(
    "text",
    [
        "2,400 women, 1,000 births, 12.5% missed; FA003 and FA009",
        "Read on 30/01/2026 with audit 20260131T101500123456-abcdef01",
        "In 2023 2024 2025 the same was found",
        "Ask at the booking of 28 January 2026:\n\t1. scans\n\t2. interpreters",
        '<script>alert("x")</script> & more',
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    ],
)
def test_a_comment_says_whatever_else(folder: Path, text: str) -> None:
    assert add(folder, COMMENT, comment=text).comment == text
    assert entries_of(folder)[0].comment == text


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "A\x1b[2J"},
        {"comment": "\ud800"},
        {"name": 7},
        {"on": None},
        {"kind": "approval"},
        {"files": {"/dev/zero": "0"}},
        {"files": {"../../pseudonym.key": "0"}},
    ],
)
def test_an_entry_of_another_form_is_not_shown(folder: Path, changes: dict[str, object]) -> None:
    """Whoever edits the file can make its digests right, so that what is shown is checked by form too."""
    add(folder)
    rewrite(folder, [{**entries_in(folder / "signatures.json")[0], **changes}])
    assert "cannot be read" in signed(folder).trouble
    assert signed(folder).entries == ()


SIGNS = """
import datetime, sys
from pathlib import Path
from fairness_audits.signatures import add_entry
for number in range(int(sys.argv[3])):
    add_entry(Path(sys.argv[1]), kind="comment", name=f"Person {sys.argv[2]}", role="lead", comment=f"said {number}",
              on=datetime.date(2026, 1, 31))
    print(number, flush=True)
"""


def signing(folder: Path, name: str, times: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SIGNS, str(folder), name, str(times)], stdout=subprocess.PIPE, text=True
    )


def test_two_processes_that_sign_at_once_are_both_kept(kept: Path) -> None:
    processes = [signing(kept, name, 20) for name in "AB"]
    assert [process.wait(60) for process in processes] == [0, 0]
    for process in processes:
        process.communicate()
    assert sorted(entry.name for entry in entries_of(kept)) == ["Person A"] * 20 + ["Person B"] * 20
    assert signed(kept).in_ledger


@pytest.mark.parametrize("seconds", [0.0, 0.003, 0.011])
def test_a_process_killed_while_it_signs_loses_nothing_that_it_said_was_kept(kept: Path, seconds: float) -> None:
    process = signing(kept, "A", 10_000)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told = process.communicate(timeout=60)[0].splitlines()
    entries = entries_of(kept)
    assert len(entries) >= 1 + len(told)
    add(kept, name="B. Person")
    assert [entry.name for entry in entries_of(kept)] == ["Person A"] * len(entries) + ["B. Person"]
    assert signed(kept).is_signed


SIGNS_WITHOUT_ROOM = """
import datetime, resource, signal, sys
from pathlib import Path
from fairness_audits.signatures import UnwrittenSignature, add_entry
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    add_entry(Path(sys.argv[1]), kind="signature", name="B. Person", role="lead", comment="",
              on=datetime.date(2026, 1, 31))
except UnwrittenSignature as refusal:
    print(refusal)
"""


def refused_for_room(folder: Path, file: Path) -> str:
    """What is said where ``file`` can hardly grow: by a process's own limit on the size of the files that it writes.

    In a process of its own: what this one prints may go to a file, too.
    """
    limit = str(file.stat().st_size + 8)
    command = [sys.executable, "-c", SIGNS_WITHOUT_ROOM, str(folder), limit]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_full_disk_leaves_what_was_signed_before(kept: Path) -> None:
    add(kept)
    before = {file.name: file.read_bytes() for file in kept.iterdir()}
    assert "nothing was added" in refused_for_room(kept, kept / "signatures.json")
    assert {file.name: file.read_bytes() for file in kept.iterdir()} == before
    assert signed(kept).is_signed


def test_a_full_disk_under_the_ledger_is_told_and_leaves_no_half_line(kept: Path) -> None:
    ledger = kept.parents[2] / LEDGER_FILE
    ledger.write_bytes(b"\n" * 1_000_000)
    said = refused_for_room(kept, ledger)
    assert "is kept beside it, but the home's ledger could not be written" in said
    assert ledger.read_bytes() == b"\n" * 1_000_000
    assert "NOT IN THE LEDGER" in signed(kept).chain_in_words


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes to every folder")
def test_a_folder_without_leave_to_write_is_told(kept: Path) -> None:
    kept.chmod(0o500)
    try:
        with pytest.raises(UnwrittenSignature, match="permission denied"):
            add(kept)
    finally:
        kept.chmod(0o700)


@pytest.mark.parametrize(
    ("name", "content"),
    [("audit.json", "{"), ("audit.json", "[]"), ("audit.json", '{"audit_id": "0"}'), ("report.html", "<p>fair</p>")],
)
def test_what_cannot_be_read_or_is_of_another_audit_is_not_signed(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(AlteredAudit):
        add(folder)
    assert entries_of(folder) == ()
