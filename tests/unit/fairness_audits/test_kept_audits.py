"""The audits that a home keeps: listed from their summaries, found by their ids, and whole or not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fairness_audits.audit_summary import AuditSummary
from fairness_audits.audited_version import AuditedVersion
from fairness_audits.kept_audits import (
    KeptAudit,
    UnknownAudit,
    find_audit,
    keep_summary,
    kept_audits,
    kept_whole,
    newest_content,
)
from fairness_audits.report import AuditReport
from fairness_audits.report_files import write_report
from tests.fixtures.audit_copies import copies_of

WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}
MISSED = {**WOMEN, "found": 20, "missed": 180}
VERSION = AuditedVersion(name="preterm_birth.booking", number=3, run_id="abcdef0123456789")
Keep = Callable[..., Path]


@pytest.fixture
def keep(audited: Callable[..., AuditReport], tmp_path: Path) -> Keep:
    """Keeps an audit in which Black women are missed more often, which blocks."""

    def kept(audit_id: str, outcome: str = "preterm_birth", point: str = "booking") -> Path:
        report = replace(audited({"White": WOMEN, "Black": MISSED}), version=VERSION)
        folder = tmp_path / outcome / point / audit_id
        with kept_whole(folder) as unfinished:
            write_report(report, unfinished)
            keep_summary(report, unfinished)
        return folder

    return kept


def names(audits: list[KeptAudit]) -> list[str]:
    return [audit.audit_id for audit in audits]


def test_newest_first_and_by_outcome_and_point(keep: Keep, tmp_path: Path) -> None:
    for audit_id in ("b", "a", "c"):
        keep(audit_id)
    keep("d", "gestational_diabetes")
    keep("e", point="weeks_28")
    assert names(kept_audits(tmp_path)) == ["e", "d", "c", "a", "b"]
    assert names(kept_audits(tmp_path, outcome="preterm_birth")) == ["e", "c", "a", "b"]
    assert names(kept_audits(tmp_path, outcome="preterm_birth", prediction_point="booking")) == ["c", "a", "b"]
    assert kept_audits(tmp_path / "nowhere") == []


def test_the_summary_says_what_the_audit_says(keep: Keep, tmp_path: Path) -> None:
    content = json.loads((keep("a") / "audit.json").read_text(encoding="utf-8"))
    (audit,) = kept_audits(tmp_path)
    assert audit.summary is not None
    assert audit.summary.report_id == content["audit_id"]
    assert audit.summary.version == VERSION
    assert list(audit.summary.blocking) == content["blocking"] != []
    for state, by_severity in audit.summary.tally.items():
        for severity, number in by_severity.items():
            assert number == sum((f["state"], f["severity"]) == (state, severity) for f in content["findings"])
    assert audit.is_blocked
    assert ", ".join(content["blocking"]) in audit.in_words


def test_an_audit_without_a_summary_is_read_from_its_own_file(keep: Keep, tmp_path: Path) -> None:
    folder = keep("a")
    (with_summary,) = kept_audits(tmp_path)
    (folder / "summary.json").unlink()
    (without,) = kept_audits(tmp_path)
    assert without.summary == with_summary.summary
    (folder / "summary.json").write_text('{"kept_at": "2026-01-31T10:15:00+00:00"}', encoding="utf-8")
    (of_another_form,) = kept_audits(tmp_path)
    assert of_another_form.summary == with_summary.summary


def test_a_damaged_audit_is_listed_as_unreadable(keep: Keep, tmp_path: Path) -> None:
    folder = keep("a")
    for name in ("summary.json", "audit.json"):
        (folder / name).write_text("{", encoding="utf-8")
    (audit,) = kept_audits(tmp_path)
    assert audit.in_words == "cannot be read"
    assert not audit.is_blocked
    assert newest_content(tmp_path, "preterm_birth", "booking") == {
        "audit_id": "a",
        "on": audit.kept_at.date().isoformat(),
    }


def test_what_is_no_audit_of_a_declared_outcome_is_passed_over(keep: Keep, tmp_path: Path) -> None:
    keep("a")
    for path in ("weather/booking/b", "preterm_birth/tomorrow/c", "preterm_birth/booking/empty"):
        (tmp_path / path).mkdir(parents=True)
        if not path.endswith("empty"):
            (tmp_path / path / "audit.json").write_text("{}", encoding="utf-8")
    assert names(kept_audits(tmp_path)) == ["a"]


def test_an_audit_that_is_stopped_is_not_there_and_the_next_clears_it_away(keep: Keep, tmp_path: Path) -> None:
    point = tmp_path / "preterm_birth" / "booking"
    killed = point / ".unfinished-k"
    killed.mkdir(parents=True)
    (killed / "audit.json").write_text("{}", encoding="utf-8")
    assert kept_audits(tmp_path) == []

    def stopped() -> None:
        with kept_whole(point / "b") as unfinished:
            (unfinished / "audit.json").write_text("{}", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(point.iterdir()) == []
    keep("c")
    assert [path.name for path in point.iterdir()] == ["c"]


def test_an_audit_is_found_by_the_beginning_of_either_id(keep: Keep, tmp_path: Path) -> None:
    keep("20260131-abc")
    (audit,) = kept_audits(tmp_path)
    assert audit.summary is not None
    for name in ("20260131-abc", "2026", audit.summary.report_id, audit.summary.report_id[:6]):
        assert find_audit(tmp_path, name) == audit
    keep("20260201-abc")
    assert find_audit(tmp_path, "20260131").audit_id == "20260131-abc"
    with pytest.raises(UnknownAudit, match=r"2 audits .* 20260201-abc, 20260131-abc"):
        find_audit(tmp_path, "2026")
    for nothing in ("", "2027"):
        with pytest.raises(UnknownAudit, match="0 audits"):
            find_audit(tmp_path, nothing)


def test_findings_in_words() -> None:
    plain = {
        "audit_id": "a",
        "on": "2026-01-31",
        "is_simulated": False,
        "blocking": ["FA003"],
        "findings": [
            {"state": "finding", "severity": "blocking", "accepted": None},
            {"state": "finding", "severity": "major", "accepted": {"name": "A. Person"}},
            *({"state": "cannot tell", "severity": "blocking", "accepted": None} for _ in range(3)),
            {"state": "passed", "severity": "major", "accepted": None},
        ],
    }
    assert AuditSummary.of(plain).in_words == (
        "2 findings (1 blocking, 1 major), FA003 blocks; 1 accepted; 3 cannot tell"
    )
    assert AuditSummary.of({**plain, "findings": [], "blocking": []}).in_words == "no findings"
    suspended = [{"state": "cannot tell", "severity": "blocking", "is_suspended": True, "accepted": None}]
    assert AuditSummary.of({**plain, "findings": suspended}).in_words == (
        "no findings, FA003 blocks; 1 cannot tell, 1 of them suspended"
    )


def test_a_list_of_two_thousand_opens_no_report(keep: Keep, tmp_path: Path) -> None:
    copies_of(keep("0000"), 2_000)
    audits = kept_audits(tmp_path)
    assert len(audits) == 2_000
    assert all(audit.summary is not None for audit in audits)
