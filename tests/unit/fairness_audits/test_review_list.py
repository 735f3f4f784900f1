"""The list for case-note review: whom it names, whom it does not, and who can read it."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.policy import DEFAULT_POLICY, AuditPolicy, OperatingPoint
from fairness_audits.report_files import write_report
from fairness_audits.review_list import REVIEW_LIST_FILE, missed_women, write_review_list

LARGE = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}
SMALL = {"found": 10, "missed": 30, "cleared": 400, "false_alarms": 20}
Table = Callable[..., pl.DataFrame]


def ids(women: pl.DataFrame) -> set[str]:
    return set(women["pregnancy_id"].to_list())


def missed_of(frame: pl.DataFrame, *groups: str) -> set[str]:
    return ids(frame.filter(pl.col("observed") & ~pl.col("alert") & pl.col("ethnic_group").is_in(groups)))


def test_every_missed_woman_of_a_small_group_and_nobody_else(table: Table) -> None:
    """Black 40 events and Not known 49 are below 50; White has 200, Asian exactly 50."""
    frame = table(
        {
            "White": LARGE,
            "Asian": {**SMALL, "missed": 40},
            "Black": {**SMALL, "missing": 25},
            "Not known": {**SMALL, "missed": 39},
        }
    )
    listed = missed_women(audit(frame, replace(DEFAULT_POLICY, disclosure="none")), frame)
    assert ids(listed) == missed_of(frame, "Black", "Not known")
    assert listed.height == 30 + 39
    assert set(listed["at_the_time"]) == {"not flagged"}
    assert set(listed["group"]) == {"Black", "Not known"}


def test_the_list_agrees_with_the_report_under_any_disclosure_rule(table: Table) -> None:
    """A group is on it where the report says 'cannot tell', from the counts that the report prints."""
    frame = table({"White": LARGE, "Black": SMALL, "Asian": {**SMALL, "missed": 41}})
    for disclosure in ("none", "msds", "mhsds"):
        report = audit(frame, replace(DEFAULT_POLICY, disclosure=disclosure))
        told = [r.group for r in report.figures_of(report.models[0], "ethnic_group") if r.status == "cannot tell"]
        assert ids(missed_women(report, frame)) == missed_of(frame, *told)


@pytest.mark.parametrize("kind", ["risk", "rate"])
def test_missed_at_a_declared_risk_or_rate(table: Table, kind: str) -> None:
    """Without alerts: those flagged are told .3, others .05, so .1 tells them apart, and so does the rate of flags."""
    frame = table({"White": LARGE, "Black": SMALL})
    flagged = frame["alert"].sum() / frame.height
    point = OperatingPoint(kind=kind, value=0.1 if kind == "risk" else flagged)
    policy = replace(DEFAULT_POLICY, operating_points=(point,), disclosure="none")
    report = audit(frame.drop("alert"), policy)
    assert ids(missed_women(report, frame.drop("alert"))) == missed_of(frame, "Black")


def test_at_the_edge_of_a_rate_nobody_is_lost(table: Table) -> None:
    """Half of those told .3 fit into the rate: which of them were flagged nobody can say, so all are listed."""
    frame = table({"White": LARGE, "Black": SMALL})
    point = OperatingPoint(kind="rate", value=frame["alert"].sum() / frame.height / 2)
    policy = replace(DEFAULT_POLICY, operating_points=(point,), disclosure="none")
    listed = missed_women(audit(frame.drop("alert"), policy), frame.drop("alert"))
    assert listed.height == SMALL["missed"] + SMALL["found"]
    assert dict(listed["at_the_time"].value_counts().iter_rows()) == {
        "not flagged": SMALL["missed"],
        "at the edge of the rate: may have been flagged": SMALL["found"],
    }


def test_a_woman_whom_the_policy_could_not_be_asked_about_is_listed(table: Table) -> None:
    frame = table({"White": LARGE, "Black": SMALL})
    unasked = pl.when(pl.col("ethnic_group") == "Black").then(None).otherwise("alert")
    listed = missed_women(audit(frame), frame.with_columns(alert=unasked))
    assert set(listed["at_the_time"]) == {"could not be evaluated"}
    assert listed.height == SMALL["missed"] + SMALL["found"]


def test_a_woman_of_a_small_category_within_a_large_group(table: Table) -> None:
    frame = table(
        {"White": {**LARGE, "ethnic_category": "A", "group_scheme": "england_2001"}, "Asian": {
            **LARGE, "ethnic_category": "H", "group_scheme": "england_2001"}}
    )  # fmt: skip
    rare = pl.when((pl.col("ethnic_group") == "Asian") & (pl.col("pregnancy_id").cast(pl.Int64) % 40 == 0)).then(
        pl.lit("K")
    )
    frame = frame.with_columns(ethnic_category=rare.otherwise("ethnic_category"))
    report = audit(frame, replace(DEFAULT_POLICY, disclosure="none"))
    listed = missed_women(report, frame)
    assert ids(listed) == ids(frame.filter(pl.col("observed") & ~pl.col("alert") & (pl.col("ethnic_category") == "K")))
    assert set(listed["group"]) == {"Asian or Asian British: Bangladeshi"}


def test_todays_rules_list_nobody(table: Table) -> None:
    frame = table({"White": LARGE, "Black": SMALL})
    rule = frame.with_columns(scored_by=pl.lit("guideline:nice_ng3@2020"), alert=pl.lit(value=False))
    both = pl.concat([frame.with_columns(scored_by=pl.lit("model")), rule])
    assert ids(missed_women(audit(both), both)) == missed_of(frame, "Black")


def test_nobody_but_its_owner_can_read_it(table: Table, tmp_path: Path) -> None:
    frame = table({"White": LARGE, "Black": SMALL})
    women = missed_women(audit(frame), frame)
    seen: list[int] = []
    for _ in range(2):
        file = write_review_list(women, tmp_path)
        assert file == tmp_path / REVIEW_LIST_FILE
        seen.append(stat.S_IMODE(file.stat().st_mode))
    assert seen == [0o600, 0o600]
    assert [path.name for path in tmp_path.iterdir()] == [REVIEW_LIST_FILE]


def test_it_is_private_before_the_first_woman_is_written(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a umask that hides nothing, and seen at the moment at which the file is made."""
    import records.private_file as private_file

    opened: list[int] = []
    really = private_file.os.open

    def watched(path: Any, flags: int, mode: int) -> int:
        handle = really(path, flags, mode)
        opened.append(stat.S_IMODE(private_file.os.fstat(handle).st_mode))
        return handle

    monkeypatch.setattr(private_file.os, "open", watched)
    before = private_file.os.umask(0)
    try:
        frame = table({"White": LARGE, "Black": SMALL})
        write_review_list(missed_women(audit(frame), frame), tmp_path)
    finally:
        private_file.os.umask(before)
    assert opened == [0o600]


def test_no_list_where_nobody_was_missed_and_an_older_one_goes(table: Table, tmp_path: Path) -> None:
    (tmp_path / REVIEW_LIST_FILE).write_text("of an earlier audit")
    frame = table({"White": LARGE})
    assert write_review_list(missed_women(audit(frame), frame), tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_the_report_says_that_there_is_a_list_and_tells_no_number_of_it(
    table: Table, exact: AuditPolicy, tmp_path: Path
) -> None:
    """The sentence is the same whoever was missed, so that nothing can be reckoned from it."""
    sentences = []
    for missed in (30, 31):
        frame = table({"White": LARGE, "Black": {**SMALL, "missed": missed}})
        report = replace(audit(frame, exact), has_review_list=True)
        page = (write_report(report, tmp_path / str(missed)) / "report.html").read_text(encoding="utf-8")
        sentences.append(page[page.index("for such groups a list") :][:120])
    assert sentences[0] == sentences[1]
