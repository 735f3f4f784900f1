"""/audits over HTTP: what is listed, narrowed and opened, and that nothing else of a home leaves it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.audited_version import AuditedVersion
from fairness_audits.kept_audits import keep_summary, kept_whole
from fairness_audits.policy import DEFAULT_POLICY
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from fairness_audits.review_list import REVIEW_LIST_FILE, missed_women, write_review_list
from fairness_audits.signatures import COMMENT, SIGNATURE, add_entry
from models.home import Home
from tests.fixtures.audit_copies import copies_of

POINT = "/audits/preterm_birth/booking"
Keep = Callable[..., Path]


def births(black_found: int) -> pl.DataFrame:
    """2,000 White women of whom 100 of 200 events were flagged; 400 Black women with 40 events."""
    rows = [("White", n % 20 == 0, n % 10 == 0) for n in range(2_000)]
    rows += [("Black", n < black_found, n < 40) for n in range(400)]
    return pl.DataFrame(
        {
            "pregnancy_id": [f"NOTES-{n}" for n in range(len(rows))],
            "outcome": "preterm_birth",
            "prediction_point": "booking",
            "risk": [0.3 if alert else 0.05 for _, alert, _ in rows],
            "alert": [alert for _, alert, _ in rows],
            "observed": [observed for _, _, observed in rows],
            "ethnic_group": [group for group, _, _ in rows],
        }
    )


@pytest.fixture(scope="module")
def reports() -> dict[bool, AuditReport]:
    """One that blocks and one that does not, of the same births."""
    blocking = {code: replace(limit, severity="blocking") for code, limit in DEFAULT_POLICY.tolerances.items()}
    advisory = {code: replace(limit, severity="advisory") for code, limit in DEFAULT_POLICY.tolerances.items()}
    policies = {True: blocking, False: advisory}
    made = {k: audit(births(10), replace(DEFAULT_POLICY, tolerances=limits)) for k, limits in policies.items()}
    assert made[True].blocking
    assert not made[False].blocking
    return made


@pytest.fixture
def keep(home: Home, reports: dict[bool, AuditReport]) -> Keep:
    """Keeps an audit as a retrain does, with its list for case-note review."""

    def kept(audit_id: str, *, blocks: bool = False, outcome: str = "preterm_birth", point: str = "booking") -> Path:
        version = AuditedVersion(name=f"{outcome}.{point}", number=7, run_id="abcdef0123456789")
        report = replace(reports[blocks], version=version, has_review_list=True)
        folder = home.audit_folder(outcome, point, audit_id)
        with kept_whole(folder) as unfinished:
            write_report(report, unfinished)
            keep_summary(report, unfinished)
            assert write_review_list(missed_women(report, births(10)), unfinished)
        return folder

    return kept


def listed(page: str) -> list[str]:
    """Ids in the order of the list."""
    return [address.rpartition("/")[2] for address in re.findall(r'<th scope="row"[^>]*><a href="([^"]+)"', page)]


def sign(folder: Path, kind: str = SIGNATURE, **said: str) -> None:
    add_entry(
        folder, kind=kind, on=date(2026, 1, 31), **{"name": "A. Person", "role": "equity lead", "comment": "", **said}
    )


def test_audits_are_listed_newest_first_in_words_and_opened(served: Any, keep: Keep) -> None:
    keep("z-first", blocks=True)
    sign(keep("a-second"))
    with served() as client:
        page = client.get("/audits")
        addresses = dict(re.findall(r'<a href="([^"]+)" aria-label="(\w+)', page.text))
        answers = {client.get(address).status_code for address in addresses}
        report = client.get(f"{POINT}/z-first/report.html")
    assert listed(page.text) == ["a-second", "z-first"]
    assert "preterm_birth.booking version 7, run abcdef01" in page.text
    assert re.search(r"\d findings? \([^)]+\), FA[\d, FA]+ blocks?", page.text)
    assert "none blocks" in page.text
    assert "signed by A. Person, equity lead, 2026-01-31" in page.text
    assert "not signed" in page.text
    assert set(addresses.values()) >= {"report", "figures", "counts"}
    assert answers == {200}
    assert "Who is missed" in report.text
    assert "script-src" not in report.headers["content-security-policy"]
    assert "default-src 'none'" in report.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["signed", "blocked", "diabetes", "birth"]),
        ("?outcome=&at=&blocked=&signed=", ["signed", "blocked", "diabetes", "birth"]),
        ("?outcome=preterm_birth", ["signed", "blocked", "birth"]),
        ("?at=weeks_28", ["birth"]),
        ("?blocked=yes", ["blocked"]),
        ("?blocked=no&outcome=gestational_diabetes", ["diabetes"]),
        ("?signed=yes", ["signed"]),
        ("?signed=no", ["blocked", "diabetes", "birth"]),
        ("?signed=yes&blocked=yes", []),
        ("?page=2", []),
    ],
)
def test_the_form_narrows_the_list(served: Any, keep: Keep, query: str, expected: list[str]) -> None:
    keep("birth", point="weeks_28")
    keep("diabetes", outcome="gestational_diabetes")
    keep("blocked", blocks=True)
    sign(keep("signed"))
    with served() as client:
        page = client.get(f"/audits{query}")
    assert page.status_code == 200
    assert listed(page.text) == expected
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    chosen = re.findall(r'name="(\w+)">(?:(?!</select>).)*?<option value="(\w+)" selected', page.text, re.DOTALL)
    asked = re.findall(r"[?&](outcome|at|blocked|signed)=(\w+)", query)
    assert sorted(chosen) == sorted(asked)


@pytest.mark.parametrize(
    "query",
    [
        "outcome=weather", "at=tomorrow", "blocked=maybe", "signed=1", "page=0", "page=-1", "page=two", "page=9999999",
        "page=%C2%B2", "order=risk", "pregnancy_id=P-4711", "outcome=%3Cscript%3E",
    ],
)  # fmt: skip
def test_what_the_form_cannot_send_is_refused_and_not_repeated(served: Any, query: str) -> None:
    with served() as client:
        answer = client.get(f"/audits?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    for value in ("P-4711", "weather", "script"):
        assert value not in answer.text


def test_an_audits_page_shows_comments_and_signatures_as_text(served: Any, keep: Keep) -> None:
    folder = keep("one")
    sign(folder, COMMENT, name="B. <b>Person</b>", comment='<script>alert("x")</script> & more')
    sign(folder)
    with served() as client:
        page = client.get(f"{POINT}/one").text
    assert "<script>alert" not in page
    assert '<script>alert("x")</script> & more' in unescape(page)
    assert "B. &lt;b&gt;Person" in page
    assert "Signed by <strong>A. Person</strong>, equity lead, 2026-01-31" in page
    assert "Altered since" not in page
    assert "A name is what was typed" in page


def test_an_altered_audit_shows_as_altered(served: Any, keep: Keep) -> None:
    folder = keep("one")
    sign(folder)
    content = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    (folder / "audit.json").write_text(json.dumps({**content, "blocking": []}), encoding="utf-8")
    with served() as client:
        pages = [client.get(path).text for path in ("/audits", f"{POINT}/one")]
        as_signed = client.get("/audits?signed=yes").text
    assert "ALTERED SINCE: audit.json" in pages[0]
    assert "audit.json is not what was read" in pages[1]
    assert listed(as_signed) == []


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda folder: (folder / "summary.json").unlink(), "summary.json gone after 2026-01-31"),
        (lambda folder: (folder / "report.pdf").write_bytes(b"%PDF"), "report.pdf added after 2026-01-31"),
        (lambda folder: (folder / "report.html").write_bytes(b""), "report.html altered after 2026-01-31"),
        (lambda folder: (folder / "signatures.json").unlink(), "the last ones were taken out"),
        (lambda folder: (folder.parents[2] / "signed.jsonl").unlink(), "NOT IN THE LEDGER"),
    ],
)
def test_both_pages_say_what_was_tampered_with_and_since_when(
    served: Any, keep: Keep, tamper: Callable[[Path], object], words: str
) -> None:
    folder = keep("one")
    sign(folder)
    with served() as client:
        before = [client.get(path).text for path in ("/audits", f"{POINT}/one")]
        tamper(folder)
        after = [client.get(path).text for path in ("/audits", f"{POINT}/one")]
    assert not any(words in page for page in before)
    assert all("1 entry, the last " in page for page in before)
    assert all(words in unescape(page) for page in after)


@pytest.mark.parametrize("text", ["\ud800", "\u202etxet", "\x1b[2J", 7, None, {"a": []}])
def test_an_entry_written_by_hand_stops_neither_page(served: Any, keep: Keep, text: object) -> None:
    folder = keep("one")
    sign(folder)
    file = folder / "signatures.json"
    plain = json.loads(file.read_text(encoding="utf-8"))
    plain["entries"][0]["comment"] = text
    file.write_text(json.dumps(plain), encoding="utf-8")
    with served() as client:
        answers = [client.get(path) for path in ("/audits", f"{POINT}/one", "/audits?signed=yes")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all("cannot be read" in answer.text for answer in answers[:2])
    assert not any("\u202e" in answer.text or "\x1b" in answer.text for answer in answers)


def test_an_audit_that_was_not_finished_is_not_there(served: Any, keep: Keep, home: Home) -> None:
    keep("whole")
    unfinished = home.audit_folder("preterm_birth", "booking", ".unfinished-stopped")
    unfinished.mkdir()
    for name in ("audit.json", "report.html"):
        (unfinished / name).write_bytes((unfinished.parent / "whole" / name).read_bytes())
    with served() as client:
        page = client.get("/audits").text
        opened = client.get(f"{POINT}/.unfinished-stopped/report.html")
    assert listed(page) == ["whole"]
    assert opened.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        f"{POINT}/one/{REVIEW_LIST_FILE}",
        f"{POINT}/one/summary.json",
        f"{POINT}/one/signatures.json",
        "/audits/signed.jsonl",
        f"{POINT}/one/counts-restricted.parquet",
        f"{POINT}/one/context.json",
        f"{POINT}/none/report.html",
        f"{POINT}/none",
        f"{POINT}/linked",
        f"{POINT}/linked/report.html",
        "/audits/weather/booking/one/report.html",
        "/audits/preterm_birth/tomorrow/one/report.html",
        f"{POINT}/..%2f..%2f..%2f..%2fservice.db/report.html",
        "/audits/preterm_birth/booking/../../../service.db",
        f"{POINT}/%2e%2e/report.html",
        f"{POINT}/%2e%2e",
        f"{POINT}/one/..%2fone%2f{REVIEW_LIST_FILE}",
        "/audits/%2e%2e/%2e%2e/%2e%2e/pseudonym.key",
    ],
)
def test_nothing_but_an_audits_public_files_leaves_the_home(served: Any, keep: Keep, home: Home, path: str) -> None:
    folder = keep("one")
    assert "NOTES-" in (folder / REVIEW_LIST_FILE).read_text(encoding="utf-8")
    (folder / "counts-restricted.parquet").write_bytes(b"secret")
    outside = home.root / "private"
    outside.mkdir()
    for name in ("report.html", "audit.json"):
        (outside / name).write_text("secret", encoding="utf-8")
    (folder.parent / "linked").symlink_to(outside)
    with served() as client:
        response = client.get(path)
    assert response.status_code == 404
    assert "secret" not in response.text
    assert "NOTES-" not in response.text


def test_no_page_names_a_woman(served: Any, keep: Keep) -> None:
    keep("one")
    with served() as client:
        pages = [client.get(path).text for path in ("/audits", f"{POINT}/one", f"{POINT}/one/report.html")]
    assert not any("NOTES-" in page or REVIEW_LIST_FILE in page for page in pages)


def test_two_thousand_audits_are_listed_at_once(served: Any, keep: Keep) -> None:
    """A hundred to a page, from their summaries alone: no audit.json is read."""
    copies_of(keep("0000"), 2_000)
    with served() as client:
        page = client.get("/audits?page=20&outcome=preterm_birth").text
    assert "2,000 audits, page 20 of 20" in page
    assert len(listed(page)) == 100
    assert 'href="/audits?outcome=preterm_birth&amp;page=19"' in page
    assert "Older" not in page


def test_without_an_audit_it_says_what_makes_one(served: Any) -> None:
    with served() as client:
        assert "equipartum retrain" in client.get("/audits").text
