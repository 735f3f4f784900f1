"""FA020: does the risk tell the women who had the outcome from those who had not at all."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from fairness_audits.audit import audit
from fairness_audits.page import report_page
from fairness_audits.plain_words import in_plain_words
from fairness_audits.policy import DEFAULT_POLICY

# Flagged women are told .3, the others .05. AUROC = (1 + sensitivity - false positive rate) / 2, as two risks give.
ORDERED = {"found": 300, "missed": 200, "cleared": 4000, "false_alarms": 500}
COIN = {"found": 50, "missed": 450, "cleared": 4050, "false_alarms": 450}


def test_fires_where_a_coin_would_do_as_well(answers):
    (found,) = answers("FA020", {"White": COIN, "Black": COIN})
    assert (found.state, found.severity) == ("finding", "blocking")
    assert "in 50 of 100 pairs" in found.sentence


def test_does_not_fire_where_women_are_told_apart(answers):
    (found,) = answers("FA020", {"White": ORDERED, "Black": ORDERED})
    assert found.state == "passed"


def test_a_weak_but_sure_order_is_no_finding(answers):
    """AUROC .55 with narrow limits: little, but surely more than chance."""
    (found,) = answers("FA020", {"White": {"found": 200, "missed": 800, "cleared": 8100, "false_alarms": 900}})
    assert found.state == "passed"


def test_cannot_tell_on_few_events(answers):
    (found,) = answers("FA020", {"White": {"found": 2, "missed": 8, "cleared": 80, "false_alarms": 10}})
    assert found.state == "cannot tell"


def test_is_not_applicable_without_events(answers):
    assert [f.state for f in answers("FA020", {"White": {"cleared": 50}})] == ["not applicable"]


@pytest.mark.parametrize("alert", [True, False, None])
@pytest.mark.parametrize("disclosure", ["none", "msds"])
def test_one_risk_for_every_woman_is_said_on_the_first_page(table, alert, disclosure):
    """Right on average and alike for every group: nothing else in the audit speaks against it."""
    rows = table({"White": COIN, "Black": COIN}).with_columns(risk=pl.lit(0.1), alert=pl.lit(alert, dtype=pl.Boolean))
    report = audit(rows, replace(DEFAULT_POLICY, disclosure=disclosure))
    (found,) = [f for f in report.findings if f.code == "FA020"]
    assert found.state == "finding"
    assert in_plain_words(report, report.models[0]).is_blocked
    assert "Every woman was told the same risk" in report_page(report)
