"""What differs between two audits beside findings: versions, policy, disclosure rule, data, what could be printed."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.disclosure import RULES
from fairness_audits.report_files import write_report

ON = datetime.date(2026, 1, 31)
WOMEN = {"found": 60, "missed": 140, "cleared": 1700, "false_alarms": 100}


@pytest.fixture
def births(table):
    def of(month: int, version: str, black: int = 10) -> pl.DataFrame:
        few = {name: number * black // 10 for name, number in WOMEN.items()}
        return table({"White": WOMEN, "Black": few}).with_columns(
            model_version=pl.lit(version), predicted_at=pl.datetime(2025, month, 3, time_zone="UTC")
        )

    return of


def _told(report):
    return {what: (then, now) for what, then, now in report.changes.circumstances}


def test_nothing_differs_between_an_audit_and_itself(births, exact):
    before = audit(births(1, "7"), exact, as_of=ON)
    changes = audit(births(1, "7"), exact, previous=before, as_of=ON).changes
    assert (changes.circumstances, changes.no_longer_printed, changes.newly_printed) == ((), (), ())


def test_version_months_policy_and_disclosure_rule_are_told_where_they_differ(births, exact, tmp_path):
    before = audit(births(1, "7"), exact, as_of=ON)
    other = next(name for name in RULES if name != exact.disclosure)
    stricter = replace(exact, disclosure=other, minimum_events=exact.minimum_events + 1)
    now = audit(births(2, "8"), stricter, previous=json.loads(before.to_json()), as_of=ON)
    told = _told(now)
    assert told["months of prediction"] == ("2025-01 to 2025-01", "2025-02 to 2025-02")
    assert ("7", "8") in [change for what, change in told.items() if what.startswith("model version · preterm_birth")]
    assert told["disclosure rule"] == (exact.disclosure, other)
    assert told["fewest events for a verdict"] == (str(exact.minimum_events), str(exact.minimum_events + 1))
    page = (write_report(now, tmp_path) / "report.html").read_text()
    assert "months of prediction: 2025-01 to 2025-01 → 2025-02 to 2025-02" in page


def test_levels_and_limits_are_told_where_they_differ(births, exact):
    before = audit(births(1, "7"), exact, as_of=ON)
    limit = replace(exact.tolerance("FA003"), limit=0.2)
    wider = replace(exact, group_by=("ethnic_group", "site"), tolerances={**exact.tolerances, "FA003": limit})
    told = _told(
        audit(births(1, "7").with_columns(site=pl.Series(["a", "b"] * 2000)), wider, previous=before, as_of=ON)
    )
    assert "site" in told["levels"][1].split(", ")
    assert "site" not in told["levels"][0].split(", ")
    assert told["limit of FA003"][1].startswith("0.2, ")


def test_what_could_be_printed_in_one_audit_alone_is_told_both_ways(births, exact):
    """Of 4 Black women with an outcome the rule prints nothing; of 200 it does."""
    msds = replace(exact, disclosure="msds")
    many = audit(births(1, "7"), msds, as_of=ON)
    few = births(1, "7").filter((pl.col("ethnic_group") != "Black") | (pl.int_range(pl.len()) % 500 == 0))
    cell = ("preterm_birth · model · Black", "sensitivity")
    lost = audit(few, msds, previous=many, as_of=ON)
    assert cell in [row[:2] for row in lost.changes.no_longer_printed]
    gained = audit(births(1, "7"), msds, previous=lost, as_of=ON).changes
    assert cell in [row[:2] for row in gained.newly_printed]
    assert gained.no_longer_printed == ()
    then = next(row for row in gained.newly_printed if row[:2] == cell)
    assert then[2:] == tuple(reversed(next(row for row in lost.changes.no_longer_printed if row[:2] == cell)[2:]))


def test_what_an_older_audit_does_not_hold_is_not_told(births, exact):
    before = json.loads(audit(births(1, "7"), exact, as_of=ON).to_json())
    del before["data"]["period"]
    told = _told(audit(births(1, "7"), exact, previous=before, as_of=ON))
    assert told == {"months of prediction": ("not told", "2025-01 to 2025-01")}
